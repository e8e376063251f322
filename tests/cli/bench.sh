#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# glint bench: every benchmark runs and its JSON says what it should; the state does not depend on threads; a kept state is
# used again. Speeds are not judged.
. "$(dirname "$0")/../common.sh"

expect 2 "an unknown benchmark" "specle.*did you mean speckle" -- "$GLINT" bench specle
expect 2 "--frames is for ttcf" "ttcf" -- "$GLINT" bench lj --frames 10
expect 2 "a state of another size" "500 atoms.*600" -- bash -c '"$0" bench lj --atoms 500 --melt 20 --steps 2 --state s.xyz && "$0" bench lj --atoms 600 --state s.xyz' "$GLINT"
for what in io "speckle --atoms 2000" "list --steps 3" "ttcf --frames 40 --pixels 50"; do
    set -- $what
    size="--atoms 2000"
    test "$1" != ttcf || size=
    # shellcheck disable=SC2086
    expect 0 "bench $1" "\"kernel\": \"$1\"" -- "$GLINT" bench $what ${size} --threads 1 --json $(test "$1" = list && echo --melt 20)
done
expect 0 "bench lj in words" "useful pairs" -- "$GLINT" bench lj --atoms 800 --melt 40 --steps 5 --threads 1
expect 0 "bench lj in mixed precision" '"precision": "mixed"' -- "$GLINT" bench lj --atoms 800 --melt 40 --steps 5 --threads 1 --precision mixed --json
error=$(sed -n 's/.*"force_error": *\([0-9.e+-]*\).*/\1/p' out.txt)
# Single precision rounds to 6e-8: less than that, or zero, would mean that the forces are not those of the mixed kernel.
if awk -v e="${error:-0}" 'BEGIN {exit !(e > 1e-9 && e < 1e-5)}'; then ok "its force error is said"; else not_ok "its force error is said" out.txt; fi
for t in 1 2; do
    expect 0 "bench lj, threads: $t" "" -- "$GLINT" bench lj --atoms 800 --melt 400 --steps 110 --threads $t --json
    cp out.txt lj$t.json
    expect 0 "bench eam from a kept state, threads: $t" "" -- "$GLINT" bench eam --atoms 600 --melt 60 --steps 30 --threads $t --state cuzr.data --json
    cp out.txt eam$t.json
done
# 5 × 110 steps: at least 5 rebuilds, because a list lives at most 100 steps. A sphere of radius 2.5 holds 84.8 atoms at
# density 1.296; g(r) beyond the first shell and its integral to 2.5 differ from that by less than 10 % in any dense liquid.
$PYTHON - > err.txt 2>&1 << "PY" && ok "what the JSON says" || not_ok "what the JSON says" err.txt
import json
for name in "lj", "eam":
    one, two = (json.load(open("%s%d.json" % (name, t))) for t in (1, 2))
    for key in ("temperature", "energy_per_atom", "useful_pairs_per_atom", "rebuilds", "prunes", "density"):
        assert one[key] == two[key], (name, key, one[key], two[key])
    for key in ("atom_steps_per_s", "ns_per_atom_step", "spread", "memory", "memory_of_a_rank", "skin", "inner_skin"):
        assert one[key] > 0, (name, key)
    assert abs(one["steps_per_s"] * one["atoms"] / one["atom_steps_per_s"] - 1) < 1e-12
    assert one["list_slots_per_atom"] > one["useful_pairs_per_atom"], one
    assert (one["threads"], two["threads"], one["precision"]) == (1, 2, "double")
    total = sum(p["share"] for p in one["phases"].values())
    assert abs(total - 1) < 0.02, total
lj = json.load(open("lj1.json"))
assert lj["rebuilds"] >= 5 and lj["steps"] == 110
assert abs(lj["density"] / 1.296 - 1) < 1e-9
assert abs(lj["useful_pairs_per_atom"] / 84.8 - 1) < 0.1, lj["useful_pairs_per_atom"]
assert lj["cutoff"] == 2.5
PY
