# SPDX-License-Identifier: GPL-3.0-or-later
# common.sh — what the shell tests share. Sourced: `. "$(dirname "$0")/../common.sh"`.
#
# A test script prints one line per test: `ok - name`, `not ok - name` (with the reason indented below) or
# `skip - name: why`. tests/run.sh counts them. It runs in a fresh empty folder that run.sh (or this file) removes.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
GLINT=${GLINT:-$ROOT/${BUILD:-build}/glint}
PYTHON=${PYTHON:-/usr/bin/python3}
SHORT=$ROOT/inputs/wahnstrom-glass/short.yaml
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
# Threads that wait give their core away: tests share the machine, and spinning on a shared core costs a factor of ten.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
# Open MPI: as root in a container, more ranks than cores, no complaints about missing networks.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
unset GLINT_ISA

WORK=$(mktemp -d "${TMPDIR:-/tmp}/glint-test.XXXXXX") || exit 1
trap 'rm -rf "$WORK"' EXIT
cd "$WORK" || exit 1

ok() { echo "ok - $*"; }
skip() { echo "skip - $*"; }
not_ok() { # NAME [FILE with the details]
    echo "not ok - $1"
    test $# -lt 2 || sed 's/^/    /' "$2" | tail -n 30
}

# expect CODE NAME PATTERN -- COMMAND…: the exit code, and a line on stdout or stderr matching the extended regular
# expression (empty: any).
expect() {
    local code=$1 name=$2 pattern=$3 got
    shift 4
    timeout 120 "$@" > out.txt 2> err.txt < /dev/null
    got=$?
    cat out.txt err.txt > both.txt
    if test "$got" != "$code"; then
        echo "exit code $got instead of $code: $*" >> both.txt
        not_ok "$name" both.txt
    elif test -n "$pattern" && ! grep -qE -- "$pattern" both.txt; then
        echo "no line matches: $pattern   (command: $*)" >> both.txt
        not_ok "$name" both.txt
    else
        ok "$name"
    fi
}

# The state_digest of a run folder.
digest() { sed -n 's/.*"state_digest": *"\([0-9a-f]*\)".*/\1/p' "$1/run.json" 2>/dev/null; }

# same NAME A B: the digests of two run folders are equal and not empty.
same() {
    local a b
    a=$(digest "$2") b=$(digest "$3")
    if test -n "$a" && test "$a" = "$b"; then ok "$1"; else
        { echo "state_digest of $2: ${a:-none}"; echo "state_digest of $3: ${b:-none}"; cat ./*.log 2>/dev/null | tail -n 12; } > differ.txt
        not_ok "$1" differ.txt
    fi
}

has_mpi() { command -v mpirun >/dev/null; }
ranks() { # N COMMAND…
    local n=$1
    shift
    mpirun --oversubscribe --bind-to none -n "$n" "$@"
}
