#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Film and quench through pre-anneal and cycle, and the figures of both: what the records say, table, pictures, refusals.
# limit: 120
. "$(dirname "$0")/../common.sh"
AA=$ROOT/inputs/anti-ageing

expect 0 "a film, annealed, cycled" "steps in" -- "$GLINT" run "$AA/short.yaml" -o film-103
expect 0 "a quench, cycled" "steps in" -- "$GLINT" run "$AA/short-quench.yaml" -o quench --set pre.times=0
expect 0 "a quench, annealed, cycled" "steps in" -- "$GLINT" run "$AA/short-quench.yaml" -o quench-103
for f in film-103/profiles-iso-i1-T2.csv film-103/speckle-iso-i1-T2-normal.h5 quench/speckle-iso-i0-T0-3d.h5; do test -s $f || not_ok "$f is missing"; done
expect 0 "anti-ageing" "film grown at 0.85, annealed at 1.03" -- "$GLINT" anti-ageing film-103 quench quench-103/ -o figures
grep -q "quench, as prepared" out.txt && grep -q "lag 0.06" out.txt && ok "anti-ageing: samples and lag are named" || not_ok "anti-ageing: samples and lag are named" out.txt
$PYTHON - > out.txt 2>&1 <<'PY' && ok "anti-ageing: the table" || not_ok "anti-ageing: the table" out.txt
import csv, glob, math, os, shutil
rows = list(csv.DictReader(l for l in open("figures/anti-ageing.csv") if l[0] != "#"))
assert len(rows) == 18
for r in rows:
    assert r["preparation"] == r["run"].split("-")[0]
    anneal, substrate = float(r["T_anneal"]), float(r["T_substrate"])
    assert math.isnan(anneal) if r["run"] == "quench" else abs(anneal / 0.37 - 1.03) < 1e-6, r
    assert abs(substrate / 0.37 - 0.85) < 1e-6 if r["preparation"] == "film" else math.isnan(substrate), r
    assert abs(float(r["T"]) / 0.37 - [0.85, 0.80, 0.75][int(r["place"])]) < 1e-6 and r["window"] == "3d"
    assert r["tau_is"] in ("measured", "lower_bound", "unknown") and float(r["lost_error"]) > 0
names = ["cycle-film-103", "cycle-quench", "cycle-quench-103", "iterations", "anneal", "hops"]
assert not os.path.exists("figures/substrate.gp") # no film as deposited
for name in names:
    for ending in [".gp"] + ([".svg", ".png"] if shutil.which("gnuplot") else []):
        assert os.path.getsize("figures/" + name + ending) > 500, name + ending
assert not glob.glob("figures/*.log"), glob.glob("figures/*.log")
points = [l.split() for l in open("figures/anneal-quench.dat") if l[0] != "#"]
assert [round(float(p[0]), 4) for p in points] == [0.85, 1.03], points
lost = [r["lost"] for r in rows if r["run"] == "quench" and r["iteration"] == "1" and r["place"] == "0"]
assert abs(float(points[0][6]) - float(lost[0])) < 1e-6
PY
$PYTHON - > out.txt 2>&1 <<'PY' && ok "anti-ageing: hop rates" || not_ok "anti-ageing: hop rates" out.txt
import csv, h5py, numpy as np
rows = list(csv.DictReader(l for l in open("figures/anti-ageing.csv") if l[0] != "#"))
for r in rows:
    g = h5py.File(f"{r['run']}/hops-{r['label']}.h5")["entry/glint/waiting_times"]
    x, ids = g["record/first_position"][:], g["record/id"][:]
    inside = np.ones(len(ids), bool)
    if r["preparation"] == "film": # as the speckles of the same isotherm
        z = h5py.File(f"{r['run']}/speckle-{r['label']}-3d.h5")["entry/glint/z_window"].attrs
        inside = (x[:, 2] >= float(z["low"])) & (x[:, 2] < float(z["high"]))
    t = g["row_1/hop_time"][:][np.isin(g["row_1/hop_atom"][:], ids[inside])]
    length = g["age_to"][0] - g["age_from"][0]
    counts = np.histogram(t, 10, (g["age_from"][0], g["age_to"][0]))[0]
    scale = 1 / inside.sum() / length
    assert int(r["hops"]) == len(t) > 0 and int(r["hop_atoms"]) == inside.sum() < (200 if r["preparation"] == "film" else 401)
    assert abs(float(r["hop_rate"]) / (len(t) * scale) - 1) < 1e-8
    error = max(np.sqrt(10 * counts.var(ddof=1)), np.sqrt(len(t))) * scale
    assert abs(float(r["hop_rate_error"]) / error - 1) < 6e-3, (r, error) # three digits
    assert r["hop_criterion"] == "cage 0.2, mean over 0, away for 0"
PY
cp -r quench unwatched && rm unwatched/hops-*.h5
expect 0 "anti-ageing: without hops" "not watched.*not watched" -- "$GLINT" anti-ageing unwatched -o one
expect 0 "anti-ageing: another window" "window normal" -- "$GLINT" anti-ageing film-103 -o one --window normal --lag 0.1 --iteration 0
expect 2 "anti-ageing: not a window of all" "no frames of a window" -- "$GLINT" anti-ageing film-103 quench -o one --window normal
expect 2 "anti-ageing: no folder" "say -o FOLDER" -- "$GLINT" anti-ageing quench
expect 2 "anti-ageing: a lag beyond the records" "shortest record" -- "$GLINT" anti-ageing quench -o one --lag 1e6
expect 2 "anti-ageing: twice the same" "two runs are called" -- "$GLINT" anti-ageing quench quench -o one
mkdir -p again && cp -r quench again/quench
expect 0 "anti-ageing: equal names take the folder above" "# again-quench: quench, as prepared" -- "$GLINT" anti-ageing quench again/quench -o both
test -s both/cycle-again-quench.gp && ok "anti-ageing: figures of equal names" || not_ok "anti-ageing: figures of equal names"
expect 2 "anti-ageing: no cycle" "no speckles of a cycle" -- "$GLINT" anti-ageing figures -o one
expect 0 "a film that was melted on its substrate" "steps in" -- "$GLINT" run "$AA/short.yaml" -o melted --set role=film-quench
expect 0 "anti-ageing: it is a quench" "# melted: quench, as prepared" -- "$GLINT" anti-ageing melted -o one
expect 0 "anti-ageing: the full inputs" "18 members" -- "$GLINT" check "$AA/full.yaml"
expect 0 "anti-ageing: the control" "6 members" -- "$GLINT" check "$AA/quench.yaml"
