#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The documents are true: files they name exist, links lead somewhere, commands of the how-to and the READMEs run, the
# example inputs are valid, the change log knows the version.
# limit: 200
. "$(dirname "$0")/../common.sh"
cd "$ROOT" || exit 1
documents=$(find . -name '*.md' -not -path './build/*' -not -path './runs/*/*' | sort)

# Every `path/with.ending` or `folder/file` in backquotes that begins with a folder of the repository.
missing=
for d in $documents; do
    for f in $(grep -oE '`(src|analysis|tests|inputs|docs|potentials)/[A-Za-z0-9_./-]+`' "$d" | tr -d '`'); do
        case $f in *NAME* | *\**) continue ;; esac
        test -e "$f" || missing="$missing $d:$f"
    done
    for f in $(grep -oE '\]\([^)#: ]+\)' "$d" | sed 's/](\(.*\))/\1/'); do
        test -e "$(dirname "$d")/$f" || missing="$missing $d:$f"
    done
done
if test -z "$missing"; then ok "every file the documents name exists"; else echo "$missing" | tr ' ' '\n' > "$WORK/missing.txt"; not_ok "every file the documents name exists" "$WORK/missing.txt"; fi

for input in inputs/*/*.yaml; do expect_input() { "$GLINT" check "$1" > "$WORK/check.txt" 2>&1; }
    if expect_input "$input"; then ok "glint check $input"; else not_ok "glint check $input" "$WORK/check.txt"; fi
done
version=$("$GLINT" --version | sed 's/glint //')
grep -q "^## $version" CHANGELOG.md && grep -q "^version: $version" CITATION.cff && ok "version $version is in CHANGELOG.md and CITATION.cff" ||
    not_ok "version $version is in CHANGELOG.md and CITATION.cff"
undocumented=
for c in $(sed -n 's/^ *X(\([a-z0-9_]*\)).*/\1/p' src/commands.h | tr _ -); do
    grep -rqE "glint $c\b" README.md docs || undocumented="$undocumented $c"
done
test -z "$undocumented" || echo "# not mentioned in README.md or docs:$undocumented"

# Indented lines that begin with `build/glint` (and have no placeholder) are run, in order, in a copy of the folder.
mkdir "$WORK/copy" && cp -r inputs "$WORK/copy/" && mkdir "$WORK/copy/build" && ln -s "$GLINT" "$WORK/copy/build/glint"
for d in README.md docs/howto.md inputs/*/README.md; do
    (cd "$WORK/copy" && rm -rf runs)
    sed -n 's/^    \(build\/glint .*\)/\1/p' "$d" | sed 's/ *#.*//' | grep -vE 'DIR|NAME|dump\.lammpstrj|frames\.h5|report|inputs/demo' > "$WORK/commands.txt"
    while read -r command; do
        (cd "$WORK/copy" && timeout 100 bash -c "$command") > "$WORK/out.txt" 2>&1 < /dev/null
        code=$?
        if test $code = 0; then ok "$d: $command"; else echo "exit code $code" >> "$WORK/out.txt"; not_ok "$d: $command" "$WORK/out.txt"; fi
    done < "$WORK/commands.txt"
done
