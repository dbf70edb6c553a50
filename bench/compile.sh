#!/bin/bash
# What users pay at build time: 100 and 200 functions of one key type, and 100 functions with 100 key types, plain and memoized by memokit,
# `cached` and `memoize`; a library of 100 functions that nobody calls; and clean builds of all three.
#
# usage: bench/compile.sh [--quick]      (from any directory; works in a temporary one, with a target directory of its own)
#
# CPU seconds are user + system of cargo and all that it runs, the least of several runs: a busy machine adds, and never takes away.
set -euo pipefail
shopt -s inherit_errexit

runs=3
[[ "${1:-}" == --quick ]] && runs=1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Nothing of the caller's set-up, and whole crates each time: incremental builds measure what changed.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
export CARGO_TARGET_DIR=$work/target CARGO_INCREMENTAL=0 CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_TERM_QUIET=true

# Peers in the versions of the benchmarks.
peer() { sed -n "s/^$1 = { version = \"\([^\"]*\)\".*/$1 = \"\1\"/p" "$root/bench/Cargo.toml"; }

contenders=(plain memoize memoize_bare cached_one_lock cached_sharded memoize_crate)
declare -A title=(
    [plain]="plain" [memoize]="memokit #[memoize(lru)]" [memoize_bare]="memokit #[memoize(lru, handle = false)]"
    [cached_one_lock]="cached #[cached(max_size)]" [cached_sharded]="cached #[concurrent_cached(max_size)]"
    [memoize_crate]="memoize #[memoize(Capacity)]"
)
# Out of line, so that a plain function is one function of machine code too.
declare -A attribute=(
    [plain]="#[inline(never)]" [memoize]="#[memokit::memoize(lru = 128)]" [memoize_bare]="#[memokit::memoize(lru = 128, handle = false)]"
    [cached_one_lock]="#[cached::macros::cached(max_size = 128)]" [cached_sharded]="#[cached::macros::concurrent_cached(max_size = 128)]"
    [memoize_crate]="#[memoize::memoize(Capacity: 128)]"
)
memokit="memokit = { path = \"$root\" }"
declare -A dependency=(
    [plain]="" [memoize]=$memokit [memoize_bare]=$memokit
    [cached_one_lock]=$(peer cached) [cached_sharded]=$(peer cached) [memoize_crate]=$(peer memoize)
)
# How many functions, and with how many key types.
shapes=("100 1" "200 1" "100 100")

# crate CONTENDER FUNCTIONS KEYS: a program that calls every function once.
crate() {
    local contender=$1 functions=$2 keys=$3 name=$1-$2-$3
    mkdir -p "$work/$name/src"
    printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n%s\n' "$name" "${dependency[$contender]}" \
        >"$work/$name/Cargo.toml"
    {
        for ((i = 0; i < keys; i++)); do
            echo "#[derive(Clone, PartialEq, Eq, Hash)]"
            echo "pub struct K$i(pub u64, pub u32);"
        done
        for ((i = 0; i < functions; i++)); do
            echo "${attribute[$contender]}"
            echo "pub fn work$i(key: K$((i % keys))) -> u64 { key.0.wrapping_mul($i).rotate_left(key.1) }"
        done
        echo "fn main() {"
        echo "    let n = std::env::args().count() as u64;"
        echo "    let mut sum = 0_u64;"
        for ((i = 0; i < functions; i++)); do
            echo "    sum = sum.wrapping_add(work$i(K$((i % keys))(n, $i)));"
        done
        echo '    println!("{sum}");'
        echo "}"
    } >"$work/$name/functions.rs"
    # For building the dependencies.
    echo 'fn main() {}' >"$work/$name/src/main.rs"
}

# library CONTENDER: the same functions with 100 key types, public in a library. What nobody calls yet has code all the same, unless it is generic or inline.
library() {
    local name=$1-library
    mkdir -p "$work/$name/src"
    sed "s/^name = .*/name = \"$name\"/" "$work/$1-100-100/Cargo.toml" >"$work/$name/Cargo.toml"
    sed '/^fn main()/,$d' "$work/$1-100-100/functions.rs" >"$work/$name/src/lib.rs"
}

# seconds COMMAND..: its CPU seconds.
seconds() {
    local TIMEFORMAT='%3U %3S'
    { time "$@" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }; } 2>&1 | awk '{ printf "%.2f", $1 + $2 }'
}

# rebuild CRATE CARGO-COMMAND..: CPU seconds of the crate alone, its dependencies built before.
rebuild() {
    local name=$1 least= spent
    shift
    echo 'fn main() {}' >"$work/$name/src/main.rs"
    (cd "$work" && cargo "$@" -p "$name" >/dev/null)
    for ((run = 0; run < runs; run++)); do
        cp "$work/$name/functions.rs" "$work/$name/src/main.rs"
        spent=$(cd "$work" && seconds cargo "$@" -p "$name")
        least=$(awk -v a="${least:-$spent}" -v b="$spent" 'BEGIN { print a < b ? a : b }')
    done
    echo "$least"
}

# rebuild_library CRATE CARGO-COMMAND..
rebuild_library() {
    local name=$1 least= spent
    shift
    (cd "$work" && cargo "$@" -p "$name" >/dev/null)
    for ((run = 0; run < runs; run++)); do
        touch "$work/$name/src/lib.rs"
        spent=$(cd "$work" && seconds cargo "$@" -p "$name")
        least=$(awk -v a="${least:-$spent}" -v b="$spent" 'BEGIN { print a < b ? a : b }')
    done
    echo "$least"
}

# clean DEPENDENCY: CPU seconds to build it and all that it needs.
clean() {
    local least= spent
    for ((run = 0; run < runs; run++)); do
        rm -rf "$work/clean-$1"
        spent=$(cd "$work" && CARGO_TARGET_DIR=$work/clean-$1 seconds cargo build -p "$1")
        least=$(awk -v a="${least:-$spent}" -v b="$spent" 'BEGIN { print a < b ? a : b }')
    done
    echo "$least"
}

# crates DEPENDENCY: how many crates that builds, itself included.
crates() {
    (cd "$work" && cargo tree -p "$1" -e normal,build --prefix none | awk '{ print $1, $2 }' | sort -u | wc -l)
}

above() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a - b }'; }

members=
for contender in "${contenders[@]}"; do
    for shape in "${shapes[@]}"; do
        # shellcheck disable=SC2086 # two words
        crate "$contender" $shape
        members+="\"$contender-${shape/ /-}\", "
    done
    library "$contender"
    members+="\"$contender-library\", "
done
printf '[workspace]\nresolver = "3"\nmembers = [%s]\n' "${members%, }" >"$work/Cargo.toml"
# The versions that the repository is built with.
cp "$root/Cargo.lock" "$work/Cargo.lock" 2>/dev/null || true
(cd "$work" && cargo fetch >/dev/null)

printf '# compile: CPU seconds of a crate of memoized functions, dependencies built before; in brackets: above plain\n'
declare -A check debug release size
json=
for shape in "${shapes[@]}"; do
    read -r functions keys <<<"$shape"
    printf '\n%-44s %16s %16s %16s %12s\n' "compile, $functions functions, $keys key type(s)" check debug release "bytes each"
    for contender in "${contenders[@]}"; do
        name=$contender-$functions-$keys plain=plain-$functions-$keys
        check[$name]=$(rebuild "$name" check)
        debug[$name]=$(rebuild "$name" build)
        release[$name]=$(rebuild "$name" build --release)
        size[$name]=$(stat -c %s "$work/target/release/$name" 2>/dev/null || stat -f %z "$work/target/release/$name")
        bytes=$(((size[$name] - size[$plain]) / functions))
        cell() { if [[ $contender == plain ]]; then echo "$1"; else echo "$1 ($(above "$1" "$2"))"; fi; }
        printf '  %-42s %16s %16s %16s %12s\n' "${title[$contender]}" "$(cell "${check[$name]}" "${check[$plain]}")" \
            "$(cell "${debug[$name]}" "${debug[$plain]}")" "$(cell "${release[$name]}" "${release[$plain]}")" "$bytes"
        json+=$(printf '{"question":"compile","functions":%d,"keys":%d,"who":"%s","check_s":%s,"debug_s":%s,"release_s":%s,"check_s_above_plain":%s,"debug_s_above_plain":%s,"release_s_above_plain":%s,"bytes_each_above_plain":%d}' \
            "$functions" "$keys" "${title[$contender]}" "${check[$name]}" "${debug[$name]}" "${release[$name]}" \
            "$(above "${check[$name]}" "${check[$plain]}")" "$(above "${debug[$name]}" "${debug[$plain]}")" \
            "$(above "${release[$name]}" "${release[$plain]}")" "$bytes")$'\n'
    done
done

printf '\n%-44s %12s %12s\n' "library, 100 functions, 100 key types" debug release
for contender in "${contenders[@]}"; do
    built=$(rebuild_library "$contender-library" build) optimised=$(rebuild_library "$contender-library" build --release)
    printf '  %-42s %12s %12s\n' "${title[$contender]}" "$built" "$optimised"
    json+=$(printf '{"question":"library","functions":100,"keys":100,"who":"%s","debug_s":%s,"release_s":%s}' "${title[$contender]}" "$built" "$optimised")$'\n'
done

# What a program pays once (the engine itself) is not in the second hundred.
printf '\n%-44s %12s\n' "bytes each of the second hundred" "above plain"
for contender in "${contenders[@]}"; do
    [[ $contender == plain ]] && continue
    bytes=$((((size[$contender-200-1] - size[$contender-100-1]) - (size[plain-200-1] - size[plain-100-1])) / 100))
    printf '  %-42s %12s\n' "${title[$contender]}" "$bytes"
    json+=$(printf '{"question":"second hundred","who":"%s","bytes_each_above_plain":%d}' "${title[$contender]}" "$bytes")$'\n'
done

printf '\n%-44s %12s %12s\n' "clean build, default features, debug" "CPU seconds" crates
for name in memokit cached memoize; do
    build=$(clean "$name") count=$(crates "$name")
    printf '  %-42s %12s %12s\n' "$name" "$build" "$count"
    json+=$(printf '{"question":"clean build","who":"%s","cpu_s":%s,"crates":%d}' "$name" "$build" "$count")$'\n'
done
printf '\n%s' "$json"
