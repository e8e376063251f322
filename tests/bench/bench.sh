#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# bench — the set behind `make bench`: glint at three sizes, then the same physics in LAMMPS and GROMACS where they are installed.
#
#     bash tests/bench/bench.sh        some 12 minutes on two cores; SIZES=4000 PAIRS=1 for a glance
#
# SIZES="4000 32000 256000"  PAIRS=3 (with each peer; 0: none)  OUT=build/bench (states are kept there)
# Prints a table and writes one line of JSON a benchmark into OUT/bench-DATE.jsonl. The peers run at 32,000 atoms (or the
# largest size asked for below that), in turn with glint. Give the machine to it alone, or read ratios only.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
glint=${GLINT:-$root/build/glint}
out=${OUT:-$root/build/bench}
sizes=${SIZES:-4000 32000 256000}
pairs=${PAIRS:-3}
mkdir -p "$out/states"
lines=$out/bench-$(date +%Y%m%dT%H%M%S).jsonl
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
cores=$(nproc)

field() { sed -n 's/.*"'"$1"'": *"\{0,1\}\([^",}]*\).*/\1/p'; }
share() { sed -n 's/.*"'"$1"'": *{[^}]*"share": *\([0-9.e+-]*\).*/\1/p'; }

# keep COMMAND…: its JSON, as one line, into the file and into $line.
keep() {
    line=$("$@" 2> "$out/err.txt" | tr -s '\n ' '  ') || { cat "$out/err.txt" >&2; return 1; }
    echo "$line" >> "$lines"
}

# md NAME KERNEL SPEC ATOMS RANKS THREADS PRECISION
md() {
    local launch=()
    test "$5" = 1 || launch=(mpirun -n "$5" --bind-to core)
    # shellcheck disable=SC2068
    keep ${launch[@]} "$glint" bench "$2" --potential "$3" --atoms "$4" --threads "$6" --precision "$7" --state "$out/states/$2-${3##*:}-$4.data" --json
    for k in ns_per_atom_step atom_steps_per_s spread temperature energy_per_atom list_slots_per_atom memory; do field $k <<< "$line"; done |
        paste -s | { read -r ns rate spread T e slots memory; f=$(share force <<< "$line"); l=$(share list <<< "$line"); w=$(share wait <<< "$line")
        awk -v name="$1" -v p="$7" -v n="$4" -v r="$5" -v t="$6" -v ns="$ns" -v rate="$rate" -v s="$spread" -v T="$T" -v e="$e" -v slots="$slots" \
            -v f="$f" -v l="$l" -v w="$w" -v m="$memory" 'BEGIN {
            printf "%-6s %-6s %7d %3d x %-2d %8.1f %8.3f %5.0f %% %8.4g %10.5f %6.1f %6.0f %% %4.0f %% %4.0f %% %9.1f\n",
                name, p, n, r, t, ns, rate / 1e6, 100 * s, T, e, slots, 100 * f, 100 * l, 100 * w, m / 1e6}'; }
}

# A case: name, kernel, potential.
cases="lj-ij:lj:wahnstrom:cutoff=2.5ij lj-aa:lj:wahnstrom:cutoff=2.5aa eam:eam:cuzr:m19"

"$glint" info build | sed -n 1,3p
printf '%-6s %-6s %7s %8s %8s %8s %7s %8s %10s %6s %8s %6s %6s %9s\n' case prec atoms "ranks x t" ns/step M/s spread T "E/atom" slots force list wait MB
for entry in $cases; do
    IFS=: read -r name kernel spec <<< "$entry"
    for n in $sizes; do
        md "$name" "$kernel" "$spec" "$n" 1 1 double
        test "$n" -le 32000 && md "$name" "$kernel" "$spec" "$n" 1 1 mixed
        test "$n" = 32000 && test "$cores" -ge 2 || continue
        md "$name" "$kernel" "$spec" "$n" 1 2 double
        md "$name" "$kernel" "$spec" "$n" 2 1 double
    done
    awk -v name="$name" -v spec="$spec" '/"kernel": "(lj|eam)"/ && index($0, spec) && /"precision": "double"/ && /"ranks": 1,/ && /"threads": 1,/ {
        match($0, /"atoms": [0-9]+/); n = substr($0, RSTART + 9, RLENGTH - 9); match($0, /"memory": [0-9]+/); m[n] = substr($0, RSTART + 10, RLENGTH - 10)}
        END {if (m[32000] && m[256000]) printf "%-8s memory per atom: %.0f bytes ((256,000 − 32,000 atoms) / 224,000)\n", name, (m[256000] - m[32000]) / 224000}' "$lines"
done
for b in "list --atoms 32000 --state $out/states/lj-cutoff=2.5aa-32000.data" "speckle --atoms 32000" "io --atoms 32000" ttcf; do
    # shellcheck disable=SC2086
    keep "$glint" bench $b --threads 1 --json
    echo "$line" | sed -E 's/"(version|potential|isa|precision|ranks)": [^,]*, //g; s/[{}"]//g; s/([0-9]\.[0-9]{3})[0-9]*/\1/g'
done
largest=0
for n in $sizes; do test "$n" -le 32000 && test "$n" -gt "$largest" && largest=$n; done
if test "$pairs" -gt 0 && test "$largest" -gt 0; then
    export JSONL=$lines STATES=$out/states
    for p in double mixed; do
        for c in lj-ij lj-aa eam; do PRECISION=$p bash "$root/tests/bench/peer_lammps.sh" $c "$pairs" "$largest"; done
        PRECISION=$p bash "$root/tests/bench/peer_gromacs.sh" "$pairs" "$largest"
    done
fi
echo "JSON lines: $lines"
