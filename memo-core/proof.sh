#!/usr/bin/env bash
# Checks that the unsafe code is sound, beside the ordinary tests. Says what ran; fails if anything
# fails.
#
# usage: memo-core/proof.sh [--short]      (from any directory)
#
# models      the code itself under a model checker with a modelled memory (memo-core/models)
# mutants     whether each mutant of the code, which some model must catch, still applies to it
# fences      stress and the unit tests with real barriers in readers, as without membarrier(2)
# stress      threads doing everything at once to values that check themselves and are counted
# miri        the unsafe code on few entries under Miri; needs a nightly toolchain with Miri, else
#             says so
# addresses   both under AddressSanitizer and LeakSanitizer; needs a nightly toolchain, else says so
#
# ThreadSanitizer does not run: it needs a standard library that is instrumented too, and reports
# races on fences, which it does not know. `proof/mutants.sh` runs the mutants, which takes an hour.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runs=20000 operations=20000000 seeds=16
[[ ${1:-} == --short ]] && { runs=300 operations=400000 seeds=1; }
export MEMOKIT_MODEL_RUNS=$runs MEMOKIT_STRESS_OPERATIONS=$operations

step() { printf '\n-- %s (%ss)\n' "$1" "$SECONDS"; }

step "models, $runs runs of each by either scheduler"
cargo test --quiet -p memo-models --release

step "mutants"
memo-core/proof/mutants.sh --check

step "fences: stress of $operations operations, and the unit tests of table and engine"
RUSTFLAGS='--cfg memokit_fences' CARGO_TARGET_DIR=target/fences cargo test --quiet -p memo-core --test stress --release
RUSTFLAGS='--cfg memokit_fences' CARGO_TARGET_DIR=target/fences cargo test --quiet -p memo-core --lib --release -- table engine

step "stress with what this system has, $operations operations"
cargo test --quiet -p memo-core --test stress --release

step "miri"
memo-core/proof/miri.sh "$seeds"

host=$(rustc -vV | sed -n 's/^host: //p')
if cargo +nightly --version >/dev/null 2>&1; then
    step "addresses and leaks, on $(cargo +nightly --version), $((operations / 10)) operations"
    export RUSTFLAGS='-Zsanitizer=address' CARGO_TARGET_DIR=target/addresses MEMOKIT_STRESS_OPERATIONS=$((operations / 10))
    cargo +nightly test --quiet -p memo-core --target "$host" --test stress --release
    cargo +nightly test --quiet -p memo-core --target "$host" --lib --release -- table engine
else
    step "addresses: skipped, there is no nightly toolchain"
fi
step "done"
