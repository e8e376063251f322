#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# engine_bits — the same bits for any number of ranks and threads in the hard cases: free and skewed cells, boxes with
# more ranks than can own anything, moving cells, migration, minimiser, blown-up runs, ranks of unequal instruction sets.
cd "$(dirname "$0")/../.." || exit 1
export BUILD=${BUILD:-$PWD/build}
failed=0
command -v mpirun >/dev/null || { echo "skip - engine bits over ranks: no mpirun here"; exit 0; }
make -s "$BUILD/tests/engine_bits" || { echo "not ok - engine bits: does not build"; exit 1; }
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
program=$BUILD/tests/engine_bits
run="mpirun --allow-run-as-root --oversubscribe --bind-to none"
report() { if test "$1" = 0; then echo "ok - $2"; else echo "not ok - $2"; failed=1; fi; }

OMP_NUM_THREADS=1 timeout 300 "$program" > "$work/reference" 2> "$work/errors"
report $? "engine bits: one rank, one thread runs"
for case in 1:3 2:1 3:1 5:1 2:2; do
    ranks=${case%:*} threads=${case#*:}
    OMP_NUM_THREADS=$threads timeout 300 $run -n "$ranks" "$program" > "$work/out" 2> "$work/errors"
    cmp "$work/reference" "$work/out" > "$work/where" 2>&1
    result=$?
    test $result = 0 || diff "$work/reference" "$work/out" | head -6 | sed 's/^/# /'
    report $result "engine bits: $ranks ranks x $threads threads"
done
grep -q "all ranks agree" "$work/out"
report $? "engine bits: all ranks agree on a run that blows up"

# Ranks that could run different kernels must all run the lowest.
GLINT_ISA=sse2 OMP_NUM_THREADS=1 timeout 300 "$program" > "$work/sse2" 2> "$work/errors"
OMP_NUM_THREADS=1 timeout 300 $run -n 1 "$program" : -n 1 env GLINT_ISA=sse2 "$program" > "$work/mixed" 2> "$work/errors"
cmp -s "$work/sse2" "$work/mixed"
report $? "engine bits: ranks of unequal instruction sets run the lowest"
cmp -s "$work/reference" "$work/sse2"
if test $? = 0; then echo "# this processor has SSE2 only: the test before could not fail"; fi
exit $failed
