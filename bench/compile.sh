#!/bin/bash
# What users pay at build time: 100 functions with 100 key types, plain, memoized by memokit and memoized by `cached`; and clean builds of both.
#
# usage: bench/compile.sh [--quick]      (from any directory; works in a temporary one, with a target directory of its own)
#
# CPU seconds are user + system of cargo and all that it runs, the least of several runs: a busy machine adds, and never takes away.
set -euo pipefail
shopt -s inherit_errexit

functions=100
runs=5
[[ "${1:-}" == --quick ]] && runs=1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Nothing of the caller's set-up, and whole crates each time: incremental builds measure what changed.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
export CARGO_TARGET_DIR=$work/target CARGO_INCREMENTAL=0 CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_TERM_QUIET=true

# crate NAME DEPENDENCY ATTRIBUTE IMPORT: a program that calls every function once.
crate() {
    local name=$1 dependency=$2 attribute=$3 import=$4
    mkdir -p "$work/$name/src"
    printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n%s\n' "$name" "$dependency" >"$work/$name/Cargo.toml"
    {
        echo "$import"
        for ((i = 0; i < functions; i++)); do
            echo "#[derive(Clone, PartialEq, Eq, Hash)]"
            echo "pub struct K$i(pub u64, pub u32);"
            # Out of line, so that a plain function is one function of machine code too.
            echo "$attribute"
            echo "pub fn work$i(key: K$i) -> u64 { key.0.wrapping_mul($i).rotate_left(key.1) }"
        done
        echo "fn main() {"
        echo "    let n = std::env::args().count() as u64;"
        echo "    let mut sum = 0_u64;"
        for ((i = 0; i < functions; i++)); do
            echo "    sum = sum.wrapping_add(work$i(K$i(n, $i)));"
        done
        echo '    println!("{sum}");'
        echo "}"
    } >"$work/$name/functions.rs"
    # For building the dependencies.
    echo 'fn main() {}' >"$work/$name/src/main.rs"
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

# clean DEPENDENCY: CPU seconds to build it and all that it needs.
clean() {
    (cd "$work" && CARGO_TARGET_DIR=$work/clean-$1 seconds cargo build -p "$1")
}

# crates DEPENDENCY: how many crates that builds, itself included.
crates() {
    (cd "$work" && cargo tree -p "$1" -e normal,build --prefix none | awk '{ print $1, $2 }' | sort -u | wc -l)
}

above() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%+.2f", a - b }'; }

memokit="memokit = { path = \"$root\" }"
peer=$(sed -n 's/^cached = \(.*\)/cached = \1/p' "$root/bench/Cargo.toml")
crate plain "" "#[inline(never)]" ""
crate memoize "$memokit" "#[memoize(lru = 128)]" "use memokit::memoize;"
crate memoize_bare "$memokit" "#[memoize(lru = 128, handle = false)]" "use memokit::memoize;"
crate cached_one_lock "$peer" "#[cached(max_size = 128)]" "use cached::macros::cached;"
crate cached_sharded "$peer" "#[concurrent_cached(max_size = 128)]" "use cached::macros::concurrent_cached;"
names=(plain memoize memoize_bare cached_one_lock cached_sharded)
declare -A titles=(
    [plain]="plain" [memoize]="memokit #[memoize(lru)]" [memoize_bare]="memokit #[memoize(lru, handle = false)]"
    [cached_one_lock]="cached #[cached(max_size)]" [cached_sharded]="cached #[concurrent_cached(max_size)]"
)
members=$(printf '"%s", ' "${names[@]}")
printf '[workspace]\nresolver = "3"\nmembers = [%s]\n' "${members%, }" >"$work/Cargo.toml"
# The versions that the repository is built with.
cp "$root/Cargo.lock" "$work/Cargo.lock" 2>/dev/null || true
(cd "$work" && cargo fetch >/dev/null)

declare -A check debug release size
for name in "${names[@]}"; do
    check[$name]=$(rebuild "$name" check)
    debug[$name]=$(rebuild "$name" build)
    release[$name]=$(rebuild "$name" build --release)
    size[$name]=$(stat -c %s "$work/target/release/$name" 2>/dev/null || stat -f %z "$work/target/release/$name")
done

format='  %-42s %16s %16s %16s %14s\n'
printf '\n# compile: CPU seconds for %d functions with %d key types, dependencies built before; in brackets: above plain\n\n' "$functions" "$functions"
printf "$format" "" "check" "debug" "release" "bytes each"
for name in "${names[@]}"; do
    cell() { if [[ $name == plain ]]; then echo "$1"; else echo "$1 ($(above "$1" "$2"))"; fi; }
    each=$(((size[$name] - size[plain]) / functions))
    printf "$format" "${titles[$name]}" "$(cell "${check[$name]}" "${check[plain]}")" "$(cell "${debug[$name]}" "${debug[plain]}")" \
        "$(cell "${release[$name]}" "${release[plain]}")" "$each"
done

printf '\n  %-42s %16s %16s\n' "clean build, default features, debug" "CPU seconds" "crates"
declare -A build count
for name in memokit cached; do
    build[$name]=$(clean "$name")
    count[$name]=$(crates "$name")
    printf '  %-42s %16s %16s\n' "$name" "${build[$name]}" "${count[$name]}"
done

echo
for name in "${names[@]}"; do
    printf '{"question":"compile","functions":%d,"who":"%s","check_s":%s,"debug_s":%s,"release_s":%s,"bytes_each_above_plain":%d}\n' \
        "$functions" "${titles[$name]}" "${check[$name]}" "${debug[$name]}" "${release[$name]}" "$(((size[$name] - size[plain]) / functions))"
done
for name in memokit cached; do
    printf '{"question":"clean build","who":"%s","cpu_s":%s,"crates":%d}\n' "$name" "${build[$name]}" "${count[$name]}"
done
