#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The crystal alarm on a liquid and on the same liquid with a grain of C15 in it: silent and loud, a stop with a
# checkpoint that goes on to the same bits, the same file for any number of ranks and after a stop.
# limit: 200
. "$(dirname "$0")/../common.sh"
command -v "$PYTHON" >/dev/null || { skip "crystal alarm: no $PYTHON here"; exit 0; }

gzip -dc "$ROOT/tests/data/lj_4000.data.gz" > liquid.data
# The grain: a ball of radius 5 cut out of C15 (a = 2.509, Cu2Mg sites) in place of the liquid within 5.85.
cat > grain.py <<'END'
import itertools
lines = open("liquid.data").read().split("\n")
low, high = (float(v) for v in next(l for l in lines if "xlo" in l).split()[:2])
edge, middle, a, radius = high - low, (high + low) / 2, 2.508859, 5.0
start = next(i for i, l in enumerate(lines) if l.startswith("Atoms")) + 2
atoms = []
for l in itertools.takewhile(str.strip, lines[start:]):
    t = l.split()
    x = [float(v) for v in t[2:5]]
    if sum((c - middle) ** 2 for c in x) > (radius + 0.85) ** 2:
        atoms.append(("AB"[int(t[1]) - 1], x))
face = [(0, 0, 0), (0, .5, .5), (.5, 0, .5), (.5, .5, 0)]
sites = [("A", s) for s in [(0, 0, 0), (.25, .25, .25)]]
sites += [("B", s) for s in [(.625, .625, .625), (.625, .875, .875), (.875, .625, .875), (.875, .875, .625)]]
for cell in itertools.product(range(-3, 3), repeat=3):
    for f in face:
        for name, s in sites:
            x = [a * (c + u + v) for c, u, v in zip(cell, f, s)]
            if sum(c * c for c in x) < radius ** 2:
                atoms.append((name, [middle + c for c in x]))
with open("grain.xyz", "w") as f:
    f.write("%d\nLattice=\"%.17g 0 0 0 %.17g 0 0 0 %.17g\" Origin=\"%.17g %.17g %.17g\" Properties=species:S:1:pos:R:3 pbc=\"T T T\"\n"
            % (len(atoms), edge, edge, edge, low, low, low))
    for name, x in atoms:
        f.write("%s %.17g %.17g %.17g\n" % (name, *x))
END
"$PYTHON" grain.py || { not_ok "making the grain"; exit 1; }

for start in liquid.data grain.xyz; do
    cat > "${start%.*}.yaml" <<END
potential: wahnstrom
atoms: {file: $WORK/$start}
stages:
  - anneal: {T: 0.5 eps/kB, for: 200 steps, observe: [crystal-alarm], label: hold}
  - anneal: {T: 0.5 eps/kB, for: 120 steps, observe: [nothing], label: blind}
crystal_alarm: {every: 15 steps, longer_than: 0.5 tau}
thermo: {every: 50 steps}
END
done

expect 0 "a liquid" "" -- "$GLINT" run liquid.yaml -o liquid
grep -q crystallises both.txt && not_ok "a liquid: no alarm" both.txt || ok "a liquid: no alarm"
awk -F, '/^[0-9]/ && $4 > 2 {bad = 1} /^[0-9]/ {n++} END {exit bad || n != 13}' liquid/crystal-hold.csv && ok "a liquid: no Laves centres" \
    || not_ok "a liquid: no Laves centres" liquid/crystal-hold.csv
expect 0 "a grain: a warning" "warning: the sample crystallises: stage hold" -- "$GLINT" run grain.yaml -o grain
test "$(grep -c crystallises both.txt)" = 1 && ok "a grain: one warning a stage" || not_ok "a grain: one warning a stage" both.txt
awk -F, '/^[0-9]/ {n++; if ($3 < 0.02 || $6 <= 50 || $6 > $4 || $4 > $5) bad = 1} END {exit bad || n != 13}' grain/crystal-hold.csv \
    && ok "a grain: more than 2 %, a cluster of more than 50" || not_ok "a grain: more than 2 %, a cluster of more than 50" grain/crystal-hold.csv
"$PYTHON" - > jump.txt 2>&1 <<'END'
import csv, statistics
rows = list(csv.DictReader(l for l in open("grain/crystal-hold.csv") if not l.startswith("#")))
u = [float(r["potential_per_atom"]) for r in rows]
for i, r in enumerate(rows):
    before = u[max(0, i - 10):i]
    if i < 3:
        assert r["energy_jump"] == "", r
    else: # four digits are written
        jump = (u[i] - statistics.mean(before)) / statistics.stdev(before)
        assert abs(float(r["energy_jump"]) - jump) <= 6e-4 * abs(jump) + 1e-6, (r, jump)
END
test $? = 0 && ok "energy_jump recomputed" || not_ok "energy_jump recomputed" jump.txt
test ! -e grain/crystal-blind.csv && ok "observe: nothing is not watched" || not_ok "observe: nothing is not watched"

# Never means never, and the alarm changes no bit.
expect 0 "never" "" -- "$GLINT" run grain.yaml -o never --set crystal_alarm.when=never
test ! -e never/crystal-hold.csv && ok "never: no file" || not_ok "never: no file"
same "the alarm changes no bit" grain never

# The stop, in a long stage that did not ask to be watched; twice: the alarm is still there after the first, then it is
# told to let go.
expect 4 "stop_above in a long stage: exit code 4" "The run stops" -- "$GLINT" run grain.yaml -o stop \
    --set "stages.0.anneal.observe=[]" --set "crystal_alarm.stop_above=2 %"
expect 4 "resumed with the alarm on: it stops again" "The run stops" -- "$GLINT" run -o stop --resume
expect 0 "resumed with a higher limit" "" -- "$GLINT" run -o stop --resume --set "crystal_alarm.stop_above=100 %"
same "stopped and resumed" grain stop
cmp -s grain/crystal-hold.csv stop/crystal-hold.csv && ok "the file as without a stop" || { diff grain/crystal-hold.csv stop/crystal-hold.csv > differ.txt; not_ok "the file as without a stop" differ.txt; }

# The page says it beside the energies.
expect 0 "a report of the run" "" -- "$GLINT" report grain
most=$(awk -F, '/^[0-9]/ && $6 > m {m = $6} END {print m}' grain/crystal-hold.csv)
grep -q "crystal (%)" grain/report.html && grep -q ", cluster $most<" grain/report.html && ok "the page: crystal and its cluster" \
    || not_ok "the page: crystal and its cluster" both.txt

has_mpi || { skip "ranks: no mpirun here"; exit 0; }
ranks 3 timeout 100 "$GLINT" run grain.yaml -o r3 > r3.log 2>&1
cmp -s grain/crystal-hold.csv r3/crystal-hold.csv && ok "3 ranks: the same file" || not_ok "3 ranks: the same file" r3.log
ranks 2 timeout 100 "$GLINT" run grain.yaml -o rstop --set "crystal_alarm.stop_above=2 %" > rstop.log 2>&1
code=$?
test $code = 4 && grep -q '"status": "stopped"' rstop/run.json && ok "2 ranks: the stop" || { echo "exit code $code" >> rstop.log; not_ok "2 ranks: the stop" rstop.log; }
