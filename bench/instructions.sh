#!/bin/bash
# Counts the instructions per call of each code path of memokit, and compares them with the budgets
# in instructions.budget. Exits with 1 if a path is over its budget. Unlike times, counts do not
# depend on what else runs on the machine.
#
# usage: bench/instructions.sh [PATH..]      (from any directory; needs valgrind)
#
# Each path runs N times and not at all. The difference divided by N is the cost of one call; the
# cost of the loop around it (the path `loop`) is subtracted. The program is built with `--cfg
# memokit_fixed_seeds`: with random seeds, keys would collide more often in one process than in the
# next.
set -euo pipefail
shopt -s inherit_errexit

calls=160000
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
budgets=$root/bench/instructions.budget
command -v valgrind >/dev/null || { echo "bench/instructions.sh needs valgrind" >&2; exit 2; }
target=${CARGO_TARGET_DIR:-$root/target}/instructions
(cd "$root" && RUSTFLAGS="--cfg memokit_fixed_seeds" CARGO_TARGET_DIR=$target \
    cargo build --quiet --release -p bench --no-default-features --bin paths)
program=$target/release/paths

# count PATH CALLS: instructions of the whole process.
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 >/dev/null |
        sed -n 's/.*Collected : \([0-9]*\)$/\1/p'
}

# per_call PATH: instructions per call, the loop included.
per_call() {
    awk -v all="$(count "$1" "$calls")" -v start="$(count "$1" 0)" -v n="$calls" 'BEGIN { printf "%.1f\n", (all - start) / n }'
}

# The program and the file with the budgets must have the same paths.
known=$("$program" 2>/dev/null | grep -v '^loop$' | sort || true)
budgeted=$(awk '!/^#/ && NF { print $1 }' "$budgets" | sort)
if [[ $known != "$budgeted" ]]; then
    echo "paths and budgets differ:" >&2
    diff <(echo "$known") <(echo "$budgeted") >&2 || true
    exit 2
fi

loop=$(per_call loop)
over=0
printf '%-26s %18s %8s\n' path 'instructions/call' budget
while read -r path budget why; do
    [[ -z $path || $path == \#* ]] && continue
    [[ $# -gt 0 && " $* " != *" $path "* ]] && continue
    spent=$(awk -v a="$(per_call "$path")" -v b="$loop" 'BEGIN { printf "%.1f", a - b }')
    verdict=$(awk -v a="$spent" -v b="$budget" 'BEGIN { if (a > b) print "OVER" }')
    printf '%-26s %18s %8s %s\n' "$path" "$spent" "$budget" "$verdict"
    [[ -z $verdict ]] || { over=1; echo "    the budget is for: $why"; }
done <"$budgets"
exit "$over"
