#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A potential of the whole sample (kim:NAME): the same bits for any number of ranks and threads, energies, forces and motion.
# limit: 120
. "$(dirname "$0")/../common.sh"

MODEL=EMT_Asap_MetalGlass_PaduraruKenoufiBailey_2007_CuZr__MO_987541074959_001
if "$GLINT" info potentials | grep -q "not built in"; then skip "kim: this glint was built without the KIM API"; exit 0; fi
set -- /usr/lib/*/kim-api/portable-models/$MODEL
test -e "$1" || { skip "kim: $MODEL is not installed"; exit 0; }
has_mpi || { skip "kim: no mpirun here"; exit 0; }

# 250 atoms of CuZr (B2, 5 x 5 x 5 cells), shaken, in a skewed cell, with velocities in angstrom/ps.
awk 'function r() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 - 0.5 }
BEGIN { seed = 4711; a = 3.25; n = 5; L = n * a
    printf "# units metal\n\n%d atoms\n2 atom types\n\n", 2 * n * n * n
    printf "0 %g xlo xhi\n0 %g ylo yhi\n0 %g zlo zhi\n%g %g %g xy xz yz\n\nMasses\n\n1 63.546\n2 91.224\n\nAtoms # atomic\n\n", L, L, L, 2, -1, 3
    for (k = 0; k < n; k++) for (j = 0; j < n; j++) for (i = 0; i < n; i++) for (b = 0; b < 2; b++) {
        u = (i + b / 2 + 0.06 * r() + 0.1) / n; v = (j + b / 2 + 0.06 * r() + 0.1) / n; w = (k + b / 2 + 0.06 * r() + 0.1) / n
        printf "%d %d %.15g %.15g %.15g\n", ++id, b + 1, L * u + 2 * v - w, L * v + 3 * w, L * w }
    printf "\nVelocities\n\n"
    for (i = 1; i <= id; i++) printf "%d %.15g %.15g %.15g\n", i, 8 * r(), 8 * r(), 8 * r() }' > start.data
cat > nve.yaml <<END
potential: kim:$MODEL:Cu,Zr
atoms: {file: start.data}
dt: 2 fs
thermostat: {kind: none}
stages:
  - anneal: {T: 300 K, for: 20 steps}
END

# both NAME COMMAND…: forces of the start, and the state after 20 steps.
both() {
    local name=$1 threads=$2
    shift 2
    OMP_NUM_THREADS=$threads "$@" "$GLINT" energy start.data --potential kim:$MODEL --json --forces "$name.xyz" > "$name.json" 2> "$name.log" &&
        "$@" "$GLINT" run nve.yaml -o "$name" --threads "$threads" >> "$name.log" 2>&1
}
both one 1 timeout 60
if test -z "$(digest one)"; then not_ok "energy and 20 steps on one rank" one.log; exit 1; fi
ok "energy and 20 steps on one rank"
for n in 1 2 3; do
    both "r$n" $((n == 2 ? 2 : 1)) ranks $n timeout 60
    if cmp -s one.json "r$n.json" && cmp -s one.xyz "r$n.xyz"; then ok "$n ranks: energy, virial, forces"
    else diff one.json "r$n.json" > differ.txt; cat "r$n.log" >> differ.txt; not_ok "$n ranks: energy, virial, forces" differ.txt; fi
    same "$n ranks: 20 steps" one "r$n"
done
if test -e kim.log; then not_ok "no kim.log is written"; else ok "no kim.log is written"; fi
