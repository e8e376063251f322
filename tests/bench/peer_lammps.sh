#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# peer_lammps — glint and LAMMPS (lmp, if installed) on the same liquid in the same minutes, one core each, in turn.
#
#     bash tests/bench/peer_lammps.sh [PAIRS] [ATOMS_PER_EDGE_OF_fcc=20]
#
# Wahnström mixture, rho = 1.296, T = 0.6, one cutoff 2.5 sigma_AA, energy-shifted, NVE, dt = 0.005, 32,000 atoms.
# LAMMPS: Debian's lmp -sf opt, skin 0.3 checked every step. Prints million atom-steps per second and the ratio of
# each pair; medians last.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
glint=${GLINT:-$root/build/glint}
pairs=${1:-3}
edge=${2:-20}
atoms=$((4 * edge * edge * edge))
command -v lmp > /dev/null || { echo "lmp is not installed (make deps-test)"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMP_NUM_THREADS=1
cat > in.lj << END
units lj
lattice fcc 1.296
region box block 0 $edge 0 $edge 0 $edge
create_box 2 box
create_atoms 1 box
set type 1 type/fraction 2 0.5 12345
mass 1 2.0
mass 2 1.0
pair_style lj/cut 2.5
pair_modify shift yes
pair_coeff 1 1 1.0 1.0 2.5
pair_coeff 1 2 1.0 0.9166666666666666 2.5
pair_coeff 2 2 1.0 0.8333333333333334 2.5
neighbor 0.3 bin
neigh_modify every 1 delay 0 check yes
timestep 0.005
velocity all create 1.2 1234
fix melt all nvt temp 1.2 0.6 0.5
thermo 1000
run 2000
unfix melt
fix nve all nve
run 300
END
for i in $(seq "$pairs"); do
    a=$("$glint" bench lj --potential wahnstrom:cutoff=2.5aa --atoms "$atoms" --threads 1 --json 2> /dev/null |
        sed -n 's/.*"atom_steps_per_s": \([0-9.e+]*\),*/\1/p')
    lmp -sf opt -in in.lj > lmp.txt 2>&1
    b=$(sed -n 's/^Loop time of \([0-9.e+-]*\) on 1 procs for 300 steps.*/\1/p' lmp.txt | tail -n 1)
    awk -v a="$a" -v t="$b" -v n="$atoms" 'BEGIN {b = 300 * n / t; printf "glint %.2f  lammps %.2f  ratio %.2f\n", a / 1e6, b / 1e6, a / b}' | tee -a pairs.txt
done
sort -k6 -n pairs.txt | awk '{r[NR] = $6} END {print "median ratio", r[int((NR + 1) / 2)]}'
