#!/usr/bin/env python3
"""Records what Python's functools.lru_cache does on random calls, to be compared with `lru`.

    python3 make_lru_golden.py > lru_cache.txt

Needs the standard library only. The result depends on the seeds below and on nothing else; it is committed, so tests need no Python.

Format, a line each:
    # ...                                   a comment
    trace maxsize=N keys=NAME               a new, empty cache; N is a number or `none` (unbounded)
    calls C C C ...                         calls in order, a token each: `7+` the call with key 7 was a hit, `7-` a miss,
                                            `!` is cache_clear()
    info hits=N misses=N maxsize=N currsize=N      cache_info() at this point
"""

import functools
import platform
import random

CALLS = 1200
PER_LINE = 40


def uniform(rng, _):
    return rng.randrange(40)


def skewed(rng, _):
    """Roughly Zipf: a few keys get most calls."""
    return int(60 ** rng.random()) - 1


def loop(_, step):
    """One key more than the largest bound: the worst case of lru."""
    return step % 21


def near(rng, step):
    """A window that moves on, as recursion and neighbouring calls do."""
    return step // 12 + rng.randrange(8)


def mixed(rng, step):
    """Phases of all of these, with a scan now and then."""
    phase = step // 150 % 4
    return 100 + step if phase == 3 else (uniform, skewed, near)[phase](rng, step)


KEYS = [uniform, skewed, loop, near, mixed]
SIZES = [0, 1, 2, 20, None]


def words(maxsize, keys):
    rng = random.Random(f"{maxsize} {keys.__name__}")

    @functools.lru_cache(maxsize=maxsize)
    def cached(key):
        return key

    def info():
        now = cached.cache_info()
        size = "none" if now.maxsize is None else now.maxsize
        return f"info hits={now.hits} misses={now.misses} maxsize={size} currsize={now.currsize}"

    line = []
    for step in range(CALLS):
        if rng.randrange(400) == 0:
            if line:
                yield "calls " + " ".join(line)
            yield info()
            cached.cache_clear()
            yield "calls !"
            yield info()
            line = []
        key = keys(rng, step)
        before = cached.cache_info().hits
        cached(key)
        line.append(f"{key}{'+' if cached.cache_info().hits > before else '-'}")
        if len(line) == PER_LINE:
            yield "calls " + " ".join(line)
            line = []
    if line:
        yield "calls " + " ".join(line)
    yield info()


def main():
    print(f"# functools.lru_cache of Python {platform.python_version()}, recorded by make_lru_golden.py, which tells the format.")
    for maxsize in SIZES:
        for keys in KEYS:
            print(f"trace maxsize={'none' if maxsize is None else maxsize} keys={keys.__name__}")
            for line in words(maxsize, keys):
                print(line)


main()
