#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# glint structure --voronoi, --bond-order: tables, JSON, the table of atoms, what is refused.
. "$(dirname "$0")/../common.sh"
gzip -dc "$ROOT/tests/data/cuzr_4000.data.gz" > cuzr.data

expect 0 "a table: convention and filters" "^# Voronoi: plain cells; all edges kept; 1 frames, 4000 closed cells, 0 open" -- "$GLINT" structure cuzr.data --voronoi
grep -q "f = 0 %" out.txt && grep -q "f = 1 %" out.txt && ok "f = 0 and 1 % by default" || not_ok "f = 0 and 1 % by default" out.txt
# <CN> of Cu and Zr 12.8, 15.3; Cu-centred icosahedra 8.2 % (docs/physics.md)
awk '$1 == "Cu" && $3 >= 12.75 && $3 < 12.85 && $5 >= 8.15 && $5 < 8.25 {cu = 1} $1 == "Zr" && $3 >= 15.25 && $3 < 15.35 {zr = 1}
     END {exit !(cu && zr)}' out.txt && ok "coordination and icosahedra of Cu-Zr" || not_ok "coordination and icosahedra of Cu-Zr" out.txt
expect 0 "filters of one's own" "f = 0.5 %" -- "$GLINT" structure cuzr.data --voronoi --filter 0.005
expect 0 "radical, known radii" "radical \(power\) cells, radii Cu 1.28 Zr 1.6" -- "$GLINT" structure cuzr.data --voronoi --radical
cp out.txt known.txt
"$GLINT" structure cuzr.data --voronoi --radii 1.28,1.60 > given.txt 2> /dev/null
cmp -s known.txt given.txt && ok "the same radii given" || not_ok "the same radii given" given.txt
for threads in 1 3; do OMP_NUM_THREADS=$threads "$GLINT" structure cuzr.data --voronoi --bond-order --atoms t$threads.csv > t$threads.txt 2> /dev/null; done
cmp -s t1.csv t3.csv && cmp -s t1.txt t3.txt && ok "the same for 1 and 3 threads" || not_ok "the same for 1 and 3 threads"
test "$(grep -c '^[0-9]' t1.csv)" = 4000 && ok "a line an atom" || not_ok "a line an atom" t1.csv
"$PYTHON" - > json.txt 2>&1 <<END
import json, subprocess
r = json.loads(subprocess.check_output(["$GLINT", "structure", "cuzr.data", "--voronoi", "--bond-order", "--top", "500", "--json"]))
v = r["voronoi"]["filters"]
assert [f["area_filter"] for f in v] == [0, 0.01]
assert abs(v[0]["Cu"]["coordination"] - 12.8) < 0.0501 and abs(v[0]["all"]["Z12"] - 0.042) < 1e-12
for group in ("all", "Cu", "Zr"):
    counts = [i["count"] for i in v[0][group]["indices"]]
    assert counts == sorted(counts, reverse=True) and len(set(map(str, [i["index"] for i in v[0][group]["indices"]]))) == len(counts)
assert 0 < v[0]["network"]["centres"] < v[0]["network"]["centres_and_shells"] < 1
assert r["bond_order"]["Cu"]["solid_like"] < 0.01
END
test $? = 0 && ok "JSON" || not_ok "JSON" json.txt
expect 0 "g(r) of a layer" "^# g\(r\) and density of 5 <= z < 15 angstrom" -- "$GLINT" structure cuzr.data --between 5,15 --r-max 5
expect 2 "a layer upside down" "the lower one first" -- "$GLINT" structure cuzr.data --rdf --between 15,5
expect 2 "a layer has no S(q) here" "goes with --rdf only" -- "$GLINT" structure cuzr.data --sq --between 5,15
expect 2 "a filter out of range" "area filter of 1.5" -- "$GLINT" structure cuzr.data --voronoi --filter 1.5
expect 2 "edges out of range" "expected 0 to 1" -- "$GLINT" structure cuzr.data --voronoi --edges 2
expect 2 "a radius of nothing" "must be positive" -- "$GLINT" structure cuzr.data --voronoi --radii 0,1
sed 's/^1 63.546$/1 58.693/' cuzr.data > ni.data
expect 2 "unknown radii" "no radius of species Ni" -- "$GLINT" structure ni.data --voronoi --radical
