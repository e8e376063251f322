#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Films in metal units: fluxes as people say them, a film of Cu and Zr with its controls, and every number of its files in
# ps, angstrom, eV and K.
# limit: 120
. "$(dirname "$0")/../common.sh"

cat > film.yaml <<'YAML'
potential: cuzr:m19
Tg: {value: 693 K, rate: 1e12 K/s, construction: H(T), pressure: 0 GPa}
dt: 2 fs
film:
  area: [14 angstrom, 14 angstrom]
  substrate: {kind: tethered, from: quench, thickness: 7.8 angstrom, time: 600 steps}
  every: 10 steps
stages:
  - deposit:
      T: 0.85 Tg
      flux: 12 atoms/ps
      until: {thickness: 6 angstrom}
      species: {Cu: 0.5, Zr: 0.5, draw: shuffled-blocks of 8}
      source: {T: 1200 K, angle: 0 deg}
      observe: crystal-alarm
      label: film
  - measure: {eis: interior, pressure: 0 GPa, label: at-Tsub}
  - quench: {to: 0.3 Tg, for: 100 steps, thermostat: {kind: langevin, tau: 0.5 ps}, label: cool}
  - measure: {eis: interior, pressure: 0 GPa, label: cold}
  - heat: {to: 1.6 Tg, for: 600 steps, thermostat: {kind: langevin, tau: 0.1 ps}, onset: tangent, label: warm}
interior: {drop: 1.5 angstrom, each: face}
controls:
  - film-quench: {from: 1.6 Tg, time: same, thickness: same, melt: 100 steps, flux: 0.06 /angstrom^2/ps}
  - bulk-quench: {atoms: 60, rates: [8e15, 2e15] K/s, melt: 200 steps, looks: 2}
thermo: {every: 10 steps}
crystal_alarm: {every: 0.5 ps}
YAML
sed '/^controls:/,/bulk-quench/d' film.yaml > lone.yaml

# One flux, said in four ways: 6 A x 196 A^2 x 0.055 /A^3 = 64.68 atoms, one each 10 ps: 646.8 ps, 323,400 steps.
for flux in "0.1 atoms/ps" "1 atom per 10 ps" "5.1020408163265306e-4 /angstrom^2/ps" "927643784.7866419 nm/s"; do
    expect 0 "flux: $flux" "film +deposit +323400 steps" -- "$GLINT" check lone.yaml --set "deposit.flux=$flux"
done
expect 2 "a flux of apples" "1 atom per 10 ps.*1e8 nm/s" -- "$GLINT" check lone.yaml --set "deposit.flux=1 apple per 10 ps"
expect 2 "a flux in reduced units" "not understood" -- "$GLINT" check lone.yaml --set "deposit.flux=1e-3 /sigma^2/tau"

expect 0 "a film and its controls" "all 6 members are done" -- "$GLINT" run film.yaml -o c --jobs 2
test -d c/bulk-quench-rate8e15 && ok "rates are named as they are written" || not_ok "rates are named as they are written"
expect 0 "glint stability in metal units" "units: energy eV, density /angstrom\^3, T K, time ps, rate K/s" -- "$GLINT" stability c
"$GLINT" stability c --json > stability.json 2> err.txt
$PYTHON - > out.txt 2>&1 <<'PY' && ok "the numbers of its files" || not_ok "the numbers of its files" out.txt
import csv, json
dt, area = 0.002, 14.0 * 14.0
rows = lambda name: list(csv.DictReader(l for l in open(f"c/{name}") if l[0] != "#"))
log = rows("film/film.csv")
film = [r for r in log if r["stage"] == "film"]
for r in log: assert abs(float(r["time"]) - dt * int(r["step"])) < 1e-6, r
n = int(film[-1]["arrived"])
for r in film: # arrival n at n / 12 ps, later only where so dense a beam leaves no place above what has landed
    due, came = int(int(r["step"]) * dt * 12 + 1e-9), int(r["arrived"])
    assert came == due if due <= 30 else 30 <= came <= due, r
assert abs(float(film[-1]["T_target"]) - 0.85 * 693) < 1e-6
# Each arrival brings some 5 eV of binding and 0.2 eV of its own. At the turning point of an impact the pair of 5 eV oscillates
# with w^2 = u''/m < 100 eV/A^2 / 32 u = 3e4 /ps^2 at most (Cu-Cu at 1.8 A), and velocity Verlet is wrong by (w dt)^2/4 < 3 %.
put = abs(float(film[-1]["energy_in"])) + 5.0 * n
conserved = [float(r["conserved"]) for r in film]
assert max(conserved) - min(conserved) < 0.03 * put, (min(conserved), max(conserved), put)
assert 200 < float(film[-1]["T_zone"]) < 3000 and 100 < float(film[-1]["kinetic"]) * 2 / (3 * 8.617333e-5 * 180) < 3000
crystal = rows("film/crystal-film.csv")
assert len(crystal) > 3
for k, r in enumerate(crystal): assert abs(float(r["time"]) - 0.5 * (k + 1)) < 1e-9 and int(r["step"]) == 250 * (k + 1), r
look = {l: json.load(open(f"c/film/measure-{l}.json")) for l in ("at-Tsub", "cold")}
for m in look.values():
    i = m["inherent_structure"]
    assert abs(m["time"] - dt * m["step"]) < 1e-6 and m["units"] == "metal" and i["drop"] == 1.5 and i["converged"]
    assert -6 < i["energy_per_atom"] < -4 and 0.04 < i["density"] < 0.07
t = json.load(open("stability.json"))
assert t["units"] == "metal" and t["rate_unit"] == "K/s"
assert sorted(b["rate"] for b in t["bulk_quenches"]) == [2e15, 8e15, 8e15, 8e15]
slope = t["e_IS_against_fraction"]["slope"]
assert 2 < slope < 4.5 # E(Zr) - E(Cu) of the pure metals: 3.19 eV
for f in t["films"]:
    assert abs(f["T_form"] - 0.85 * 693) < 1e-6 and abs(f["T_form_per_Tg"] - 0.85) < 1e-9
    assert abs(f["cool_rate"] / ((0.85 - 0.3) * 693 / (100 * dt * 1e-12)) - 1) < 1e-6, f["cool_rate"]
    assert abs(f["heat_rate"] / ((1.6 - 0.3) * 693 / (600 * dt * 1e-12)) - 1) < 1e-6, f["heat_rate"]
    if f["role"] != "film": # as long as the deposition by the estimate; its last line of film.csv
        assert abs(f["form_time"] - 6 * area * 0.055 / 12) < 2 * 10 * dt
        continue
    last = next(r for r in film if r["arrived"] == str(n)) # the source is shut then
    assert abs(f["flux"] * area * float(last["time"]) / n - 1) < 1e-6
    assert f["atoms"] == int(film[-1]["film_atoms"]) and abs(f["form_time"] - float(film[-1]["time"])) < 1e-6
    i = look["cold"]["inherent_structure"]
    assert abs(f["e_IS_after"] - (i["energy_per_atom"] - slope * (i["fraction_Cu"] - 0.5))) < 1e-9
PY
