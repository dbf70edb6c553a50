#!/usr/bin/env bash
# Proves that the models can fail: breaks the code in one place at a time, in a copy, and expects the named model to notice.
# Usage: proof/mutants.sh [part of a mutant's name]
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
copy=$root/target/mutants
only=${1:-}
survivors=0
export RUSTFLAGS='--cfg shuttle' RUST_BACKTRACE=0 CARGO_TARGET_DIR=$root/target/mutants-built
# Each mutant is built once and runs for seconds.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
export MEMOKIT_MODEL_RUNS=${MEMOKIT_MODEL_RUNS:-3000}

# mutant NAME FILE MODEL PERL: PERL changes FILE, exactly once.
mutant() {
    local name=$1 file=memo-core/src/$2 model=$3 change=$4
    [[ $name == *"$only"* ]] || return 0
    rm -rf "$copy" && mkdir -p "$copy"
    (cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy")
    if ! perl -0pi -e '$n = '"$change"'; END { exit($n == 1 ? 0 : 1) }' "$copy/$file"; then
        echo "$name: $file has changed, and so must its mutant" && survivors=$((survivors + 1)) && return 0
    fi
    if ! (cd "$copy" && cargo test -q -p memo-core --lib --release --no-run 2> "$copy/log"); then
        echo "$name: does not compile" && tail -20 "$copy/log" && survivors=$((survivors + 1)) && return 0
    fi
    # A mutant may also never end, or crash.
    if (cd "$copy" && timeout 300 cargo test -q -p memo-core --lib --release "models::$model" > "$copy/log" 2>&1); then
        echo "$name: SURVIVES $model" && survivors=$((survivors + 1))
    else
        echo "$name: caught by $model: $(grep -A1 -m1 'panicked at memo-core' "$copy/log" | tail -1 || true)"
    fi
}

# Who reads, and who reuses.
mutant reader-announces-nothing table/hazard.rs table::an_entry_that_is_read \
    's/(fn hold.*?)self\.word\.address\.store\(node\.addr\(\), Release\);/$1/s'
mutant reader-without-barrier table/hazard.rs table::an_entry_that_is_read \
    's/if self\.word\.fenced \{ barrier::light\(\) \} else \{ barrier::compiler\(\) \}//'
mutant reader-looks-before-it-announces table/mod.rs table::an_entry_that_is_read \
    's/(fn find_near.*?)        hold\(head\);\n(.*?)if head\.is_live\(hash, in_time\)/$1$2let live = head.is_live(hash, in_time); hold(head); if live/s'
mutant far-reader-looks-before-it-announces table/mod.rs table:: \
    's/(fn check.*?)        hold\(head\);\n(.*?let due = head\.due_if\(hash\)\?;)/$1$2 hold(head);/s'
mutant reclaimer-without-barrier table/hazard.rs table::an_entry_that_is_read 's/    barrier::heavy\(is_alone\);\n//'
mutant reader-lets-go-without-release table/hazard.rs table::an_entry_that_is_read \
    's/(impl Drop for Reading.*?store\(0, )Release/$1Relaxed/s'
mutant next-word-without-release table/hazard.rs table::a_word_that_says \
    's/(word\.record\.set\(record\);.*?store\(sign, )Release/$1Relaxed/s'
mutant next-hold-without-release table/hazard.rs table:: 's/(impl Hold.*?store\(node\.addr\(\), )Release/$1Relaxed/s'
mutant pool-is-not-asked table/hazard.rs table::readers_inside 's/    held\.extend\(held_for_long\(\)\);\n//'
mutant inner-reader-takes-the-outer-word table/hazard.rs table::readers_inside \
    's/known\.is_ok\(\) && record\.word\.address\.load\(Relaxed\) == 0 \{/known.is_ok() {/'
mutant record-is-given-back-twice table/hazard.rs table::threads_end \
    's/&known\.unwrap_or_else\(\|_\| Record::take\(\)\)/\&known.unwrap_or_else(|_| RECORDS.load(Acquire).cast_const())/'
# Alive and dead.
mutant dead-without-release table/node.rs table::a_key_that_is_replaced 's/store\(DEAD, Release\)/store(DEAD, Relaxed)/'
mutant alive-without-release table/node.rs table:: 's/(kept\(\)\), )Release/$1Relaxed/'
mutant alive-without-acquire table/node.rs table::an_entry_that_is_read 's/(fn is_live\(.*?load\()Acquire/$1Relaxed/s'
# The clock.
mutant clock-stands-when-entries-come table/mod.rs table::a_miss_is_proved \
    's/        table\.clock\.store\(tick\.max.*?\n//'
mutant clock-stands-when-entries-come-home table/bucket.rs table::what_comes_home \
    's/        moved\(\);\n(        for \(home, step)/$1/'
mutant clock-stands-at-a-split table/index.rs table::what_stays_is_found_while_a_segment_splits 's/        moved\(\);\n//'
mutant clock-moves-after-a-split table/index.rs table::what_stays_is_found_while_a_segment_splits \
    's/        moved\(\);\n(.*?debug_assert_eq!\(there, Some\(hash\)\);\n        \})/$1 moved();/s'
mutant clock-is-read-without-acquire table/mod.rs table:: 's/(fn find_near.*?self\.clock\.load\()Acquire/$1Relaxed/s'
mutant clock-is-not-looked-at-again table/mod.rs table::a_key_that_is_replaced \
    's/if self\.clock\.load\(Relaxed\) == clock \{ Look::Nothing\(clock\) \} else \{ Look::Unclear \}/Look::Nothing(clock)/'
mutant clock-is-looked-at-without-fence table/mod.rs table:: 's/        fence\(Acquire\);\n//'
# Buckets and segments.
mutant slot-without-acquire table/bucket.rs table::a_slot_that_is_read 's/(get_unchecked\(place\) \}\.load\()Acquire/$1Relaxed/'
mutant slot-without-release table/bucket.rs table::a_slot_that_is_read 's/store\(slot, Release\)/store(slot, Relaxed)/'
mutant tag-goes-without-release table/bucket.rs table::what_stays_is_found_while_a_segment_splits \
    's/(!\(0xFF << \(8 \* place\)\), )Release/$1Relaxed/'
mutant overflow-goes-without-release table/bucket.rs table::what_moves_out \
    's/(ctrl - \(1 << OVERFLOW_SHIFT\), )Release/$1Relaxed/'
mutant segment-without-release table/index.rs table::what_stays_is_found_while_a_segment \
    's/store\(pointer, Release\)/store(pointer, crate::sync::atomic::Ordering::Relaxed)/'
mutant split-publishes-last table/index.rs table::what_stays_is_found_while_a_segment_splits \
    's/            self\.publish_segment\(book, new\);\n(.*?)(        moved\(\);)/$1$2/s'
mutant directory-without-release table/index.rs table::what_stays_is_found_while_a_segment \
    's/(address \| depth\), )Release/$1crate::sync::atomic::Ordering::Relaxed/'
mutant chunks-without-release table/index.rs table::a_slot_that_is_read 's/(chunks\.store\(chunks, )Release/$1crate::sync::atomic::Ordering::Relaxed/'
# Emptying.
mutant emptied-memory-does-not-wait engine/reclaim.rs store::a_store_is_emptied \
    's/\|detached\| !held\.iter\(\)\.any\(\|&address\| inside\(detached, address\)\)/|_| true/'
mutant emptied-memory-waits-for-holds-only engine/reclaim.rs store::a_store_is_emptied 's/address == sign \|\| //'
mutant emptied-with-runs-under-way engine/state.rs store:: 's/state\.flights\.len\(\) > 0 \|\| //'
# The engine.
mutant what-is-held-is-dropped engine/reclaim.rs store::what_is_read_lives 's/if held\.contains\(&self\.table\.node\(entries\[at\]/if false \&\& held.contains(\&self.table.node(entries[at]/'
mutant old-leaves-before-new-comes engine/state.rs store::a_key_that_is_written_again \
    's/        self\.publish\(new, mark, tick, now\);\n        self\.unlink\(old, RemovalCause::Replaced\);/        self.unlink(old, RemovalCause::Replaced); self.publish(new, mark, tick, now);/'
mutant flight-holds-nothing engine/ticket.rs store::who_waits 's/Flight::of\(Hold::new\(head\)\)/Flight::default()/'
mutant compared-is-not-held engine/locate.rs store:: 's/_hold: Hold::new\(head\)/_hold: Hold::new(std::ptr::null())/'
mutant failed-run-tells-nobody engine/ticket.rs store::of_those_who_wait 's/            flight\.land\(failure\.map_or.*?\n/            let _ = (flight, failure.map_or(Landing::Nothing, Landing::Failure));\n/'
mutant cut-run-is-kept engine/ticket.rs store::what_was_removed 's/            && !run\.cut\n//'
mutant far-hit-asks-again engine/hit.rs store::a_key_that_is_written_again 's/Some\(\(head, due\)\) if self\.is_live_at\(head, due\)/Some((head, due)) if self.is_live_at(head, head.due())/'
mutant lock-without-release table/lock.rs store:: 's/self\.0\.taken\.store\(false, Release\)/self.0.taken.store(false, Relaxed)/'

rm -rf "$copy"
[[ $survivors == 0 ]] || { echo "$survivors survive"; exit 1; }
