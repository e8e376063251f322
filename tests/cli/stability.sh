#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Controls of a film: derived, run beside it, skipped when done, shared by films; glint stability: its table against numbers
# recomputed from the files, no verdict without controls, errors for missing pieces.
# limit: 120
. "$(dirname "$0")/../common.sh"

cat > film.yaml <<'YAML'
potential: {name: wahnstrom, cutoff: 2.5 aa, shift: energy}
Tg: {value: 0.37 eps/kB, rate: 1e-3 eps/kB/tau, construction: V(T), pressure: 0}
dt: 0.005 tau
film:
  area: [5.2 sigma, 5.2 sigma]
  substrate: {kind: tethered, from: quench, thickness: 2.6 sigma, spring: 50 eps/sigma^2, time: 600 steps}
  every: 5 steps
stages:
  - deposit:
      T: 0.85 Tg
      flux: 0.4 /sigma^2/tau
      until: {thickness: 2.5 sigma}
      species: {A: 0.5, B: 0.5, draw: shuffled-blocks of 8}
      source: {T: 1.0 eps/kB, angle: 0 deg}
      thermostat: {langevin: 1 tau, zone: up to 4 sigma below surface}
      observe: crystal-alarm
      label: film
  - measure: {eis: interior, pressure: 0, profiles: z, label: at-Tsub}
  - quench: {to: 0.3 Tg, for: 100 steps, thermostat: {kind: langevin, tau: 1 tau}, label: cool}
  - measure: {eis: interior, pressure: 0, label: cold}
  - heat: {to: 1.6 Tg, for: 600 steps, thermostat: {kind: langevin, tau: 0.2 tau}, onset: tangent, label: warm}
interior: {drop: 0.6 sigma, each: face}
controls:
  - film-quench: {from: 1.6 Tg, time: same, thickness: same, melt: 100 steps, flux: 0.4 /sigma^2/tau}
  - bulk-quench: {atoms: 108, rates: [4e-1, 2e-1, 1e-1, 5e-2] eps/kB/tau, melt: 200 steps, looks: 6}
thermo: {every: 10 steps}
crystal_alarm: {every: 2 tau}
sweep:
  seed: [1, 2]
YAML
says() { # NAME PATTERN FILE
    if grep -qE -- "$2" "$3"; then ok "$1"; else { echo "no line matches: $2"; cat "$3"; } > says.txt; not_ok "$1" says.txt; fi
}

expect 0 "controls are members" "^# 16 members" -- "$GLINT" check film.yaml
says "with their role" "film-quench-seed2 +seed: 2 +role: film-quench" out.txt
says "and their rate" "bulk-quench-rate0.05-seed1 .*role: bulk-quench +rate: 0.05 eps/kB/tau" out.txt
expect 0 "they run like others" "all 16 members are done" -- "$GLINT" run film.yaml -o c --jobs 2
grep -qE "^(sweep|controls):" c/*/input.yaml && not_ok "members' inputs stand alone" || ok "members' inputs stand alone"
says "compositions, too" "composition-0.05-seed2 .*composition,0.4 eps/kB/tau|composition-0.05-seed2,2,composition,0.4 eps/kB/tau" c/members.csv
says "of another mixture" "^  A: 0.45" c/composition-0.05-seed2/input.yaml
says "the role is in the input" "^role: film-quench" c/film-quench-seed1/input.yaml
says "of films, too" "^role: film$" c/seed1/input.yaml
before=$(cat c/*/run.json | sha256sum)
expect 0 "once more" "all 16 members are done" -- "$GLINT" run film.yaml -o c
if test "$before" = "$(cat c/*/run.json | sha256sum)"; then ok "what is done is skipped"; else not_ok "what is done is skipped"; fi
expect 0 "a control made from its input alone" "" -- "$GLINT" run c/film-quench-seed1/input.yaml -o alone
same "is the same run" c/film-quench-seed1 alone
expect 0 "glint table lists controls" "^bulk-quench-rate0.4-seed2 +done" -- "$GLINT" table c --column e_IS

expect 0 "glint stability" "^verdict: " -- "$GLINT" stability c --figure figures
for n in seed1 seed2 film-quench-seed1 film-quench-seed2; do says "the table has $n" "^$n .*-[567]\." out.txt; done
test -s figures/stability-eis.gp && test -s figures/stability-rate.gp && test -s figures/stability-heating-seed1.gp && ok "figures" ||
    not_ok "figures"
"$GLINT" stability c --json > stability.json 2> err.txt
$PYTHON - > err.txt 2>&1 <<'PY' && ok "its numbers, recomputed" || not_ok "its numbers, recomputed" err.txt
import csv, glob, json, math
import numpy as np
t = json.load(open("stability.json"))
look = lambda run, label: json.load(open(f"c/{run}/measure-{label}.json"))["inherent_structure"]
rows = lambda run, name: list(csv.DictReader(open(f"c/{run}/{name}")))
films = {f["run"]: f for f in t["films"]}
assert set(films) == {"seed1", "seed2", "film-quench-seed1", "film-quench-seed2"}
rates = [(b["rate"], b["e_IS"]) for b in t["bulk_quenches"] if not b["composition_shifted"]]
assert len(rates) == 8 and {r for r, e in rates} == {0.4, 0.2, 0.1, 0.05}
line = np.polyfit([math.log10(r) for r, e in rates], [e for r, e in rates], 1)
mixed = [(b["fraction"], b["e_IS"]) for b in t["bulk_quenches"] if b["rate"] == 0.4]
assert sorted(set(x for x, e in mixed)) == [49 / 108, 54 / 108, 59 / 108], mixed # 108 × 0.45, 0.55 rounded
tilt = np.polyfit([x for x, e in mixed], [e for x, e in mixed], 1)[0]
assert abs(t["e_IS_against_fraction"]["slope"] - tilt) < 1e-9
for b in t["bulk_quenches"]:  # the last look and the minimisation at the end are one structure: forces to 1e-5
    assert abs(b["e_IS"] - float(rows(b["run"], "thermo.csv")[-1]["potential_per_atom"])) < 1e-6, b
for run, f in films.items():
    for label, when in (("at-Tsub", "before"), ("cold", "after")):
        m = look(run, label)
        assert f[f"e_IS_{when}_measured"] == m["energy_per_atom"]
        assert abs(f[f"e_IS_{when}"] - (m["energy_per_atom"] - tilt * (m["fraction_A"] - 0.5))) < 1e-9
    assert f["density_IS"] == look(run, "cold")["density"] and f["fraction"] == look(run, "cold")["fraction_A"]
    assert abs(f["T_form_per_Tg"] - 0.85) < 1e-9, f["T_form_per_Tg"]
    log = rows(run, "film.csv")
    crystals = [r for r in open(f"c/{run}/crystal-film.csv") if r[0].isdigit()] if run.startswith("seed") else []
    looks = [json.load(open(p))["inherent_structure"]["laves_fraction"] for p in glob.glob(f"c/{run}/measure-*.json")]
    assert f["crystal_fraction"] == max(looks + [float(r.split(",")[2]) for r in crystals[-1:]]) and looks
    assert len(crystals) == int(f["form_time"] / 2 + 1e-6) or not crystals, (len(crystals), f["form_time"]) # at 2, 4, … tau
    warm = [r for r in log if r["stage"] == "warm"]
    assert f["heat_rate"] and abs(f["heat_rate"] - (1.6 - 0.3) * 0.37 / 3.0) < 1e-6 * f["heat_rate"]
    x = (f["e_IS_after"] - line[1]) / line[0]
    n = len(rates); lx = [math.log10(r) for r, e in rates]; m = sum(lx) / n
    s2 = sum((e - np.polyval(line, math.log10(r)))**2 for r, e in rates) / (n - 2)
    error = math.sqrt(s2 * (1 / n + (x - m)**2 / sum((v - m)**2 for v in lx))) / abs(line[0])
    slope_error = math.sqrt(s2 / sum((v - m)**2 for v in lx))
    if abs(line[0]) > 3 * slope_error:
        assert abs(f["log10_equivalent_rate"] - x) < 1e-6 * abs(x)
        assert abs(f["log10_equivalent_rate_error"] - error) < 1e-6 * error
        assert f["equivalent_rate_extrapolated"] == (not min(lx) <= x <= max(lx))
    else:  # not read backwards
        assert f["log10_equivalent_rate"] is None
    assert f["atoms"] == max(int(r["film_atoms"]) for r in log if r["stage"] == "film") or "quench" in run
g, = t["groups"]
e = [films["seed1"]["e_IS_after"], films["seed2"]["e_IS_after"]]
assert abs(g["film"]["e_IS_after"]["mean"] - np.mean(e)) < 1e-12
# two seeds: one difference, which may be small by chance; then what the single films say, if it is more and known
for role in ("film", "film_quench"):
    pair = [f for f in films.values() if f["role"] == role.replace("_", "-")]
    assert len(pair) == 2
    for name in ("e_IS_after", "T_onset", "density_IS"):
        v = [f[name] for f in pair]
        if None in v: continue
        own = [f.get(name + "_error") for f in pair]
        error = max(np.std(v, ddof=1) / math.sqrt(2), 0.0 if None in own else math.hypot(*own) / 2)
        assert abs(g[role][name]["error"] - error) < 1e-12, (role, name, g[role][name], v, own)
assert g["film_quench"]["e_IS_after"]["n"] == 2 and not g["verdict"].startswith("no verdict")
PY

# glint eis: looks of films and of bulk glasses against time; changes with the error of what changed.
cp -r c/seed1 wide && $PYTHON - <<'PY'
import json, random
random.seed(2)
for label in "at-Tsub", "cold": # that film is too narrow for columns
    path = f"wide/measure-{label}.json"
    m = json.load(open(path))
    i = m["inherent_structure"]
    i["column_atoms"] = [random.randint(50, 60) for _ in range(9)]
    i["column_first_species"] = [random.randint(25, 30) for _ in range(9)]
    i["column_energy"] = [-7 * n + random.gauss(0, 1) for n in i["column_atoms"]]
    json.dump(m, open(path, "w"), indent=2)
PY
expect 0 "glint eis" "^cold .*±.*±" -- "$GLINT" eis wide c/film-quench-seed1 c/bulk-quench-rate0.1-seed1 --slope 0.5 --fraction 0.4 --level "liquid=-7.1" --figure figures
test -s figures/eis.gp && grep -q "title 'liquid'" figures/eis.gp && ok "glint eis: a figure" || not_ok "glint eis: a figure"
"$GLINT" eis wide c/film-quench-seed1 c/bulk-quench-rate0.1-seed1 --slope 0.5 --fraction 0.4 --json > eis.json 2> err.txt
$PYTHON - > err.txt 2>&1 <<'PY' && ok "glint eis: its numbers, recomputed" || not_ok "glint eis: its numbers, recomputed" err.txt
import glob, json
import numpy as np
t = json.load(open("eis.json"))
assert [r["run"] for r in t["runs"]] == ["wide", "film-quench-seed1", "bulk-quench-rate0.1-seed1"]
for r in t["runs"]:
    folder = ("" if r["run"] == "wide" else "c/") + r["run"]
    looks = sorted((json.load(open(p)) for p in glob.glob(f"{folder}/measure-*.json")), key=lambda m: m["time"])
    assert len(r["looks"]) == len(looks) == (6 if "bulk" in r["run"] else 2)
    sums = lambda m: tuple(np.array(m[k], float) for k in ("column_energy", "column_first_species", "column_atoms"))
    def without(m):
        e, x, n = sums(m)
        return np.array([np.delete(e - 0.5 * x, b).sum() / np.delete(n, b).sum() for b in range(len(n))])
    jackknife = lambda v: np.sqrt((len(v) - 1) * np.var(v))
    e0 = None
    for got, m in zip(r["looks"], looks):
        i = m["inherent_structure"]
        e = i["energy_per_atom"] - 0.5 * (i["fraction_A"] - 0.4)
        e0 = e if e0 is None else e0
        assert got["label"] == m["label"] and abs(got["since"] - (m["time"] - looks[0]["time"])) < 1e-9 and got["T"] == m["T_target"]
        assert abs(got["e_IS"] - e) < 1e-12 and abs(got["change"] - (e - e0)) < 1e-12
        first = looks[0]["inherent_structure"]
        if len(i.get("column_atoms", [])) >= 4:
            assert abs(got["e_IS_error"] - jackknife(without(i))) < 1e-12
            assert abs(got["change_error"] - jackknife(without(i) - without(first))) < 1e-12
        else:
            assert got["e_IS_error"] is None and got["change_error"] is None
PY
expect 0 "glint eis: since a look" "^cold .* -$" -- "$GLINT" eis c/seed1 --since cold
# A bulk glass that is held, made up.
cp -r c/bulk-quench-rate0.1-seed1 held && $PYTHON - <<'PY'
import glob, json, os
made = sorted(glob.glob("held/measure-*.json"), key=lambda p: json.load(open(p))["time"])
m = json.load(open(made[-1]))
for p in made: os.remove(p)
for k, (T, e, x) in enumerate([(0.5, -6.9, 0.5), (0.4, -7.00, 0.5), (0.4, -7.03, 0.5), (0.4, -7.01, 0.5), (0.4, -7.5, 0.5),
                               (0.4, -7.10, 0.5), (0.4, -7.11, 0.52), (0.4, -7.13, 0.5)]):
    m.update(label=f"k{k}", time=100.0 * k, T_target=T)
    m["inherent_structure"].update(energy_per_atom=e, fraction_A=x)
    json.dump(m, open(f"held/measure-k{k}.json", "w"), indent=2)
PY
expect 0 "glint eis: since whichever a run has" "^k2 .* -$" -- "$GLINT" eis c/seed1 held --since k2,nosuch,cold
grep -q "^cold .* -$" out.txt && ok "glint eis: and the other" || not_ok "glint eis: and the other" out.txt
cp -r c d
expect 0 "glint eis: runs of two campaigns" "^# d-seed1$" -- "$GLINT" eis c/seed1 d/seed1
grep -q "^# c-seed1$" out.txt && ok "glint eis: names apart" || not_ok "glint eis: names apart" out.txt
expect 2 "glint eis: one run twice" "two runs are called c-seed1" -- "$GLINT" eis c/seed1 c/seed1
expect 2 "glint eis: no such look" "no look 'warm' with an inherent structure among its 2" -- "$GLINT" eis c/seed1 --since warm
cp -r alone bare && rm bare/measure-*
expect 2 "glint eis: no looks at all" "eis: interior" -- "$GLINT" eis bare
expect 2 "glint eis: a level without energy" "liquid=-7.15" -- "$GLINT" eis c/seed1 --level liquid

# A level is what a run came to: the later half of its looks at its last temperature.
expect 0 "glint eis: the level of a run" "^# level liquid: .*, mean of 3 looks at held, T 0.4, from 500 to 700; changed by -0.1" -- "$GLINT" eis c/seed1 --slope 0.5 --level liquid=held --figure levels
grep -q "^set object rectangle from graph 0, first -7.125" levels/eis.gp && ok "glint eis: its error is a band" || not_ok "glint eis: its error is a band" levels/eis.gp
"$GLINT" eis c/seed1 --slope 0.5 --level liquid=held --level old=-7.2 --json > eis.json 2> err.txt
$PYTHON - > err.txt 2>&1 <<'PY' && ok "glint eis: the level, recomputed" || not_ok "glint eis: the level, recomputed" err.txt
import json
import numpy as np
held, old = json.load(open("eis.json"))["levels"]
early, late = np.array([-7.00, -7.03, -7.01]), np.array([-7.10, -7.11 - 0.5 * 0.02, -7.13])
error = lambda v: np.std(v, ddof=1) / np.sqrt(3)
assert held["looks"] == 3 and held["T"] == 0.4 and held["from"] == 500 and held["to"] == 700
assert abs(held["e_IS"] - late.mean()) < 1e-12 and abs(held["e_IS_error"] - error(late)) < 1e-12
assert abs(held["drift"] - late.mean() + early.mean()) < 1e-12 and abs(held["drift_error"] - np.hypot(error(late), error(early))) < 1e-12
assert old == {"name": "old", "e_IS": -7.2}
PY
"$GLINT" eis c/seed1 wide held --level liquid=held --figure colours > /dev/null 2> err.txt
$PYTHON - > err.txt 2>&1 <<'PY' && ok "glint eis: a temperature, a colour" || not_ok "glint eis: a temperature, a colour" err.txt
import re
plot = re.search(r"^plot .*", open("colours/eis.gp").read(), re.M).group()
curves = re.findall(r"yerrorlines lc rgb '(#\w+)' lw [\d.]+ pt (\d+)", plot)
assert len(curves) == 3 and curves[0][0] == curves[1][0] != curves[2][0], curves
assert [int(c[1]) for c in curves] == [7, 6, 7]
assert re.search(r"with lines dt 2 lw [\d.]+ lc rgb '(#\w+)'", plot).group(1) == curves[2][0]
PY
expect 2 "glint eis: the level of a run with few looks" "wide: 1 looks at an inherent structure" -- "$GLINT" eis c/seed1 --level liquid=wide
expect 2 "glint eis: the level of no run" "--level 'liquid=nosuch': .*nosuch" -- "$GLINT" eis c/seed1 --level liquid=nosuch

# No word without controls.
expect 0 "of one run: no verdict" "verdict: no verdict: no film-quench is done; bulk quenches at 0 of 4 rates" -- "$GLINT" stability c/seed1
expect 0 "of a film-quench alone" "^film-quench-seed1 .*-[567]\." -- "$GLINT" stability c/film-quench-seed1
cp -r c missing && rm missing/film-quench-*/run.json missing/bulk-quench-rate0.4-*/run.json
expect 0 "controls not done" "verdict: no verdict: no film-quench is done; bulk quenches at 3 of 4 rates" -- "$GLINT" stability missing
says "and who is not" "4 members are not done" out.txt
rm -r missing/bulk-quench-rate0.4-*/measure-* && cp c/film-quench-seed1/run.json missing/film-quench-seed1/ && rm missing/seed2/run.json
expect 0 "one seed" "one seed: no error" -- "$GLINT" stability missing
expect 2 "stability of an empty folder" "no film that is done|holds neither|expected" -- "$GLINT" stability figures
expect 2 "stability of a bulk" "holds no film that is done" -- "$GLINT" stability c/bulk-quench-rate0.4-seed1
cp -r c/bulk-quench-rate0.4-seed1 other && sed -i '/^role:/d' other/input.yaml
expect 2 "stability of any other run" "holds no film that is done" -- "$GLINT" stability other
expect 0 "the file of a heating stage" "onset: tangent" -- cat c/seed1/input.yaml

# Controls that do not depend on a key are shared.
expect 0 "controls are shared" "^# 10 members" -- "$GLINT" check film.yaml --set "sweep={deposit.T: [0.75, 0.85] Tg}"
says "by all temperatures of bulk quenches" "^  bulk-quench-rate0.4 +deposit.T:  " out.txt
expect 0 "one for all" "^# 9 members" -- "$GLINT" check film.yaml --set "sweep={deposit.T: [0.75, 0.85] Tg}" --set "controls.film-quench.to=0.6 Tg"
expect 0 "no other compositions" "^# 8 members" -- "$GLINT" check film.yaml --set "sweep={deposit.T: [0.75, 0.85] Tg}" --set "controls.bulk-quench.shift=0"
expect 0 "one for all, again" "^# 9 members" -- "$GLINT" check film.yaml --set "sweep={deposit.T: [0.75, 0.85] Tg}" --set "controls.film-quench.to=0.6 Tg"
says "a film-quench to a temperature of its own" "^  film-quench +deposit.T:  " out.txt
sed '/^sweep:/,$d' film.yaml > lone.yaml
expect 0 "a film without sweep" "^  film +role: film" -- "$GLINT" check lone.yaml

# Liquids that are held.
hold="controls=[{bulk-hold: {atoms: 108, T: [1.2, 1.3, 1.4] Tg, rate: 1 eps/kB/tau, melt: 100 steps, for: 80 steps, looks: 4}}]"
expect 0 "bulk-hold: members" "^# 8 members" -- "$GLINT" check film.yaml --set "$hold"
says "named by temperature" "^  bulk-hold-T1.3Tg-seed2 " out.txt
expect 0 "bulk-hold: they run" "all 4 members are done" -- "$GLINT" run film.yaml -o h --set "$hold" --set "sweep={seed: [1]}" --jobs 2
expect 0 "bulk-hold: and give the liquid's line" "^# held liquid bulk-hold-T1.2Tg-seed1: .* at T 0.444, mean of 2 looks" -- "$GLINT" stability h
says "through three of them" "^# liquid: e_IS against 1/T, 3 held liquids at T from 0.444 to 0.518" out.txt
expect 2 "bulk-hold: above the melt" "does not cool" -- "$GLINT" check film.yaml --set "controls=[{bulk-hold: {T: 2 Tg}}]"
expect 2 "bulk-hold: at no temperature" "T" -- "$GLINT" check film.yaml --set "controls=[{bulk-hold: {atoms: 100}}]"

# What is refused.
sed -e '/^Tg:/d' -e 's/0.85 Tg/0.3 eps\/kB/; s/0.3 Tg/0.1 eps\/kB/; s/to: 1.6 Tg/to: 0.6 eps\/kB/; s/from: 1.6 Tg, //' film.yaml > no-Tg.yaml
expect 2 "no melt temperature" "from. is needed" -- "$GLINT" check no-Tg.yaml
expect 2 "a quench that heats" "does not cool" -- "$GLINT" check film.yaml --set "controls.film-quench.from=0.5 Tg"
expect 2 "an unknown control" "did you mean 'bulk-quench'" -- "$GLINT" check film.yaml --set "controls=[{bulk-qench: {rates: [1] eps/kB/tau}}]"
expect 2 "without rates" "rates" -- "$GLINT" check film.yaml --set "controls=[{bulk-quench: {atoms: 100}}]"
sed '/^controls:/,/bulk-quench/d; /^sweep:/,$d' film.yaml > plain.yaml
expect 0 "without controls it is one run" "5 stages" -- "$GLINT" check plain.yaml
expect 2 "controls of a bulk" "controls are those of a film" -- "$GLINT" check "$SHORT" --set "controls=[{bulk-quench: {rates: [1] eps/kB/tau, from: 1 eps/kB}}]"

# A campaign made up, with known answers: H(T) of a glass, a rise and a liquid; e_IS lines of bulk quenches and liquid.
$PYTHON - <<'PY'
import os, json, random
random.seed(4)
Tg, Tf, slope = 0.37, {"film": 0.31, "film-quench": 0.36}, {"glass": 3.0, "liquid": 5.0}
on = {"film": 0.43, "film-quench": 0.39}
def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").write(text)
def head(role):
    return ("potential: wahnstrom\nTg:\n  value: 0.37 eps/kB\n  rate: 1e-3 eps/kB/tau\n  construction: V(T)\n  pressure: 0\n"
            "dt: 0.005 tau\nfilm:\n  substrate:\n    thickness: 3 sigma\nstages:\n  - heat:\n      onset: tangent\n      label: warm\n"
            f"role: {role}\n")
def look(folder, label, time, T, e, x=0.5):
    write(f"{folder}/measure-{label}.json", json.dumps({"label": label, "time": time, "T_target": T, "inherent_structure":
          {"of": "interior", "energy_per_atom": e, "atoms": 900, "density": 1.25, "fraction_A": x, "pressure": 0}}, indent=2) + "\n")
thermo = "step,time,stage,T_target,T,P,density,potential_per_atom,Lx,Ly,units\n0,0,film,0.3,0.3,0,0.7,-6,12,12,lj\n"
members = ["member,deposit.T,seed,role,rate"]
for role, e0 in (("film", -7.20), ("film-quench", -7.12)):
    for seed in (1, 2):
        name = f"{role}-{seed}"
        members.append(f"{name},0.75 Tg,{seed},{role},")
        lines = ["step,time,stage,T_target,film_atoms,thickness,arrived,interior_atoms,interior_density,interior_potential"]
        if role == "film-quench": lines.append("0,1,melted,0.59,2000,16,0,900,1.2,-6")
        for i in range(1, 11):
            lines.append(f"0,{10 * i},grow,{0.75 * Tg},{200 * i},{1.6 * i},{200 * i},900,1.2,-6.5")
        rise = on[role] + 0.05
        up = (slope["liquid"] * (rise - Tf[role]) - slope["glass"] * (on[role] - Tf[role])) / 0.05
        for i in range(1201):
            T = 0.11 + 0.45 * i / 1200
            H = (slope["glass"] * (T - Tf[role]) if T < on[role] else slope["liquid"] * (T - Tf[role]) if T > rise
                 else slope["glass"] * (on[role] - Tf[role]) + up * (T - on[role]))
            lines.append(f"0,{300 + i},warm,{T:.12g},2000,16,0,900,1.2,{-6 + H - 1.5 * T:.15g}")
        write(f"made/{name}/film.csv", "\n".join(lines) + "\n")
        look(f"made/{name}", "at-Tsub", 100, 0.75 * Tg, e0 + 0.01 + 0.002 * seed + 0.4 * 0.02, 0.52)
        look(f"made/{name}", "cold", 200, 0.11, e0 + 0.002 * seed - 0.4 * 0.01, 0.49)
        # the front: layers one sigma thick, 0.01 sigma/tau from 18 down
        for k in range(6):
            time = 400 + 100 * k
            look(f"made/{name}", f"front-{k}", time, 0.4, -7.0)
            with open(f"made/{name}/measure-front-{k}.json") as f: j = json.load(f)
            j["mobility_time"] = 5; del j["inherent_structure"]
            write(f"made/{name}/measure-front-{k}.json", json.dumps(j, indent=2) + "\n")
            liquid = lambda z: z > 18 - 0.01 * (time - 400) or k == 5
            write(f"made/{name}/profile-front-{k}.csv", "z,thickness,atoms,density,msd\n" + "".join(
                f"{i + 0.5},1,100,{1.2 if i < 19 else 0},{(0.16 if liquid(i + 0.5) else 0.01) if i < 19 else 'nan'}\n" for i in range(24)))
        write(f"made/{name}/thermo.csv", thermo)
        write(f"made/{name}/run.json", '{\n  "status": "done"\n}\n')
        write(f"made/{name}/input.yaml", head(role))
bulk = [(1e-2, -7.07, 0.5), (1e-3, -7.10, 0.5), (1e-4, -7.13, 0.5), (1e-5, -7.16, 0.5), # −0.03 a decade
        (1e-2, -7.05, 0.55), (1e-2, -7.09, 0.45)] # de/dx = 0.4
for rate, e, x in bulk:
    role = "bulk-quench" if x == 0.5 else "composition"
    name = f"{role}-{rate:g}-{x}"
    members.append(f"{name},,1,{role},{rate:g} eps/kB/tau")
    write(f"made/{name}/run.json", '{\n  "status": "done"\n}\n')
    write(f"made/{name}/input.yaml", head(role))
    write(f"made/{name}/thermo.csv", thermo)
    # the liquid's line, from 1.05 to 1.3 T_g (0.481); hotter and colder looks do not lie on it
    for k, T in enumerate((0.5, 0.48, 0.44, 0.4, 0.38)):
        look(f"made/{name}", f"at-{k}", 10.0 * k + 1, T, -6.2 - 0.32 / T if 0.3885 < T < 0.481 else -6.5)
    look(f"made/{name}", "at-9", 100, 0.11, e, x)
write("made/members.csv", "\n".join(members) + "\n")
PY
expect 0 "a stable film, made up" "^verdict: ultrastable" -- "$GLINT" stability made
"$GLINT" stability made --json > made.json 2> err.txt
$PYTHON - > err.txt 2>&1 <<'PY' && ok "known answers" || not_ok "known answers" err.txt
import json, math
t = json.load(open("made.json"))
for f in t["films"]:
    film = f["role"] == "film"
    # exact lines; 15 digits of numbers near 6 over a difference of slopes of 2, ten steps of rounding
    assert abs(f["T_onset"] - (0.43 if film else 0.39)) < 1e-11, f["T_onset"]
    assert abs(f["T_f_H"] - (0.31 if film else 0.36)) < 1e-11, f["T_f_H"]
    e = (-7.20 if film else -7.12) + 0.002 * int(f["seed"])
    assert abs(f["e_IS_after"] - e) < 1e-12 and abs(f["e_IS_before"] - e - 0.01) < 1e-12
    assert abs(f["log10_equivalent_rate"] - (-2 + (e + 7.07) / 0.03)) < 1e-9
    assert f["equivalent_rate_extrapolated"] == film
    assert abs(f["T_f_e_IS"] - 0.32 / (-6.2 - e)) < 1e-9 and f["T_f_e_IS_extrapolated"]
    assert abs(f["T_form_per_Tg"] - 0.75) < 1e-9 and abs(f["heat_rate"] - 0.45 / 1200) < 1e-9
    assert abs(f["cool_rate"] - (0.75 * 0.37 - 0.11) / 100) < 1e-9
    if film: assert abs(f["flux"] - 2000 / (12 * 12 * 100)) < 1e-9
    # a sharp front 18 − 0.01 t between middles of layers half a layer off: seen at 18, 17, 16, … exactly
    assert [p["depth"] for p in f["front"]][:5] == [1, 2, 3, 4, 5] and abs(f["front_velocity"] - 0.01) < 1e-12
g, = t["groups"]
assert g["verdict"] == "ultrastable" and g["films"] == g["film_quenches"] == 2
# two seeds 0.002 apart: s.d. 0.002/sqrt(2), of the mean 0.001
assert abs(g["film"]["e_IS_after"]["error"] - 0.001) < 1e-12
for claim in t["claims"][-2:]: # onsets 0.43 and 0.39
    assert claim["claim"].startswith("onset above that of the film-quench") and claim["verdict"] == "seen"
    assert abs(claim["differences"][0]["difference"] - 0.04) < 1e-11 and claim["differences"][0]["films"] == 4
PY
# The liquid's line from held liquids: looks of an earlier temperature and the earlier half do not count.
$PYTHON - <<'PY'
import json, os
os.mkdir("liquids")
members = "member,down.to\n"
for T, e in ((0.36, (-7.17, -7.15)), (0.38, (-7.13, -7.13)), (0.40, (-7.09, -7.11))):
    folder = f"liquids/to{T}"
    members += f"to{T},{T} eps/kB\n"
    os.mkdir(folder)
    open(f"{folder}/run.json", "w").write('{\n  "status": "done"\n}\n')
    open(f"{folder}/input.yaml", "w").write("potential: wahnstrom\ndt: 0.005 tau\n")
    open(f"{folder}/thermo.csv", "w").write("step,time,stage,T_target,T,P,density,potential_per_atom,units\n0,0,a,0.3,0.3,0,1,-6,lj\n")
    for k, (t, x, v) in enumerate(((0.6, 0.5, -6.5), (T, 0.5, -7.0), (T, 0.5, -7.02), (T, 0.52, e[0] + 0.4 * 0.02), (T, 0.5, e[1]))):
        look = {"of": "all", "energy_per_atom": v, "atoms": 900, "density": 1.25, "fraction_A": x, "pressure": 0}
        with open(f"{folder}/measure-k{k}.json", "w") as f:
            json.dump({"label": f"k{k}", "time": 100 * k, "T_target": t, "inherent_structure": look}, f, indent=2)
open("liquids/members.csv", "w").write(members)
PY
expect 0 "T_f on the line of held liquids" "^# held liquid to0.36: e_IS -7.160±0.010 at T 0.36, mean of 2 looks from 300 to 400; changed by -0.150±0.014" -- "$GLINT" stability made --liquid liquids --figure held-figures
says "and which line that is" "^# liquid: e_IS against 1/T, 3 held liquids at T from 0.36 to 0.4" out.txt
grep -q "with yerrorbars .* title 'held liquids'" held-figures/stability-eis.gp &&
    test "$(grep -c '^[01]' held-figures/stability-eis-liquid.dat)" = 3 && ok "held liquids in the figure" || not_ok "held liquids in the figure"
"$GLINT" stability made --liquid liquids --json > held.json 2> err.txt
$PYTHON - > err.txt 2>&1 <<'PY' && ok "and what comes of it" || not_ok "and what comes of it" err.txt
import json
import numpy as np
t = json.load(open("held.json"))
x, y, sigma = 1 / np.array([0.36, 0.38, 0.40]), np.array([-7.16, -7.13, -7.10]), np.array([0.01, 0, 0.01])
assert [h["run"] for h in t["held_liquids"]] == ["to0.36", "to0.38", "to0.4"]
assert np.allclose([h["e_IS"] for h in t["held_liquids"]], y, atol=1e-12) # corrected with de/dx = 0.4
assert np.allclose([h["e_IS_error"] for h in t["held_liquids"]], sigma, atol=1e-12)
slope, start = np.polyfit(x, y, 1)
points = np.sqrt(np.mean(sigma**2)) # more than the scatter of 0.001 about the line
assert np.sqrt(np.sum((y - start - slope * x)**2)) < points
line = t["liquid_e_IS_against_inverse_T"]
assert abs(line["slope"] - slope) < 1e-9 and abs(line["scatter"] - points) < 1e-12, line
for f in t["films"]:
    at = (f["e_IS_after"] - start) / slope
    error = points * np.sqrt(1 / 3 + (at - x.mean())**2 / np.sum((x - x.mean())**2)) / -slope / at**2
    assert abs(f["T_f_e_IS"] - 1 / at) < 1e-9 and abs(f["T_f_e_IS_error"] - error) < 1e-9, f
    assert f["T_f_e_IS_extrapolated"] == (not 0.36 <= 1 / at <= 0.40)
PY
# The same from controls of the campaign itself; with too few of them the slowest bulk quench stands in.
cp -r made own && for T in 0.36 0.38 0.4; do cp -r liquids/to$T own/bulk-hold-T$T; echo "bulk-hold-T$T,,1,bulk-hold," >> own/members.csv; done
"$GLINT" stability own --json > own.json 2> err.txt
$PYTHON - > err.txt 2>&1 <<'PY' && ok "T_f from controls bulk-hold" || not_ok "T_f from controls bulk-hold" err.txt
import json
own, given = json.load(open("own.json")), json.load(open("held.json"))
assert [h["run"] for h in own["held_liquids"]] == ["bulk-hold-T0.36", "bulk-hold-T0.38", "bulk-hold-T0.4"]
assert own["liquid_e_IS_against_inverse_T"] == given["liquid_e_IS_against_inverse_T"]
assert [f["T_f_e_IS"] for f in own["films"]] == [f["T_f_e_IS"] for f in given["films"]] and own["members_not_done"] == 0
PY
expect 0 "bulk-hold: those of another campaign" "3 held liquids at" -- "$GLINT" stability made --liquid own
rm own/bulk-hold-T0.38/measure-k4.json
expect 0 "bulk-hold: two are too few" "^# liquid: .* looks of the slowest quench" -- "$GLINT" stability own
expect 0 "of one film" "^# liquid: .* 3 held liquids" -- "$GLINT" stability made/film-1 --liquid liquids
sed -i 's/,lj$/,metal/' liquids/to0.4/thermo.csv
expect 2 "held liquids in other units" "to0.4 has energies in eV" -- "$GLINT" stability made --liquid liquids
expect 2 "glint eis: a level in other units" "to0.4 has energies in eV" -- "$GLINT" eis made/film-1 --level liquid=liquids/to0.4
rm liquids/to0.36/measure-k1.json
expect 2 "a liquid not held for long" "to0.36: 3 looks at an inherent structure at its last temperature, 4 are needed" -- "$GLINT" stability made --liquid liquids
sed -i '/to0.36\|to0.4/d' liquids/members.csv
expect 2 "held liquids at one temperature" "1 held liquids, three temperatures" -- "$GLINT" stability made --liquid liquids

# A film that has not melted in the end: its front against the liquid of another run.
cp -r made/film-1 begun && rm begun/*front-[45]*
expect 0 "a front that has only begun" "front: nothing has become liquid: displacement² 0.01 at the end" -- "$GLINT" stability begun
expect 0 "against the liquid of another run" "front: displacement² 0.01 in the glass, 0.16 in the liquid" -- "$GLINT" stability begun --liquid made/film-2
"$GLINT" stability begun --liquid made/film-2 --json > begun.json 2> err.txt
$PYTHON - > err.txt 2>&1 <<'PY' && ok "and how fast it goes" || not_ok "and how fast it goes" err.txt
import json
f, = json.load(open("begun.json"))["films"]
assert [p["depth"] for p in f["front"]] == [1, 2, 3, 4] and abs(f["front_velocity"] - 0.01) < 1e-12
assert f["front_glass_msd"] == 0.01 and f["front_liquid_msd"] == 0.16
PY
expect 2 "a campaign has no one liquid" "give a campaign of held liquids" -- "$GLINT" stability made --liquid made/film-2
sed -i 's/"mobility_time": 5/"mobility_time": 7/' begun/measure-front-3.json
expect 2 "another time to move" "looked at for as long" -- "$GLINT" stability begun --liquid made/film-2
rm made/film-2/profile-front-5.csv
expect 2 "a liquid without profile" "profile-front-5.csv" -- "$GLINT" stability made/film-1 --liquid made/film-2
expect 2 "a liquid that nobody looked at" "cannot say how far the liquid moves" -- "$GLINT" stability made/film-1 --liquid made/bulk-quench-0.001-0.5
cp made/film-1/profile-front-5.csv made/film-2
# Columns that scatter more than the two seeds: one difference of seeds may be small by chance, three may not.
$PYTHON - <<'PY'
import json, shutil
members = open("made/members.csv").read()
for seed in (1, 2):
    path = f"made/film-{seed}/measure-cold.json"
    j = json.load(open(path))
    look = j["inherent_structure"]
    look.update(columns_x=4, columns_y=1, column_atoms=[225] * 4, column_first_species=[110] * 4,
                column_energy=[225 * (look["energy_per_atom"] + d) for d in (-0.02, 0.02, 0.02, -0.02)])
    with open(path, "w") as f: json.dump(j, f, indent=2); f.write("\n")
    for T in (65, 85):
        shutil.copytree(f"made/film-{seed}", f"more/film-{T}-{seed}")
        members += f"film-{T}-{seed},0.{T} Tg,{seed},film,\n"
open("more/members.csv", "w").write(members)
PY
"$GLINT" stability made --json > made.json 2> err.txt
cp -rn made/*/ more && "$GLINT" stability more --json > more.json 2>> err.txt
$PYTHON - >> err.txt 2>&1 <<'PY' && ok "errors of means with few seeds and with more" || not_ok "errors of means with few seeds and with more" err.txt
import json, math
t = json.load(open("made.json"))
own = [f["e_IS_after_error"] for f in t["films"] if f["role"] == "film"]
error = t["groups"][0]["film"]["e_IS_after"]["error"]
assert len(own) == 2 and abs(error - math.hypot(*own) / 2) < 1e-12 and error > 0.005, (own, error)
groups = json.load(open("more.json"))["groups"]
assert len(groups) == 3
for g in groups: assert abs(g["film"]["e_IS_after"]["error"] - 0.001) < 1e-12, g["film"]["e_IS_after"]
PY

sed -i 's/-7.1[0-9]*/-7.3/' made/bulk-quench-1e-05-0.5/measure-at-9.json
expect 0 "above the slowest quench" "verdict: more stable than its control, not than the slowest bulk quench" -- "$GLINT" stability made
for n in 1 2; do cp made/film-quench-$n/measure-*.json made/film-$n/; done
expect 0 "as the control" "verdict: not distinguishable from its control" -- "$GLINT" stability made
