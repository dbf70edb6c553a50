#!/usr/bin/env bash
# Runs the unsafe code on few entries under Miri (memo-core/tests/miri.rs): under both of its models
# of references, Tree Borrows and Stacked Borrows, the default, and with some schedules of the
# threads each. Readers execute real barriers there, as with `--cfg memokit_fences`. Without Miri it
# says so and ends well.
#
# usage: memo-core/proof/miri.sh [SEEDS]      (from any directory)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seeds=${1:-16}
if ! cargo +nightly miri --version >/dev/null 2>&1; then
    echo "miri: skipped, there is no nightly toolchain with the component miri"
    exit
fi
export CARGO_TARGET_DIR=target/miri
for model in -Zmiri-tree-borrows ''; do
    echo "${model:-the default, Stacked Borrows}, $seeds schedules"
    for ((seed = 0; seed < seeds; seed++)); do
        MIRIFLAGS="$model -Zmiri-seed=$seed" cargo +nightly miri test --quiet -p memo-core --test miri
    done
done
