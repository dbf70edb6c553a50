"""Nanoseconds per call of functools.lru_cache: QUESTION KEY ENTRIES ROUNDS -> version, median, least.

The cost of an empty loop over the same keys is taken off, which favours Python: the loops on the other side are not.
"""
import functools
import itertools
import platform
import random
import statistics
import sys
import time

question, kind, entries, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
CALLS = 8192


def key(i):
    number = (i * 0x9E3779B97F4A7C15 % 2**64) >> 3
    return number if kind == "int" else f"user:{i:08x}:{number % 10**6:06d}"


@functools.lru_cache(maxsize=2 * entries if question == "hits" else entries)
def memoized(x):
    return x


def calls():
    """The keys of one round."""
    if question == "hits":
        ids = random.choices(range(entries), weights=[rank**-0.99 for rank in range(1, entries + 1)], k=CALLS)
        return lambda: [known[i] for i in ids]
    fresh = itertools.count(entries)
    return lambda: [key(next(fresh)) for _ in range(CALLS)]


def timed(loop, keys):
    start = time.perf_counter_ns()
    loop(keys)
    return (time.perf_counter_ns() - start) / len(keys)


def call_all(keys):
    for k in keys:
        memoized(k)


def call_none(keys):
    for _ in keys:
        pass


known = [key(i) for i in range(entries)]
call_all(known)
round_of = calls()
times = []
for _ in range(rounds):
    keys = round_of()
    before = memoized.cache_info()
    full = timed(call_all, keys)
    after = memoized.cache_info()
    assert (after.hits - before.hits, after.misses - before.misses) == ((CALLS, 0) if question == "hits" else (0, CALLS))
    times.append(full - timed(call_none, keys))
print(platform.python_version(), statistics.median(times), min(times))
