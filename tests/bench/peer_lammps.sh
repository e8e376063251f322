#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# peer_lammps — glint and LAMMPS (lmp, if installed) on the same atoms in the same minutes, one core each, in turn.
#
#     bash tests/bench/peer_lammps.sh [CASE=lj-aa] [PAIRS=3] [ATOMS=32000]
#
# CASE: lj-aa   Wahnström mixture, rho = 1.296, T = 0.6, one cutoff 2.5 sigma_AA, energy shifted, dt = 0.005
#       lj-ij   the same with cutoffs 2.5 sigma_ij
#       eam     Cu50Zr50, 600 K, 0.0555 atoms per cubic angstrom, the potential of CuZr_mm.eam.fs (in glint: cuzr:m07), 2 fs
# Both start from the positions of glint's equilibrated state (`glint bench --state`), draw velocities, settle for 100
# (LAMMPS) or 200 steps under a thermostat, and are timed in NVE. LAMMPS: Debian's lmp -sf opt, lists checked every step, the
# fastest of three skins, tried before the pairs. Prints million atom-steps per second and the ratio of each pair, then the
# medians; with JSONL=FILE also a line of JSON. STATES=DIR keeps the states; LMP="lmp -sf opt" is another program;
# PRECISION=mixed is glint's.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
glint=${GLINT:-$root/build/glint}
case=${1:-lj-aa} pairs=${2:-3} atoms=${3:-32000}
lmp=${LMP:-lmp -sf opt} precision=${PRECISION:-double}
command -v "${lmp%% *}" > /dev/null || { echo "${lmp%% *} is not installed (make deps-test)"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
states=${STATES:-$folder}
mkdir -p "$states"
states=$(cd "$states" && pwd)
output=${JSONL:+$(realpath "$JSONL")}
cd "$folder"
export OMP_NUM_THREADS=1
table=/usr/share/lammps/potentials/CuZr_mm.eam.fs

case $case in
lj-aa) kernel=lj spec=wahnstrom:cutoff=2.5aa skins="0.2 0.3 0.4" T=0.6 steps=400 c11=2.5 c12=2.5 c22=2.5 ;;
lj-ij) kernel=lj spec=wahnstrom:cutoff=2.5ij skins="0.2 0.3 0.4" T=0.6 steps=400 c11=2.5 c12=2.2916666666666665 c22=2.0833333333333335 ;;
eam) kernel=eam spec=cuzr:m07 skins="0.3 0.5 0.8" T=600 steps=150
    test -e $table || { echo "no $table (Debian: lammps-data)"; exit 0; } ;;
*) echo "peer_lammps: $case? lj-aa, lj-ij or eam" >&2; exit 2 ;;
esac
test "$atoms" -ge 16000 || steps=$((steps * 16000 / atoms))
state=$states/$kernel-${spec##*:}-$atoms.data

# glint_rate: million atom-steps per second of one core; the first call makes the state.
glint_rate() {
    "$glint" bench $kernel --potential $spec --atoms "$atoms" --threads 1 --precision "$precision" --state "$state" --json 2> /dev/null > glint.json
    sed -n 's/.*"atom_steps_per_s": \([0-9.e+]*\),*/\1/p' glint.json | awk '{print $1 / 1e6}'
}

# lammps_rate SKIN STEPS: the same.
lammps_rate() {
    if test $kernel = lj; then
        printf 'units lj\nread_data %s\nmass 1 2.0\nmass 2 1.0\npair_style lj/cut 2.5\npair_modify shift yes\n' "$state"
        printf 'pair_coeff 1 1 1.0 1.0 %s\npair_coeff 1 2 1.0 0.9166666666666666 %s\npair_coeff 2 2 1.0 0.8333333333333334 %s\n' $c11 $c12 $c22
        printf 'timestep 0.005\n'
    else
        printf 'units metal\nread_data %s\npair_style eam/fs\npair_coeff * * %s Cu Zr\ntimestep 0.002\n' "$state" $table
    fi > in.lmp
    cat >> in.lmp << END
neighbor $1 bin
neigh_modify every 1 delay 0 check yes
thermo_modify norm yes
thermo 100000
velocity all create $T 4321
fix settle all nvt temp $T $T \$(20*dt)
run 100
unfix settle
fix nve all nve
run $2
END
    $lmp -in in.lmp -log lmp.log > lmp.txt 2>&1 || { tail -n 5 lmp.txt >&2; exit 1; }
    sed -n "s/^Loop time of \([0-9.e+-]*\) on 1 procs for $2 steps.*/\1/p" lmp.txt | tail -n 1 |
        awk -v n="$atoms" -v s="$2" '{print s * n / $1 / 1e6}'
}

glint_rate > /dev/null
best=0 skin=
for s in $skins; do
    rate=$(lammps_rate "$s" $((steps / 3)))
    if awk -v a="$rate" -v b="$best" 'BEGIN {exit !(a > b)}'; then best=$rate skin=$s; fi
done
for i in $(seq "$pairs"); do
    a=$(glint_rate)
    b=$(lammps_rate "$skin" "$steps")
    awk -v a="$a" -v b="$b" -v c="$case" -v n="$atoms" 'BEGIN {printf "%s %d atoms: glint %.3f  lammps %.3f  ratio %.2f\n", c, n, a, b, a / b}' | tee -a pairs.txt
done
median() { # COLUMN of pairs.txt
    awk -v c="$1" '{print $c}' pairs.txt | sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}
low=$(awk '{print $9}' pairs.txt | sort -n | head -n 1) high=$(awk '{print $9}' pairs.txt | sort -n | tail -n 1)
echo "$case $atoms atoms, median of $pairs pairs: glint ($precision) $(median 5)  lammps (skin $skin) $(median 7)  ratio $(median 9) ($low to $high)"
test -z "$output" || printf '{"kernel": "peer-lammps", "case": "%s", "precision": "%s", "atoms": %d, "program": "%s", "skin": %s, "pairs": %d, "glint_M_atom_steps_per_s": %s, "lammps_M_atom_steps_per_s": %s, "ratio": %s, "ratio_min": %s, "ratio_max": %s}\n' \
    "$case" "$precision" "$atoms" "$lmp" "$skin" "$pairs" "$(median 5)" "$(median 7)" "$(median 9)" "$low" "$high" >> "$output"
