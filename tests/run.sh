#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh — the test runner behind `make test`, `make test-all` and `make unit`.
#
# usage: tests/run.sh [all | unit | SCRIPT…]
#   without argument: unit tests, then the scripts in tests/cli, tests/mpi, tests/peers
#   all: also tests/physics and tests/fault;  unit: the unit tests only;  SCRIPT…: just these scripts
# environment: BUILD (build), PYTHON (/usr/bin/python3), JOBS (2 unit tests at once), UNIT_LIMIT (120: seconds for each)
#
# Unit tests are cmocka programs in $BUILD/tests/test_*; their own summary lines are counted. Scripts (*.sh, *.py) print
# `ok - name`, `not ok - name`, `skip - name: why`. Everything has a time limit: UNIT_LIMIT, 300 s a script, or what
# a line `# limit: SECONDS` in the script says. A program that crashes, hangs, or runs no test counts as a failure.
# Full output is kept in $BUILD/test-logs; that of failures is shown. The last line is `N passed, N failed` (with
# `, N skipped` when some were); exit 1 on a failure or when nothing ran.
set -u
cd "$(dirname "$0")/.." || exit 1
ROOT=$PWD
export BUILD=${BUILD:-build} PYTHON=${PYTHON:-/usr/bin/python3}
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
export GLINT=$BUILD/glint ROOT
# Threads that wait give their core away: tests share the machine, and spinning on a shared core costs a factor of ten.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
LOGS=$BUILD/test-logs
JOBS=${JOBS:-2}
export UNIT_LIMIT=${UNIT_LIMIT:-120}
what=${1:-standard}
rm -rf "$LOGS"
mkdir -p "$LOGS" || exit 1
started=$SECONDS

# one_unit PROGRAM: run it, leave NAME.log and NAME.count (passed failed skipped seconds).
one_unit() {
    local program=$1 name log code begin passed failed skipped
    name=$(basename "$program") log=$LOGS/$name.log begin=$SECONDS
    (cd "$ROOT" && OMP_NUM_THREADS=${OMP_NUM_THREADS:-2} timeout -k 5 "$UNIT_LIMIT" "$program") > "$log" 2>&1 < /dev/null
    code=$?
    passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
    failed=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
    skipped=$(sed -n 's/^\[  SKIPPED \] \([0-9]*\) test.*/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
    if test $code != 0 && test "$failed" = 0; then
        failed=1
        test $code = 124 && echo "killed: it ran longer than $UNIT_LIMIT s" >> "$log" || echo "ended with exit code $code" >> "$log"
    elif test $((passed + failed + skipped)) = 0; then
        failed=1
        echo "it ran no test" >> "$log"
    fi
    echo "$passed $failed $skipped $((SECONDS - begin))" > "$LOGS/$name.count"
}
export -f one_unit
export LOGS

one_script() {
    local script=$1 name log code begin limit p f s interpreter=bash
    name=$(basename "$(dirname "$script")")-$(basename "$script") log=$LOGS/$name.log begin=$SECONDS
    limit=$(sed -n 's/^# limit: *\([0-9]*\).*/\1/p' "$script" | head -n 1)
    case $script in *.py) interpreter=$PYTHON ;; esac
    if ! command -v "$interpreter" >/dev/null; then
        echo "skip - $name: no $interpreter here" > "$log"
        code=0
    else
        timeout -k 10 "${limit:-300}" "$interpreter" "$script" > "$log" 2>&1 < /dev/null
        code=$?
    fi
    p=$(grep -c '^ok - ' "$log") f=$(grep -c '^not ok - ' "$log") s=$(grep -c '^skip - ' "$log")
    if test $code = 124 || test $code = 137; then
        f=$((f + 1))
        echo "not ok - $name: killed after ${limit:-300} s" >> "$log"
    elif test $code != 0 && test "$f" = 0; then
        f=1
        echo "not ok - $name ended with exit code $code" >> "$log"
    elif test $((p + f + s)) = 0; then
        f=1
        echo "not ok - $name ran no test" >> "$log"
    fi
    echo "$p $f $s $((SECONDS - begin))" > "$LOGS/$name.count"
    show "$name"
}

passed=0 failed=0 skipped=0
show() { # NAME: one line of the table; the whole log when something failed
    local p f s t
    read -r p f s t < "$LOGS/$1.count"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '%-34s %4d passed %3d failed' "$1" "$p" "$f"
    test "$s" = 0 || printf ' %3d skipped' "$s"
    printf '  %4d s\n' "$t"
    grep '^skip - ' "$LOGS/$1.log" | sed 's/^/    /'
    if test "$f" != 0; then
        echo "---- $LOGS/$1.log"
        cat "$LOGS/$1.log"
        echo "----"
    fi
}

scripts=()
case $what in
standard | all | unit)
    programs=()
    for source in tests/unit/test_*.c; do programs+=("$BUILD/tests/$(basename "$source" .c)"); done
    printf '%s\n' "${programs[@]}" | xargs -P "$JOBS" -I{} bash -c 'one_unit {}'
    for program in "${programs[@]}"; do show "$(basename "$program")"; done
    ;;
*) scripts=("$@") ;;
esac
shopt -s nullglob
if test "$what" = standard || test "$what" = all; then
    "$GLINT" --version > /dev/null || { echo "$GLINT does not run; make first" >&2; exit 1; }
    for folder in cli mpi peers $(test "$what" = all && echo physics fault); do
        scripts+=(tests/"$folder"/*.sh tests/"$folder"/*.py)
    done
fi
for script in "${scripts[@]}"; do one_script "$script"; done

echo "logs: $LOGS   time: $((SECONDS - started)) s"
if test $skipped = 0; then echo "$passed passed, $failed failed"; else echo "$passed passed, $failed failed, $skipped skipped"; fi
test $failed = 0 && test $passed -gt 0
