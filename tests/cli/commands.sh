#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The face of every command: help with examples, man page, suggestions for misspelt words, exit codes.
. "$(dirname "$0")/../common.sh"

expect 0 "glint --version" "^glint [0-9]+\.[0-9]+\.[0-9]+" -- "$GLINT" --version
expect 0 "glint --help lists the exit codes" "4 stopped on request" -- "$GLINT" --help
expect 2 "glint without a command" "usage: glint COMMAND" -- "$GLINT"
expect 2 "a misspelt command is corrected" "did you mean convert\?" -- "$GLINT" convret
expect 2 "an unknown command" "unknown command 'xyzzyx'" -- "$GLINT" xyzzyx

commands=$(sed -n 's/^ *X(\([a-z0-9_]*\)).*/\1/p' "$ROOT/src/commands.h" | tr _ -)
test -n "$commands" || not_ok "no command was found in src/commands.h"
for c in $commands; do
    "$GLINT" "$c" --help > help.txt 2>&1
    code=$?
    bad=
    test $code = 0 || bad="exit code $code"
    grep -q "^usage: glint $c" help.txt || bad="$bad; no usage line"
    grep -q "^examples:" help.txt || bad="$bad; no examples"
    grep -qE "^  (.*[ (/])?glint $c( |$)" help.txt || bad="$bad; no example that calls glint $c"
    awk 'length($0) > 140 {exit 1}' help.txt || bad="$bad; a line is longer than 140 characters"
    if test -z "$bad"; then ok "glint $c --help"; else echo "$bad" >> help.txt; not_ok "glint $c --help" help.txt; fi
    expect 0 "glint help $c" "^usage: glint $c" -- "$GLINT" help "$c"
    expect 0 "glint --man $c is roff" "^\.TH GLINT-" -- "$GLINT" --man "$c"
    expect 2 "glint $c --no-such-option" "unknown option --no-such-option" -- "$GLINT" "$c" --no-such-option
    # The first long option, misspelt by one letter, is suggested.
    option=$(sed -n 's/^  ..*\(--[a-z-]*\).*/\1/p' help.txt | grep -E '^--[a-z-]{4,}$' | head -n 1)
    test -z "$option" || expect 2 "glint $c ${option}x" "did you mean $option\?" -- "$GLINT" "$c" "${option}x"
done
