#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# peer_gromacs — glint and GROMACS (gmx, if installed) on the same atoms in the same minutes, one core each, in turn.
#
#     bash tests/bench/peer_gromacs.sh [PAIRS=3] [ATOMS=32000]
#
# Wahnström mixture, rho = 1.296, T = 0.6, one cutoff 2.5 sigma_AA (GROMACS has one), energy shifted, dt = 0.005. In GROMACS's
# units sigma_AA is 1 nm, epsilon 1 kJ/mol, m_B 1 u, so tau is 1 ps and T = 0.6 is 72.166 K. GROMACS computes in mixed
# precision and its lists hold statistically only (verlet-buffer-tolerance 0.005): compare PRECISION=mixed, and even then
# glint's lists are exact. The second half of each run is timed (-resethway). JSONL, STATES as in peer_lammps.sh.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
glint=${GLINT:-$root/build/glint}
pairs=${1:-3} atoms=${2:-32000} precision=${PRECISION:-double}
command -v gmx > /dev/null || { echo "gmx is not installed"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
states=${STATES:-$folder}
mkdir -p "$states"
states=$(cd "$states" && pwd)
output=${JSONL:+$(realpath "$JSONL")}
cd "$folder"
export OMP_NUM_THREADS=1
state=$states/lj-cutoff=2.5aa-$atoms.data
steps=$((1600 * 32000 / atoms))
test $steps -le 10000 || steps=10000

glint_rate() {
    "$glint" bench lj --atoms "$atoms" --threads 1 --precision "$precision" --state "$state" --json 2> /dev/null > glint.json
    sed -n 's/.*"atom_steps_per_s": \([0-9.e+]*\),*/\1/p' glint.json | awk '{print $1 / 1e6}'
}

# Atoms of the state by species, A first: a .gro file and the topology.
prepare() {
    awk -v n="$atoms" '
        /xlo xhi/ {L = $2 - $1}
        /^Atoms/ {on = 1; next}
        /^Velocities/ {on = 0}
        on && NF >= 5 {x[$2, ++count[$2]] = sprintf("%14.9f%14.9f%14.9f", $3, $4, $5)}
        END {
            print "Wahnstrom mixture"; print n
            for (t = 1; t <= 2; t++) for (i = 1; i <= count[t]; i++) {
                k++; name = t == 1 ? "A" : "B"
                printf "%5d%-5s%5s%5d%s\n", k % 100000, name, name, k % 100000, x[t, i]
            }
            printf "%.9f %.9f %.9f\n", L, L, L
            printf "A %d\nB %d\n", count[1], count[2] > "molecules"
        }' "$state" > conf.gro
    {
        printf '[ defaults ]\n1 1 no 1.0 1.0\n[ atomtypes ]\n'
        awk 'function c(p, s) {return sprintf("%.17g", 4 * s ^ p)} BEGIN {
            printf "A 2.0 0.0 A %s %s\nB 1.0 0.0 A %s %s\n", c(6, 1), c(12, 1), c(6, 5/6), c(12, 5/6)
            printf "[ nonbond_params ]\nA B 1 %s %s\n", c(6, 11/12), c(12, 11/12)}'
        printf '[ moleculetype ]\nA 1\n[ atoms ]\n1 A 1 A A 1 0.0 2.0\n[ moleculetype ]\nB 1\n[ atoms ]\n1 B 1 B B 1 0.0 1.0\n'
        printf '[ system ]\nWahnstrom\n[ molecules ]\n'
        cat molecules
    } > topol.top
    cat > md.mdp << END
integrator = md
dt = 0.005
nsteps = $steps
cutoff-scheme = Verlet
verlet-buffer-tolerance = 0.005
nstlist = 20
rvdw = 2.5
rcoulomb = 2.5
vdw-modifier = Potential-shift
coulombtype = Cut-off
gen-vel = yes
gen-temp = 72.1663
gen-seed = 1
nstenergy = 1000
nstcalcenergy = 1000
END
    gmx grompp -f md.mdp -c conf.gro -p topol.top -o run.tpr -maxwarn 5 > grompp.txt 2>&1 || { tail -n 20 grompp.txt >&2; exit 1; }
}

gromacs_rate() {
    gmx mdrun -s run.tpr -nt 1 -nb cpu -pin off -resethway -noconfout -g run.log -e run.edr -o run.trr > mdrun.txt 2>&1 || { tail -n 20 mdrun.txt >&2; exit 1; }
    sed -n 's/^ *Time: *[0-9.]* *\([0-9.]*\).*/\1/p' run.log | awk -v n="$atoms" -v s="$steps" '{print s / 2 * n / $1 / 1e6}'
}

glint_rate > /dev/null
prepare
for i in $(seq "$pairs"); do
    a=$(glint_rate)
    b=$(gromacs_rate)
    awk -v a="$a" -v b="$b" -v n="$atoms" 'BEGIN {printf "lj-aa %d atoms: glint %.3f  gromacs %.3f  ratio %.2f\n", n, a, b, a / b}' | tee -a pairs.txt
done
median() { awk -v c="$1" '{print $c}' pairs.txt | sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
echo "lj-aa $atoms atoms, median of $pairs pairs: glint ($precision) $(median 5)  gromacs (mixed) $(median 7)  ratio $(median 9)"
test -z "$output" || printf '{"kernel": "peer-gromacs", "case": "lj-aa", "precision": "%s", "atoms": %d, "pairs": %d, "glint_M_atom_steps_per_s": %s, "gromacs_M_atom_steps_per_s": %s, "ratio": %s}\n' \
    "$precision" "$atoms" "$pairs" "$(median 5)" "$(median 7)" "$(median 9)" >> "$output"
