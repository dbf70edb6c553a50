"""Nanoseconds per call of Python's caches.

Arguments: BENCHMARK KEY ENTRIES ROUNDS. Prints one line per row: name, median and least, separated
by tabs. The time of an empty loop over the same keys is subtracted, which favours Python: the other
side's loops are not subtracted.
"""
import functools
import itertools
import platform
import random
import statistics
import sys
import time

benchmark, key_type, entries, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
CALLS = 8192
VERSION = f"Python {platform.python_version()}"


def key(i):
    number = (i * 0x9E3779B97F4A7C15 % 2**64) >> 3
    return number if key_type == "int" else f"user:{i:08x}:{number % 10**4:04d}"


def identity(x):
    return x


def contenders(size):
    """New caches for at most this many entries, by name."""
    key_name = "str of 18" if key_type == "str" else "int"
    caches = {f"{VERSION} lru_cache, {key_name}": functools.lru_cache(size)(identity)}
    if key_type == "int":
        caches[f"{VERSION} lru_cache, int, typed"] = functools.lru_cache(size, typed=True)(identity)
    try:
        import cachetools
    except ImportError:
        print("note\tcachetools is not installed: its rows are left out")
    else:
        name = f"cachetools {cachetools.__version__} LRUCache, {key_type}"
        caches[name] = cachetools.cached(cachetools.LRUCache(size))(identity)
    return caches


def timed(loop, keys):
    start = time.perf_counter_ns()
    loop(keys)
    return (time.perf_counter_ns() - start) / len(keys)


def empty_loop(keys):
    for _ in keys:
        pass


def row(name, times):
    print(name, statistics.median(times), min(times), sep="\t")


def calls():
    """Hits or misses; every contender runs in each round."""
    hits = benchmark == "hits"
    functions = contenders(2 * entries if hits else entries)
    known = [key(i) for i in range(entries)]
    loops = {}
    for name, memoized in functions.items():
        def loop(keys, memoized=memoized):
            for k in keys:
                memoized(k)
        loops[name] = loop
        loop(known)
    weights = list(itertools.accumulate(rank**-0.99 for rank in range(1, entries + 1)))
    fresh = itertools.count(entries)
    times = {name: [] for name in loops}
    for _ in range(rounds):
        if hits:
            ids = random.choices(range(entries), cum_weights=weights, k=CALLS)
            keys = [known[i] for i in ids]
        else:
            keys = [key(i) for i in itertools.islice(fresh, CALLS)]
        empty = timed(empty_loop, keys)
        for name, loop in loops.items():
            info = getattr(functions[name], "cache_info", None)
            before = info and info()
            times[name].append(timed(loop, keys) - empty)
            if info:
                after = info()
                counted = (after.hits - before.hits, after.misses - before.misses)
                assert counted == ((CALLS, 0) if hits else (0, CALLS))
    for name, measured in times.items():
        row(name, measured)


def cached_property():
    class Circle:
        @functools.cached_property
        def area(self):
            return 3

    circles = [Circle() for _ in range(entries)] * (CALLS // entries + 1)

    def loop(circles):
        for circle in circles:
            circle.area

    loop(circles)
    times = [timed(loop, circles) - timed(empty_loop, circles) for _ in range(rounds)]
    row(f"{VERSION} cached_property", times)


if benchmark == "cached_property":
    cached_property()
else:
    calls()
