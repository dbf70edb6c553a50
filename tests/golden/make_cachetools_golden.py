#!/usr/bin/env python3
"""Records whom cachetools' LFUCache and FIFOCache evict on random operations, to be compared with `lfu` and `fifo`.

    python3 -m pip install cachetools && python3 make_cachetools_golden.py > cachetools.txt

The result depends on the seeds below and on the library; it is committed, so tests need no Python.

Format, a line each:
    # ...                          a comment
    trace policy=NAME maxsize=N keys=NAME        a new, empty cache; the policy is `lfu` or `fifo`
    steps S S S ...                operations in order, a token each:
                                   `7+`    a look-up of key 7 that found it
                                   `7-`    a look-up that did not, and an insert for which there was room
                                   `7-3`   the same, and key 3 was evicted for it
                                   `7=`    key 7 was there and got another value, without a look-up
                                   `7/`    key 7 was there and was removed
    left K K K ...                 the keys in the cache at this point, ascending
"""

import importlib.metadata
import random

import cachetools

STEPS = 1500
PER_LINE = 40


def uniform(rng, _, size):
    return rng.randrange(3 * size)


def skewed(rng, _, size):
    """Roughly Zipf: a few keys get most look-ups."""
    return int((6 * size) ** rng.random()) - 1


def drifting(rng, step, size):
    """What is popular changes: counts of the past are in the way."""
    return step // 300 * size + int((3 * size) ** rng.random()) - 1


KEYS = [uniform, skewed, drifting]
POLICIES = {"lfu": cachetools.LFUCache, "fifo": cachetools.FIFOCache}
SIZES = [1, 2, 20, 150]


def step_of(cache, rng, key):
    """Does one operation, gives its token."""
    chance = rng.randrange(40)
    if key in cache and chance == 0:
        cache[key] = key
        return f"{key}="
    if key in cache and chance == 1:
        del cache[key]
        return f"{key}/"
    try:
        cache[key]
        return f"{key}+"
    except KeyError:
        before = set(cache)
        cache[key] = key
        gone = before - set(cache)
        return f"{key}-{''.join(map(str, gone))}"


def main():
    version = importlib.metadata.version("cachetools")
    print(f"# cachetools {version}, recorded by make_cachetools_golden.py, which tells the format.")
    for name, policy in POLICIES.items():
        for size in SIZES:
            for keys in KEYS:
                rng = random.Random(f"{name} {size} {keys.__name__}")
                cache = policy(size)
                print(f"trace policy={name} maxsize={size} keys={keys.__name__}")
                for first in range(0, STEPS, PER_LINE):
                    steps = range(first, min(first + PER_LINE, STEPS))
                    print("steps", *(step_of(cache, rng, keys(rng, step, size)) for step in steps))
                print("left", *sorted(cache))


main()
