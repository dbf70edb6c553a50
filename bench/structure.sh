#!/bin/bash
# Counts what the source code shows about its structure, beside targets:
#
# - lines of code of each crate, without comments and blank lines, and of its tests
# - `unsafe` sites (blocks, functions, impls, traits) of each folder and top-level file of memo-core
# - names of structs, enums and traits that are declared more than once in a crate
# - import cycles: sets of modules (files) of a crate that import each other directly or indirectly
#
# usage: bench/structure.sh [--check]      (from any directory; --check exits with 1 over a target)
#
# Tests are files and folders named `tests`, inline `#[cfg(test)]` modules, and the root's `tests/`.
# The models of concurrent code in memo-core/src/models and sync/model count as tests, except for
# import cycles. A line is a comment if it begins with `//`. A module imports what it names through
# `crate`, `super`, `self` or a child module, in `use` declarations and elsewhere. Two things are no
# imports: re-exports of a module's own children, which are its table of contents, and `$crate`
# paths in macros.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

crates=(src memo-core/src memo-macros/src bench/src)
over=0

# lines FOLDER..: the lines of code, each as `code`, `model` or `test`, the file, and the line,
# separated by tabs.
lines() {
    find "$@" -name '*.rs' | sort | xargs awk '
        FNR == 1 {
            of_file = "code"
            if (FILENAME ~ /\/(models|sync\/model)\//) of_file = "model"
            if (FILENAME ~ /(^|\/)tests(\/|\.rs$)/) of_file = "test"
            inline = pending = 0
        }
        /^#\[cfg\(.*test/ { pending = 1 }
        !/^#/ && pending { inline = /mod .*\{$/; pending = 0 }
        { sub(/^[ \t]+/, "  ") }
        !/^ *(\/\/|$)/ { printf "%s\t%s\t%s\n", inline ? "test" : of_file, FILENAME, $0 }
        /^}/ { inline = 0 }'
}

# code FOLDER..: the lines that belong to the crate itself, without the first field.
code() { lines "$@" | sed -n 's/^code\t//p'; }

# verdict COUNT TARGET: sets `verdict` to "target N", and adds OVER if COUNT is larger.
verdict() {
    verdict="target $2"
    if (($1 > $2)); then verdict+=', OVER' over=1; fi
}

unsafe_sites() {
    code memo-core/src | awk -F '\t' '
        {
            split($1, part, "/")
            sites[part[3]] += gsub(/(^|[^A-Za-z0-9_])unsafe (\{|impl|trait|(extern "C" )?fn [a-z_])/, "", $2)
        }
        END { for (module in sites) if (sites[module]) print module, sites[module] }' | sort -k2,2nr -k1,1
}

# repeated_names FOLDER
repeated_names() {
    code "$1" | awk -F '\t' '
        match($2, /^ *(pub(\([a-z:]+\))? )?(unsafe )?(struct|enum|trait|union) [A-Z][A-Za-z0-9]*/) {
            name = substr($2, RSTART, RLENGTH)
            sub(/.* /, "", name)
            if (count[name]++) files[name] = files[name] ", " $1; else files[name] = $1
        }
        END { for (name in count) if (count[name] > 1) print "    " name ": " files[name] }' | sort
}

# cycles FOLDER
cycles() {
    lines "$1" | sed -n 's/^\(code\|model\)\t//p' | awk -F '\t' -v root="$1" '
        # The module of a file: `a::b` for a/b.rs and a/b/mod.rs, "" for the root.
        function module(file) {
            file = substr(file, length(root) + 2)
            sub(/\.rs$/, "", file)
            sub(/(^|\/)(mod|lib|main)$/, "", file)
            gsub(/\//, "::", file)
            return file
        }
        # Adds an edge from module `from` to the module that contains the item `path`.
        function import(from, path,    n, i, part, at, next_at) {
            n = split(path, part, / *:: */)
            at = from
            for (i = 1; i <= n; i++) {
                if (part[i] == "crate") at = ""
                else if (part[i] == "super") { if (!sub(/::[^:]*$/, "", at)) at = "" }
                else if (part[i] != "self") {
                    next_at = at == "" ? part[i] : at "::" part[i]
                    if (!(next_at in modules)) break
                    at = next_at
                }
            }
            if (at != from) edges[from] = edges[from] SUBSEP at
        }
        # Imports every path of a `use` tree such as `crate::{a, b::{c, d}}`.
        function import_tree(from, prefix, tree,    i, c, depth, start) {
            sub(/^ +/, "", tree)
            i = index(tree, "{")
            if (!i) {
                path = prefix tree
                # `super::*` is what inline modules import, from their own file.
                if (path ~ /^(crate|super|self) *::/ && path !~ /^super::\*/ || child(from, path) && !exported)
                    import(from, path)
                return
            }
            prefix = prefix substr(tree, 1, i - 1)
            for (start = ++i; i <= length(tree); i++) {
                c = substr(tree, i, 1)
                if (c == "{") depth++
                else if (c == "}" && depth) depth--
                else if (c == "}" || c == "," && !depth) {
                    if (i > start) import_tree(from, prefix, substr(tree, start, i - start))
                    start = i + 1
                }
            }
        }
        # Whether a path begins with a module that is declared in this one.
        function child(from, path) {
            sub(/ *::.*/, "", path)
            return ((from == "" ? path : from "::" path) in modules)
        }
        function reach(from, at,    n, i, next_at) {
            n = split(edges[at], next_at, SUBSEP)
            for (i = 2; i <= n; i++)
                if (!((from, next_at[i]) in reached)) { reached[from, next_at[i]] = 1; reach(from, next_at[i]) }
        }
        {
            file[NR] = $1; text[NR] = $2; modules[module($1)] = 1
        }
        END {
            for (line = 1; line <= NR; line++) {
                from = module(file[line]); rest = text[line]
                exported = rest ~ /^ *pub/
                if (sub(/^ *(pub(\([a-z: ]+\))? )?use /, "", rest)) {
                    while (rest !~ /;/) rest = rest " " text[++line]
                    sub(/;.*/, "", rest)
                    import_tree(from, "", rest)
                    continue
                }
                gsub(/pub\(in [a-z_:]+\)|"[^"]*"/, "", rest)
                while (match(rest, /[A-Za-z0-9_$:]*[a-z0-9_]+::/)) {
                    path = substr(rest, RSTART, RLENGTH)
                    tail = substr(rest, RSTART + RLENGTH)
                    if (path ~ /^(crate|super|self)::/ || path ~ /^[a-z]/ && child(from, path)) {
                        match(tail, /^[A-Za-z0-9_]*/)
                        import(from, path substr(tail, 1, RLENGTH))
                    }
                    rest = tail
                }
            }
            for (from in modules) reach(from, from)
            for (from in modules) {
                if (!((from, from) in reached) || from in shown) continue
                cycle = ""
                for (other in modules)
                    if (((from, other) in reached) && ((other, from) in reached)) {
                        shown[other] = 1
                        cycle = cycle " " (other == "" ? "crate" : other)
                    }
                print "   " cycle
            }
        }' | sort
}

printf '%-42s %10s %10s\n' "lines of code" code tests
for folder in "${crates[@]}"; do
    tests=$folder
    [[ $folder == src ]] && tests="src tests"
    # shellcheck disable=SC2086 # two words
    lines $tests | awk -F '\t' -v crate="$folder" '
        { count[$1 == "code" && $2 !~ /^tests\// ? "code" : "test"]++ }
        END { printf "  %-40s %10d %10d\n", crate, count["code"], count["test"] }'
done

sites=$(unsafe_sites)
verdict "$(awk '$1 == "call" || $1 == "cache" { sum += $2 } END { print sum + 0 }' <<<"$sites")" 5
printf '\n%-42s %10s    call and cache together: %s\n' "unsafe sites of memo-core" sites "$verdict"
awk '{ printf "  %-40s %10d\n", $1, $2; sum += $2 } END { printf "  %-40s %10d\n", "all", sum }' <<<"$sites"

# count_of WHAT: how many lines WHAT prints for each crate, and the lines.
count_of() {
    local folder found count
    for folder in "${crates[@]}"; do
        found=$("$1" "$folder")
        count=$(grep -c . <<<"$found" || true)
        verdict "$count" 0
        printf '  %-40s %10d    %s\n' "$folder" "$count" "$verdict"
        [[ -z $found ]] || echo "$found"
    done
}

printf '\n%-42s %10s\n' "names declared more than once in a crate" names
count_of repeated_names
printf '\n%-42s %10s\n' "import cycles among the modules of a crate" cycles
count_of cycles

[[ $over == 0 || ${1:-} != --check ]]
