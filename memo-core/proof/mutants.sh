#!/usr/bin/env bash
# Proves that the models can fail: breaks the code in one place at a time, in a copy, and expects a
# model to notice. Says which one did. Fails if a mutant survives, and before anything runs if the
# code has changed so that a mutant does not apply.
#
# usage: memo-core/proof/mutants.sh [--check] [part of a mutant's name]      (from any directory)
#
# --check     only whether all mutants apply, which takes a second
set -euo pipefail

check=
[[ ${1:-} == --check ]] && { check=1 && shift; }
only=${1:-}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
copy=$root/target/mutants
export RUST_BACKTRACE=0 CARGO_TARGET_DIR=$root/target/mutants-built
# Each mutant is built once and runs for seconds.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_INCREMENTAL=true
export MEMOKIT_MODEL_RUNS=${MEMOKIT_MODEL_RUNS:-3000}
# Longer than any model takes.
timeout=600

names=() rooms=() models=() changes=()

# mutant NAME ROOM MODELS PERL: PERL changes one file of memo-core/src/ROOM, and one of MODELS, which
# are named as `cargo test` selects tests, must fail then.
mutant() {
    [[ $1 == *"$only"* ]] || return 0
    names+=("$1") rooms+=("$2") models+=("$3") changes+=("$4")
}

# change ROOT ROOM PERL [write]: says which file of the room PERL changes. Fails unless it is one.
change() {
    local files
    mapfile -d '' files < <(find "$1/memo-core/src/$2" -name '*.rs' -not -path '*/tests/*' -print0)
    perl -e '
        my ($change, $write, @files) = @ARGV;
        my %changed;
        for my $file (@files) {
            local ($/, @ARGV) = (undef, $file);
            local $_ = <>;
            my $times = eval $change;
            die $@ if $@;
            $changed{$file} = $_ if $times;
        }
        my @names = sort keys %changed;
        die @names ? "applies to @names\n" : "applies nowhere\n" unless @names == 1;
        if ($write) {
            open my $out, ">", $names[0] or die "$names[0]: $!";
            print $out $changed{$names[0]} or die "$names[0]: $!";
            close $out or die "$names[0]: $!";
        }
        print "$names[0]\n";
    ' "$3" "${4:-}" "${files[@]}"
}

# What a model prints when it fails: where, and why.
reason() {
    sed -n "/^thread '.*panicked at memo-core/{n;p;q}" "$copy/log" | cut -c -100
}

# Hazard pointers: readers that protect an entry, and the reclaimer that reuses its cell.
mutant fast-guard-protects-nothing table reclamation::a_protected \
    's/(impl FastHazardGuard \{.*?fn protect.*?)self\.hazard\.address\.store\(node\.addr\(\), Release\);/$1let _ = node;/s'
mutant guard-protects-nothing table reclamation::a_protected \
    's/(impl HazardGuard \{.*?fn protect.*?)self\.hazard\.address\.store\(node\.addr\(\), Release\);/$1let _ = node;/s'
mutant fast-guard-without-compiler-fence table reclamation::a_protected \
    's/(impl FastHazardGuard \{.*?fn protect.*?)        barrier::compiler\(\);\n/$1/s'
mutant guard-without-fence table reclamation::a_protected \
    's/if self\.hazard\.fenced \{ barrier::light\(\) \} else \{ barrier::compiler\(\) \}//'
mutant fast-lookup-checks-before-it-protects table reclamation::a_protected \
    's/(fn find_fast.*?)        protect\(entry\.as_ptr\(\)\);\n(.*?)if entry\.is_live\(hash, is_fresh\)/$1$2let live = entry.is_live(hash, is_fresh); protect(entry.as_ptr()); if live/s'
mutant full-lookup-checks-before-it-protects table reclamation::a_protected \
    's/(fn verify.*?)        protect\(entry\.as_ptr\(\)\);\n(.*?let deadline = entry\.deadline_if\(hash\)\?;)/$1$2 protect(entry.as_ptr());/s'
mutant reclaimer-without-barrier table reclamation::a_protected \
    's/    barrier::heavy\(is_alone\);\n//'
mutant reclaimer-without-membarrier table reclamation::a_protected \
    's/        membarrier::barrier_everywhere\(\);\n//'
mutant reclaimer-without-fence table reclamation::a_protected \
    's/(fn heavy.*?)    fence\(SeqCst\);\n/$1/s'
mutant record-is-acquired-without-fence table reclamation::a_protected \
    's/(fn acquire\(\) -> .*?)        fence\(SeqCst\);\n/$1/s'
mutant scan-without-acquire table reclamation::a_protected \
    's/(fn protected\(\).*?address\.load\()Acquire/$1crate::sync::atomic::Ordering::Relaxed/s'
mutant scan-of-the-pool-without-acquire table reclamation::nested \
    's/(fn each_address.*?address\.load\()Acquire/$1crate::sync::atomic::Ordering::Relaxed/s'
mutant roster-is-scanned-without-acquire table reclamation:: \
    's/(in_use\.load\()Acquire/$1Relaxed/'
mutant guard-is-dropped-without-release table reclamation::a_protected \
    's/(impl Drop for HazardGuard.*?store\(0, )Release/$1Relaxed/s'
mutant fast-guard-is-dropped-without-release table reclamation::a_protected \
    's/(impl Drop for FastHazardGuard.*?store\(0, )Release/$1Relaxed/s'
mutant next-scan-without-release table reclamation:: \
    's/(hazard\.record\.set\(Some\(record\)\);.*?store\(scan_tag, )Release/$1Relaxed/s'
mutant next-fast-scan-without-release table reclamation::a_hazard_pointer \
    's/(fn read_fast.*?store\(scan_tag, )Release/$1Relaxed/s'
mutant next-entry-without-release table reclamation::a_guard_that \
    's/(impl HazardGuard \{.*?store\(node\.addr\(\), )Release/$1Relaxed/s'
mutant next-fast-entry-without-release table reclamation::a_hazard_pointer \
    's/(impl FastHazardGuard \{.*?store\(node\.addr\(\), )Release/$1Relaxed/s'
mutant next-pin-without-release table reclamation::a_reused \
    's/(impl PinnedEntry.*?store\(node\.addr\(\), )Release/$1crate::sync::atomic::Ordering::Relaxed/s'
mutant pool-is-not-scanned table reclamation::nested \
    's/(fn protected\(\).*?)    add_pooled\(&mut protected\);\n/$1/s'
mutant member-is-released-without-release table reclamation:: \
    's/(in_use\.load\(Relaxed\) & !\(1 << at\), )Release/$1Relaxed/'
mutant member-is-acquired-without-its-bit table reclamation:: \
    's/in_use\.load\(Relaxed\) \| 1 << at/in_use.load(Relaxed)/'
mutant nested-guard-takes-the-outer-hazard table reclamation::nested \
    's/(Some\(record\)) if record\.hazard\.address\.load\(Relaxed\) == 0/$1/'
mutant record-is-released-twice table reclamation::ending_threads \
    's/current\.unwrap_or_else\(ThreadRecord::acquire\)/current.unwrap_or_else(|| { let mut any = None; ThreadRecord::all(|record| { any = Some(record); false }); any.unwrap() })/'

# Entries: alive or dead.
mutant dead-without-release table lookup::a_replaced \
    's/store\(DEAD, Release\)/store(DEAD, Relaxed)/'
mutant alive-without-release table lookup::a_replaced \
    's/(u64::from\(hash\.fragment\(\)\), )Release/$1Relaxed/'
mutant alive-without-acquire table reclamation::a_protected \
    's/(fn is_live\(.*?load\()Acquire/$1Relaxed/s'
mutant deadline-without-acquire table reclamation::a_protected \
    's/(fn deadline_if\(.*?load\()Acquire/$1Relaxed/s'

# The version of the table, which proves absence.
mutant version-stays-when-an-entry-comes table lookup::an_unchanged \
    's/        table\.advance_version\(stamp\);\n//'
mutant version-without-release-when-an-entry-comes table lookup::an_unchanged \
    's/(stamp\.max\(.*?, )Release/$1if stamp == 0 { Release } else { Relaxed }/'
mutant version-without-release-when-entries-move table lookup::keys_are_found_while_a_segment_splits \
    's/(stamp\.max\(.*?, )Release/$1if stamp == 0 { Relaxed } else { Release }/'
mutant version-stays-when-entries-are-rehomed table lookup::an_entry_that_is_rehomed \
    's/        moved\(\);\n(        for \(home, step)/$1/'
mutant version-stays-at-a-split table lookup::keys_are_found_while_a_segment_splits \
    's/        moved\(\);\n(        let old = )/$1/'
mutant version-changes-after-a-split table lookup::keys_are_found_while_a_segment_splits \
    's/        moved\(\);\n(        let old = .*?debug_assert_eq!\(unlinked, Some\(hash\)\);\n        \})/$1 moved();/s'
mutant version-without-acquire-in-a-fast-lookup table lookup::keys_are_found_while_a_segment_splits \
    's/(fn find_fast.*?self\.version\.load\()Acquire/$1Relaxed/s'
mutant version-without-acquire-in-a-full-lookup table lookup::keys_are_found_while_a_segment_splits \
    's/(fn find_full<.*?self\.version\.load\()Acquire/$1Relaxed/s'
mutant version-is-not-compared table lookup::a_replaced \
    's/self\.version\.load\(Relaxed\) == version/true/'

# Buckets, segments and chunks.
mutant slot-without-acquire table lookup::a_slot \
    's/(get_unchecked\(position\) \}\.load\()Acquire/$1Relaxed/'
mutant slot-without-release table lookup::a_slot \
    's/store\(slot, Release\)/store(slot, Relaxed)/'
mutant tag-without-acquire table lookup::a_tag_leads \
    's/(fn candidates.*?ctrl\.load\()Acquire/$1Relaxed/s'
mutant tag-comes-without-release table lookup:: \
    's/(hash\.tag\(\) << \(8 \* position\), )Release/$1Relaxed/'
mutant tag-leaves-without-release table lookup::keys_are_found_while_a_segment_splits \
    's/(fn unlink.*?!\(0xFF << \(8 \* position\)\), )Release/$1Relaxed/s'
mutant rehomed-tag-leaves-without-release table lookup::an_entry_that_is_rehomed \
    's/(fn rehome.*?)bucket\.unlink\(position\);/$1use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};
            let ctrl = unsafe { &*std::ptr::from_ref(bucket).cast::<AtomicU64>() };
            ctrl.store(ctrl.load(Relaxed) & !(0xFF << (8 * position)), Relaxed);/s'
mutant overflow-counts-up-without-release-of-slots table lookup::a_tag_leads \
    's/(ctrl \+ \(1 << OVERFLOW_SHIFT\), )Release/$1Relaxed/'
mutant overflow-counts-up-without-release-of-versions table lookup::an_entry_that_moves_is_found \
    's/(ctrl \+ \(1 << OVERFLOW_SHIFT\), )Release/$1Relaxed/'
mutant overflow-counts-down-without-release table lookup::an_entry_that_moves_from \
    's/(ctrl - \(1 << OVERFLOW_SHIFT\), )Release/$1Relaxed/'
mutant segment-without-release table lookup::keys_are_found_while_one_of_two \
    's/store\(pointer, Release\)/store(pointer, crate::sync::atomic::Ordering::Relaxed)/'
mutant segment-without-acquire table lookup::keys_are_found_while_one_of_two \
    's/(entry\(hash\)\.load\()Acquire/$1crate::sync::atomic::Ordering::Relaxed/'
mutant split-is-published-after-entries-left table lookup::keys_are_found_while_a_segment_splits \
    's/            self\.publish_directory\(index\);\n(        \} else \{.*?old\.rehome\(fragment, moved\);\n)/$1        self.publish_directory(index);\n/s'
mutant directory-without-release table lookup::keys_are_found_while_a_segment_splits \
    's/(tagged\(directory\), )Release/$1crate::sync::atomic::Ordering::Relaxed/'
mutant directory-without-acquire table lookup::keys_are_found_while_a_segment_splits \
    's/(fn load\(&self\) -> DirectoryRef.*?load\()Acquire/$1crate::sync::atomic::Ordering::Relaxed/s'
mutant chunks-without-release table lookup::a_slot \
    's/(chunks\(\)\.store\(chunks, )Release/$1crate::sync::atomic::Ordering::Relaxed/'
mutant chunks-without-acquire table lookup::a_slot \
    's/(\.chunks\(\)\.load\()Acquire/$1crate::sync::atomic::Ordering::Relaxed/'

# Counters and the lock.
mutant skipped-stamps-without-fence table counters::stamps \
    's/        fence\(Release\);\n//'
mutant ended-counters-without-release table counters::an_ended \
    's/(ended\.store\(true, )Release/$1Relaxed/'
mutant ended-counters-without-acquire table counters::an_ended \
    's/(ended\.load\()Acquire/$1Relaxed/'
mutant lock-without-acquire table cache::a_cache_is_resized \
    's/(fn lock.*?swap\(true, )Acquire/$1Relaxed/s'
mutant lock-without-release table cache::a_cache_is_resized \
    's/self\.0\.taken\.store\(false, Release\)/self.0.taken.store(false, Relaxed)/'

# Reclamation by the engine.
mutant protected-entry-is-dropped engine cache::a_value_lives \
    's/if protected\.contains\(entries\[at\]/if false \&\& protected.contains(entries[at]/'
mutant cleared-memory-is-freed-at-once engine cache::a_cache_is_cleared \
    's/        !is_inside\n/        { let _ = is_inside; true }\n/'
mutant cleared-memory-waits-for-entries-only engine cache::a_cache_is_cleared \
    's/protected\.contains\(scan_tag\)\n *\|\| /{ let _ = scan_tag; false } || /'
mutant memory-is-detached-during-runs engine single_flight::a_run_goes_on \
    's/state\.in_flight\.len\(\) > 0 \|\| //'

# The engine.
mutant old-entry-leaves-before-the-new-comes engine cache::a_key_that_is_inserted \
    's/(        self\.publish\(new, rank, stamp, now\);\n)(        self\.state\.walks\.replaced.*?\n        self\.unlink\(old, .*?\n)/$2$1/'
mutant flight-pins-nothing engine single_flight::waiters \
    's/Flight::of\(PinnedEntry::new\(entry\.as_ptr\(\)\)\)/Flight::default()/'
mutant compared-entry-is-not-pinned engine cache:: \
    's/_pin: PinnedEntry::new\(entry\.as_ptr\(\)\)/_pin: PinnedEntry::new(std::ptr::null())/'
mutant visited-entry-is-not-pinned engine cache::a_visited \
    's/let pin = PinnedEntry::new\(entry\.as_ptr\(\)\)/let pin = PinnedEntry::new(std::ptr::null())/'
mutant failed-run-does-not-wake-waiters engine single_flight::a_waiter_leads \
    's/(ended\.and_then\(InFlight::into_flight\))\.map\(\|flight\| EndOnDrop \{ flight, outcome \}\)/{ let _ = outcome; $1 }/'
mutant invalidated-run-is-kept engine single_flight::an_invalidated \
    's/            if invalidated \{/            if false {/'
mutant full-hit-reads-the-deadline-again engine cache::a_key_that_is_inserted \
    's/Some\(\(entry, deadline\)\) if self\.is_fresh\(stripe, &entry, deadline, &reading\)/Some((entry, _)) if self.is_fresh(stripe, \&entry, entry.deadline(), \&reading)/'

[[ ${#names[@]} -gt 0 ]] || { echo "no mutant is called '$only'" >&2 && exit 2; }
outdated=0
for at in "${!names[@]}"; do
    problem=$(change "$root" "${rooms[at]}" "${changes[at]}" 2>&1 >/dev/null) && continue
    echo "${names[at]}: $problem" >&2
    outdated=$((outdated + 1))
done
[[ $outdated == 0 ]] || { echo "$outdated of ${#names[@]} mutants do not apply: change them as the code was changed" >&2 && exit 2; }
[[ -z $check ]] || { echo "all ${#names[@]} mutants apply" && exit; }

rm -rf "$copy" && mkdir -p "$copy"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy")
build=(cargo test --quiet -p memo-models --release --test models)
survivors=0
for at in "${!names[@]}"; do
    name=${names[at]} model=${models[at]}
    file=$(change "$copy" "${rooms[at]}" "${changes[at]}" write)
    cd "$copy"
    if ! "${build[@]}" --no-run 2>log; then
        verdict="DOES NOT COMPILE: $(grep -m1 -A1 '^error' log | tr '\n' ' ')"
        survivors=$((survivors + 1))
    elif timeout $timeout "${build[@]}" -- "$model" >log 2>&1; then
        verdict="SURVIVES $model"
        survivors=$((survivors + 1))
    elif [[ $? == 124 ]]; then
        verdict="DOES NOT END, and no model of $model fails"
        survivors=$((survivors + 1))
    else
        # A mutant may also crash.
        caught=$(sed -n 's/^    \([a-z_]*::[a-z_]*\)$/\1/p' log | sort -u | paste -sd ' ')
        verdict="caught by ${caught:-$model, which crashes}: $(reason)"
    fi
    printf '%-46s %s\n' "$name" "$verdict"
    cp "$root${file#"$copy"}" "$file"
done
cd "$root" && rm -rf "$copy"
[[ $survivors == 0 ]] || { echo "$survivors of ${#names[@]} survive" >&2 && exit 1; }
echo "all ${#names[@]} are caught"
