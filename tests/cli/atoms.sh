#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The `atoms` block: mixtures by the names of the potential's species, crystals, their standards in the effective
# input, and what a wrong one is told.
. "$(dirname "$0")/../common.sh"

# atoms CODE NAME PATTERN POTENTIAL BLOCK
atoms() {
    printf 'potential: %s\natoms: %s\nstages:\n  - minimise\n' "$4" "$5" > atoms.yaml
    expect "$1" "$2" "$3" -- "$GLINT" check atoms.yaml
}
# echoed NAME LINE…: lines of the effective input that check printed last
echoed() {
    local name=$1 line
    shift
    for line in "$@"; do
        grep -qxE " *$line" out.txt || { echo "no line: $line" >> out.txt; not_ok "$name" out.txt; return; }
    done
    ok "$name"
}

atoms 0 "a mixture of Cu and Zr" "" cuzr:m19 '{N: 4000, Cu: 0.5, Zr: 0.5}'
# 0.93 / (0.5 x 11.81 + 0.5 x 23.28) = 0.05301
echoed "… its density from the elements" "Cu: 0.5" "density: 0.05301 /angstrom\^3"
atoms 0 "one element alone" "" cuzr:m19 '{N: 864, Cu: 1}'
echoed "… and its density, 0.93/11.81" "Zr: 0" "density: 0.07875 /angstrom\^3"
atoms 0 "A and B of wahnstrom" "" wahnstrom '{N: 1000}'
echoed "… equal shares" "A: 0.5" "B: 0.5" "density: 1.1 /sigma\^3"
atoms 0 "a crystal" "crystal: B2" cuzr:m19 '{crystal: B2, species: [Cu, Zr], a: 3.2 angstrom, cells: [6, 6, 6]}'
atoms 0 "a hexagonal crystal by its density" "" cuzr:m19 '{crystal: C14, species: [Zr, Cu], density: 0.06 /angstrom^3, cells: 2}'
echoed "… its ideal c/a" "c/a: 1.63299316185545[0-9]*"
atoms 2 "the wrong element" "atoms.yaml:2.*unknown key 'Cuu' .did you mean 'Cu'" cuzr:m19 '{N: 100, Cuu: 1}'
atoms 2 "A of another potential" "unknown key 'A'.*Cu, Zr" cuzr:m19 '{N: 100, A: 0.5, B: 0.5}'
atoms 2 "fractions that do not add up" "Cu = 0.4, Zr = 0.5 do not add up to 1" cuzr:m19 '{N: 100, Cu: 0.4, Zr: 0.5}'
atoms 2 "an unknown crystal" "unknown crystal 'B3'; did you mean B2" cuzr:m19 '{crystal: B3, species: [Cu, Zr], a: 3 angstrom, cells: 2}'
atoms 2 "one species in a compound" "B2 .*needs .species: .X, Y.., found 1; the potential has Cu, Zr" cuzr:m19 '{crystal: B2, species: Cu, a: 3 angstrom, cells: 2}'
atoms 2 "an unknown species in a crystal" "unknown species 'Ni': the potential has Cu, Zr" cuzr:m19 '{crystal: fcc, species: Ni, a: 3 angstrom, cells: 2}'
atoms 2 "neither a nor density" "either the lattice constant" cuzr:m19 '{crystal: fcc, species: Cu, cells: 2}'
atoms 2 "two numbers of cells" "one number; found 2" cuzr:m19 '{crystal: fcc, species: Cu, a: 3 angstrom, cells: [2, 2]}'
atoms 2 "N and file" "found 2 of them" cuzr:m19 '{N: 100, file: x.xyz}'
atoms 2 "a lattice constant of a mixture" "belongs to a .crystal" cuzr:m19 '{N: 100, a: 3 angstrom}'

# A crystal is made as it is said: B2 CuZr of m19 has -5.010242 eV/atom at its minimum (LAMMPS with the authors'
# table); other arrangements of these atoms differ in the second digit.
cat > crystal.yaml <<'YAML'
potential: cuzr:m19
atoms: {crystal: B2, species: [Cu, Zr], a: 3.2251 angstrom, cells: 6}
stages:
  - minimise
YAML
expect 0 "a crystal of 432 atoms runs" "^432 atoms" -- "$GLINT" run crystal.yaml -o crystal
if grep -q "1-minimise.*,-5\.01024[0-9]*,-5" crystal/thermo.csv; then ok "its energy"; else not_ok "its energy" crystal/thermo.csv; fi
sed 's/^atoms: .*/atoms: {file: crystal\/checkpoint.h5}/' crystal.yaml > again.yaml
expect 0 "the atoms of a checkpoint" "^432 atoms" -- "$GLINT" run again.yaml -o again
if grep -q "1-minimise.*,-5\.01024[0-9]*,-5" again/thermo.csv; then ok "they have its energy"; else not_ok "they have its energy" again/thermo.csv; fi
