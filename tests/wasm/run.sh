#!/usr/bin/env bash
# Runs memokit on wasm32-unknown-unknown under node, without anything from JavaScript, and builds it
# with the clock of JavaScript. Says so and ends well where the target or node is missing.
#
# usage: tests/wasm/run.sh      (from any directory)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=wasm32-unknown-unknown
if ! [[ -d $(rustc --print sysroot)/lib/rustlib/$target ]]; then
    echo "wasm: skipped, the target $target is not installed (rustup target add $target)"
    exit
fi
if ! command -v node >/dev/null; then
    echo "wasm: skipped, there is no node"
    exit
fi
cargo build --quiet -p memokit-wasm --target $target
node -e '
    const module = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
    const { exports } = new WebAssembly.Instance(module, {});
    for (const name of ["without_clock", "refused"]) {
        if (exports[name]() !== 1) throw new Error(name);
        console.log("wasm:", name, "ok");
    }
' "${CARGO_TARGET_DIR:-target}/$target/debug/memokit_wasm.wasm"
cargo build --quiet -p memokit-wasm --target $target --features web-time
echo "wasm: builds with a clock"
