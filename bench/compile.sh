#!/bin/bash
# What users pay at build time.
#
# usage: bench/compile.sh [--quick] [--structure] [--check]
#
#   --quick      build once per figure instead of three times
#   --structure  measure the structure only: half a minute
#   --check      exit with 1 if a figure of the structure is over its target
#
# The structure: how much of the engine a user's crate compiles for its first `Cache<K, V>`, for
# each further one, and for two memoized functions. The crates are the files in
# `bench/user_crates/`. Functions: 100 and 200 memoized functions of one key type, 100 with 100 key
# types, beside the same functions plain and memoized by the peers; a library of 100 functions that
# are never called; clean builds.
#
# LLVM IR lines are the lines (`wc -l`) of the one .ll file that `cargo rustc --release -- -C
# codegen-units=1 --emit=llvm-ir` writes for the user's crate: after the optimizer, with
# declarations, attributes, metadata and blank lines, and without the dependencies, whose generic
# functions are in it only as far as this crate instantiates them. The lines of an empty `main` are
# subtracted.
#
# CPU seconds are user + system of cargo and its child processes, the least of several builds: a
# busy machine only adds to them. Dependencies are built before; incremental compilation is off;
# release builds have cargo's default codegen units.
#
# Runs from any directory, in a temporary directory with its own target directory.
set -euo pipefail
shopt -s inherit_errexit

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
runs=3 structure_only='' check=''
for option in "$@"; do
    case $option in
        --quick) runs=1 ;;
        --structure) structure_only=1 ;;
        --check) check=1 ;;
        *) sed -n 's/^# usage: /usage: /p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The caller's settings must not change the figures.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
export CARGO_TARGET_DIR=$work/target CARGO_INCREMENTAL=0 CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_TERM_QUIET=true

# --- Crates of the temporary workspace

members=
memokit="memokit = { path = \"$root\" }"

# package NAME DEPENDENCY: a member of the workspace. `rebuild` compiles `$work/NAME/user.rs` in it.
package() {
    mkdir -p "$work/$1/src"
    printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n%s\n' "$1" "$2" >"$work/$1/Cargo.toml"
    # For building the dependencies.
    echo 'fn main() {}' >"$work/$1/src/main.rs"
    members+="\"$1\", "
}

# workspace: makes a workspace of all packages, with the versions that the repository is built with.
workspace() {
    printf '[workspace]\nresolver = "3"\nmembers = [%s]\n' "${members%, }" >"$work/Cargo.toml"
    cp "$root/Cargo.lock" "$work/Cargo.lock" 2>/dev/null || true
    (cd "$work" && cargo fetch >/dev/null)
}

# --- Measuring

# cpu_seconds COMMAND..
cpu_seconds() {
    local TIMEFORMAT='%3U %3S'
    { time "$@" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }; } 2>&1 | awk '{ printf "%.2f", $1 + $2 }'
}

# least COMMAND..: the least CPU seconds of several runs. The caller's `prepare` is run before each.
least() {
    local least='' spent
    for ((run = 0; run < runs; run++)); do
        "${prepare[@]}"
        spent=$(cd "$work" && cpu_seconds "$@")
        least=$(awk -v a="${least:-$spent}" -v b="$spent" 'BEGIN { print a < b ? a : b }')
    done
    echo "$least"
}

# rebuild PACKAGE CARGO-COMMAND..: CPU seconds of the package alone, its dependencies built before.
rebuild() {
    local name=$1 prepare=(cp "$work/$1/user.rs" "$work/$1/src/main.rs")
    shift
    echo 'fn main() {}' >"$work/$name/src/main.rs"
    (cd "$work" && cargo "$@" -p "$name" >/dev/null)
    least cargo "$@" -p "$name"
}

# rebuild_library PACKAGE CARGO-COMMAND..
rebuild_library() {
    local name=$1 prepare=(touch "$work/$1/src/lib.rs")
    shift
    (cd "$work" && cargo "$@" -p "$name" >/dev/null)
    least cargo "$@" -p "$name"
}

# clean_build DEPENDENCY: CPU seconds to build it and all of its dependencies.
clean_build() {
    local CARGO_TARGET_DIR=$work/clean prepare=(rm -rf "$work/clean")
    least cargo build -p "$1"
}

# crates DEPENDENCY: how many crates a build of it compiles, itself included.
crates() {
    (cd "$work" && cargo tree -p "$1" -e normal,build --prefix none | awk '{ print $1, $2 }' | sort -u | wc -l)
}

# ir_lines PACKAGE
ir_lines() {
    cp "$work/$1/user.rs" "$work/$1/src/main.rs"
    (cd "$work" && cargo rustc --release -p "$1" -- -C codegen-units=1 --emit=llvm-ir >/dev/null)
    wc -l <"$(echo "$CARGO_TARGET_DIR/release/deps/$1"-*.ll)"
}

minus() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a - b }'; }

json=

# --- The structure

uses=(plain one_cache four_caches two_functions)
for use in "${uses[@]}"; do
    package "$use" "$memokit"
    cp "$root/bench/user_crates/$use.rs" "$work/$use/user.rs"
done

over=0

# structure_row TITLE LINES TARGET SECONDS TARGET: the figures are above an empty main; "-" is no
# target.
structure_row() {
    local verdict
    verdict=$(awk -v lines="$2" -v most_lines="$3" -v spent="$4" -v most="$5" 'BEGIN {
        if ((most_lines != "-" && lines + 0 > most_lines + 0) || (most != "-" && spent + 0 > most + 0)) print "OVER"
    }')
    [[ -z $verdict ]] || over=1
    printf '  %-42s %14s %8s %14s %8s%s\n' "$@" "${verdict:+ $verdict}"
    json+=$(printf '{"benchmark":"structure","of":"%s","ir_lines":%d,"cpu_s":%s}' "$1" "$2" "$4")$'\n'
}

structure() {
    local -A lines seconds
    for use in "${uses[@]}"; do
        seconds[$use]=$(rebuild "$use" build --release)
        lines[$use]=$(ir_lines "$use")
    done
    printf '# structure: what a user'\''s crate compiles in release, above an empty main (%d lines, %s s)\n' \
        "${lines[plain]}" "${seconds[plain]}"
    printf '\n%-44s %14s %8s %14s %8s\n' "structure" "LLVM IR lines" target "CPU seconds" target
    structure_row "first Cache<K, V>" "$((lines[one_cache] - lines[plain]))" 4000 \
        "$(minus "${seconds[one_cache]}" "${seconds[plain]}")" 0.50
    structure_row "each further Cache<K, V>" "$(((lines[four_caches] - lines[one_cache]) / 3))" 500 \
        "$(awk -v a="${seconds[four_caches]}" -v b="${seconds[one_cache]}" 'BEGIN { printf "%.2f", (a - b) / 3 }')" -
    structure_row "two memoized functions" "$((lines[two_functions] - lines[plain]))" 2188 \
        "$(minus "${seconds[two_functions]}" "${seconds[plain]}")" -
}

# finish: one line of JSON per row, and the verdict.
finish() {
    printf '\n%s' "$json"
    if [[ -n $check && $over == 1 ]]; then
        exit 1
    fi
    exit 0
}

if [[ -n $structure_only ]]; then
    workspace
    structure
    finish
fi

# --- Many memoized functions

# Peers in the versions of the benchmarks.
peer() { sed -n "s/^$1 = { version = \"\([^\"]*\)\".*/$1 = \"\1\"/p" "$root/bench/Cargo.toml"; }

contenders=(plain memoize memoize_bare cached_one_lock cached_sharded memoize_crate)
declare -A title=(
    [plain]="plain" [memoize]="memokit #[memoize(lru)]" [memoize_bare]="memokit #[memoize(lru, handle = false)]"
    [cached_one_lock]="cached #[cached(max_size)]" [cached_sharded]="cached #[concurrent_cached(max_size)]"
    [memoize_crate]="memoize #[memoize(Capacity)]"
)
# Not inlined, so that a plain function is one function of machine code too.
declare -A attribute=(
    [plain]="#[inline(never)]" [memoize]="#[memokit::memoize(lru = 128)]" [memoize_bare]="#[memokit::memoize(lru = 128, handle = false)]"
    [cached_one_lock]="#[cached::macros::cached(max_size = 128)]" [cached_sharded]="#[cached::macros::concurrent_cached(max_size = 128)]"
    [memoize_crate]="#[memoize::memoize(Capacity: 128)]"
)
declare -A dependency=(
    [plain]="" [memoize]=$memokit [memoize_bare]=$memokit
    [cached_one_lock]=$(peer cached) [cached_sharded]=$(peer cached) [memoize_crate]=$(peer memoize)
)
# How many functions, and with how many key types.
shapes=("100 1" "200 1" "100 100")

# write_functions CONTENDER FUNCTIONS KEYS: the functions and the types of their keys.
write_functions() {
    for ((i = 0; i < $3; i++)); do
        echo "#[derive(Clone, PartialEq, Eq, Hash)]"
        echo "pub struct K$i(pub u64, pub u32);"
    done
    for ((i = 0; i < $2; i++)); do
        echo "${attribute[$1]}"
        echo "pub fn work$i(key: K$((i % $3))) -> u64 { key.0.wrapping_mul($i).rotate_left(key.1) }"
    done
}

# write_main FUNCTIONS KEYS: a main function that calls each function once.
write_main() {
    echo "fn main() {"
    echo "    let n = std::env::args().count() as u64;"
    echo "    let mut sum = 0_u64;"
    for ((i = 0; i < $1; i++)); do
        echo "    sum = sum.wrapping_add(work$i(K$((i % $2))(n, $i)));"
    done
    echo '    println!("{sum}");'
    echo "}"
}

for contender in "${contenders[@]}"; do
    for shape in "${shapes[@]}"; do
        read -r functions keys <<<"$shape"
        package "$contender-$functions-$keys" "${dependency[$contender]}"
        { write_functions "$contender" "$functions" "$keys"; write_main "$functions" "$keys"; } >"$work/$contender-$functions-$keys/user.rs"
    done
    # The same functions, public in a library. A function that is never called has code all the
    # same, unless it is generic or inline.
    package "$contender-library" "${dependency[$contender]}"
    rm "$work/$contender-library/src/main.rs"
    write_functions "$contender" 100 100 >"$work/$contender-library/src/lib.rs"
done
workspace
structure

printf '\n# compile: CPU seconds of a crate of memoized functions, dependencies built before; in brackets: above plain\n'
declare -A checked debug release size
for shape in "${shapes[@]}"; do
    read -r functions keys <<<"$shape"
    printf '\n%-44s %16s %16s %16s %12s\n' "compile, $functions functions, $keys key type(s)" check debug release "bytes each"
    for contender in "${contenders[@]}"; do
        name=$contender-$functions-$keys plain=plain-$functions-$keys
        checked[$name]=$(rebuild "$name" check)
        debug[$name]=$(rebuild "$name" build)
        release[$name]=$(rebuild "$name" build --release)
        size[$name]=$(stat -c %s "$work/target/release/$name" 2>/dev/null || stat -f %z "$work/target/release/$name")
        bytes=$(((size[$name] - size[$plain]) / functions))
        above=("$(minus "${checked[$name]}" "${checked[$plain]}")" "$(minus "${debug[$name]}" "${debug[$plain]}")" \
            "$(minus "${release[$name]}" "${release[$plain]}")")
        cell() { if [[ $contender == plain ]]; then echo "$1"; else echo "$1 ($2)"; fi; }
        printf '  %-42s %16s %16s %16s %12s\n' "${title[$contender]}" "$(cell "${checked[$name]}" "${above[0]}")" \
            "$(cell "${debug[$name]}" "${above[1]}")" "$(cell "${release[$name]}" "${above[2]}")" "$bytes"
        json+=$(printf '{"benchmark":"compile","functions":%d,"keys":%d,"contender":"%s","check_s":%s,"debug_s":%s,"release_s":%s,"check_s_above_plain":%s,"debug_s_above_plain":%s,"release_s_above_plain":%s,"bytes_each_above_plain":%d}' \
            "$functions" "$keys" "${title[$contender]}" "${checked[$name]}" "${debug[$name]}" "${release[$name]}" "${above[@]}" "$bytes")$'\n'
    done
done

printf '\n%-44s %12s %12s\n' "library, 100 functions, 100 key types" debug release
for contender in "${contenders[@]}"; do
    debug_s=$(rebuild_library "$contender-library" build) release_s=$(rebuild_library "$contender-library" build --release)
    printf '  %-42s %12s %12s\n' "${title[$contender]}" "$debug_s" "$release_s"
    json+=$(printf '{"benchmark":"library","functions":100,"keys":100,"contender":"%s","debug_s":%s,"release_s":%s}' "${title[$contender]}" "$debug_s" "$release_s")$'\n'
done

# What a program pays once, the engine itself, is not in the second hundred.
printf '\n%-44s %12s\n' "bytes each of the second hundred functions" "above plain"
for contender in "${contenders[@]}"; do
    [[ $contender == plain ]] && continue
    bytes=$((((size[$contender-200-1] - size[$contender-100-1]) - (size[plain-200-1] - size[plain-100-1])) / 100))
    printf '  %-42s %12s\n' "${title[$contender]}" "$bytes"
    json+=$(printf '{"benchmark":"second hundred","contender":"%s","bytes_each_above_plain":%d}' "${title[$contender]}" "$bytes")$'\n'
done

printf '\n%-44s %12s %12s\n' "clean build, default features, debug" "CPU seconds" crates
for name in memokit cached memoize; do
    build=$(clean_build "$name") count=$(crates "$name")
    printf '  %-42s %12s %12s\n' "$name" "$build" "$count"
    json+=$(printf '{"benchmark":"clean build","contender":"%s","cpu_s":%s,"crates":%d}' "$name" "$build" "$count")$'\n'
done
finish
