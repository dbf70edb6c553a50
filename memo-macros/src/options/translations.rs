//! What other tools call an option: an unknown word that is one of theirs is answered with ours.

/// Words of other tools, the option that they are about, and what to write.
const TRANSLATIONS: &[(&[&str], &str, &str)] = &[
    (
        &["size", "max_size", "maxsize", "max_entries", "max_capacity", "capacity", "Capacity", "CustomCapacity"],
        "lru",
        "a bound in entries is written with its policy: `lru = 128`, or `max`, `lfu`, `fifo`, `random`",
    ),
    (
        &[
            "time",
            "ttl_secs",
            "ttl_millis",
            "time_to_live",
            "TimeToLive",
            "expire",
            "expires",
            "expiry",
            "expiration_time",
        ],
        "ttl",
        "a time to live is written `ttl = \"10m\"`, one for each value `ttl = |key, value| ..`",
    ),
    (&["time_to_idle", "refresh", "time_refresh"], "idle", "a time from the last use is written `idle = \"10m\"`"),
    (&["result"], "cache_err", "of a `Result` only `Ok` is cached, without an option; `cache_err` caches an `Err` too"),
    (&["option"], "skip_none", "`skip_none` leaves a `None` uncached"),
    (
        &["convert"],
        "key",
        "arguments are keys as they are, also borrowed ones; another key is `key = EXPR`, without its type",
    ),
    (
        &["sync_writes", "sync", "sync_lock"],
        "single_flight",
        "concurrent calls for one key run once, without an option; `single_flight = false` turns that off",
    ),
    (
        &["SharedCache", "shared", "sync_cache"],
        "local",
        "all threads share the cache, without an option; `local` makes one per thread",
    ),
    (&["thread_local", "unsync"], "local", "one cache per thread is written `local`"),
    (&["weigher", "weighter", "getsizeof"], "weight", "the weight of an entry is written `weight = |key, value| ..`"),
    (
        &["max_bytes", "weight_capacity", "cache_limit"],
        "max_weight",
        "a bound in weight is written `max_weight = \"64MB\"`",
    ),
    (&["Hasher", "hash", "hash_builder"], "hasher", "another hasher is written `hasher = Type`"),
    (&["ty", "create", "type"], "lru", "the attribute makes the cache; its options set it up, as in `lru = 128`"),
];

/// What to write for a word, if it is one that another tool has for one of these options.
pub(super) fn translation(word: &str, is_option: impl Fn(&str) -> bool) -> Option<&'static str> {
    let known = |(words, option, _): &&(&[&str], &str, &str)| words.contains(&word) && is_option(option);
    TRANSLATIONS.iter().find(known).map(|(.., advice)| *advice)
}
