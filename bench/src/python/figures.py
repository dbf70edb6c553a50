"""Nanoseconds per call of Python's caches: QUESTION KEY ENTRIES ROUNDS -> one line per row: name, median, least, by tabs.

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
VERSION = f"Python {platform.python_version()}"


def key(i):
    number = (i * 0x9E3779B97F4A7C15 % 2**64) >> 3
    return number if kind == "int" else f"user:{i:08x}:{number % 10**4:04d}"


def identity(x):
    return x


def contenders(size):
    """By name, fresh: each with room for so many entries."""
    made = {f"{VERSION} lru_cache, {'str of 18' if kind == 'str' else 'int'}": functools.lru_cache(size)(identity)}
    if kind == "int":
        made[f"{VERSION} lru_cache, int, typed"] = functools.lru_cache(size, typed=True)(identity)
    try:
        import cachetools
    except ImportError:
        print("note\tcachetools is not installed: its rows are left out")
    else:
        made[f"cachetools {cachetools.__version__} LRUCache, {kind}"] = cachetools.cached(cachetools.LRUCache(size))(identity)
    return made


def timed(loop, keys):
    start = time.perf_counter_ns()
    loop(keys)
    return (time.perf_counter_ns() - start) / len(keys)


def none(keys):
    for _ in keys:
        pass


def row(name, times):
    print(name, statistics.median(times), min(times), sep="\t")


def calls():
    """Hits or misses, round by round, everybody in each round."""
    hits = question == "hits"
    race = contenders(2 * entries if hits else entries)
    known = [key(i) for i in range(entries)]
    loops = {}
    for name, memoized in race.items():
        def loop(keys, memoized=memoized):
            for k in keys:
                memoized(k)
        loops[name] = loop
        loop(known)
    weights = list(itertools.accumulate(rank**-0.99 for rank in range(1, entries + 1)))
    fresh = itertools.count(entries)
    times = {name: [] for name in loops}
    for _ in range(rounds):
        ids = random.choices(range(entries), cum_weights=weights, k=CALLS) if hits else itertools.islice(fresh, CALLS)
        keys = [known[i] if hits else key(i) for i in ids]
        empty = timed(none, keys)
        for name, loop in loops.items():
            info = getattr(race[name], "cache_info", None)
            before = info and info()
            times[name].append(timed(loop, keys) - empty)
            if info:
                after = info()
                assert (after.hits - before.hits, after.misses - before.misses) == ((CALLS, 0) if hits else (0, CALLS))
    for name, spent in times.items():
        row(name, spent)


def field():
    class Circle:
        @functools.cached_property
        def area(self):
            return 3

    circles = [Circle() for _ in range(entries)] * (CALLS // entries + 1)

    def loop(circles):
        for circle in circles:
            circle.area

    loop(circles)
    row(f"{VERSION} cached_property", [timed(loop, circles) - timed(none, circles) for _ in range(rounds)])


field() if question == "field" else calls()
