#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# glint elastic: what it prints, the same on any number of ranks, what is refused. Numbers: tests/unit/test_elastic.c.
. "$(dirname "$0")/../common.sh"

B2=(--crystal B2 --species Cu,Zr --a "3.2286 angstrom" --potential cuzr:m09)
expect 0 "a crystal" "Voigt averages: K 91\.8[0-9]*, G 27\.4" -- "$GLINT" elastic "${B2[@]}" --fixed
expect 0 "as JSON" "" -- "$GLINT" elastic "${B2[@]}" --cells 2 --start none --json
$PYTHON - out.txt > err.txt 2>&1 <<'PY' && ok "the JSON holds both tensors" || not_ok "the JSON holds both tensors" err.txt
import json, sys
r = json.load(open(sys.argv[1]))
assert r["unit"] == "GPa" and r["atoms"] == 16 and r["strain"] == 1e-3, r
for t in r["fixed"], r["relaxed"]:
    assert len(t["C"]) == 6 and all(len(row) == 6 for row in t["C"])
    c11, c12, c44 = t["C"][0][0], t["C"][0][1], t["C"][3][3]
    assert abs(c11 - 68.9) < 0.1 and abs(c12 - 103.2) < 0.1 and abs(c44 - 57.2) < 0.1, t
    assert abs(t["K"] - (c11 + 2 * c12) / 3) < 1e-9
PY
cp out.txt one.json
if command -v mpirun > /dev/null; then
    expect 0 "on two ranks" "" -- mpirun --oversubscribe --bind-to none -n 2 "$GLINT" elastic "${B2[@]}" --cells 2 --start none --json
    cmp -s out.txt one.json && ok "two ranks: the same bits" || not_ok "two ranks: the same bits" out.txt
else skip "on two ranks: no mpirun"; fi
expect 2 "neither a file nor a crystal" "either a configuration file or --crystal" -- "$GLINT" elastic --potential cuzr:m19
expect 2 "a crystal without a" "needs --species and --a" -- "$GLINT" elastic --crystal fcc --species Cu --potential cuzr:m19
expect 2 "one species for two sites" "B2 has 2 kinds of sites" -- "$GLINT" elastic --crystal B2 --species Cu --a "3.2 angstrom" --potential cuzr:m19
expect 2 "a species the potential does not have" "has no species 'Ni'" -- "$GLINT" elastic --crystal fcc --species Ni --a "3.5 angstrom" --potential cuzr:m19
expect 2 "an unknown start" "expected none, atoms, isotropic or axes" -- "$GLINT" elastic "${B2[@]}" --start all
expect 2 "a strain of one half" "up to 0.05" -- "$GLINT" elastic "${B2[@]}" --strain 0.5
expect 3 "a minimiser that may not do its work" "did not converge in 2 iterations" -- "$GLINT" elastic "${B2[@]}" --a "3.3 angstrom" --most 2
