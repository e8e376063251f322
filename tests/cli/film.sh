#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Inputs of films: what is refused and why; the files of the short case; from film to a periodic sample, with stops.
# limit: 200
. "$(dirname "$0")/../common.sh"
FILM=$ROOT/inputs/deposition-wahnstrom/short.yaml

refused() { # NAME PATTERN SET
    rm -rf refused
    expect 2 "film refused: $1" "$2" -- "$GLINT" run "$FILM" -o refused --set "$3"
}
refused "a flux of apples" "growth velocity" "stages.0.deposit.flux=3 apples"
refused "flux and cycle" "either .flux. or .cycle." "stages.0.deposit.cycle={hot: 1 eps/kB, heat: 1 tau, cool: 1 tau}"
refused "a source without energy" "temperature T or an energy" "stages.0.deposit.source={angle: 3 deg}"
refused "an unknown species" "no species 'C'" "stages.0.deposit.species={A: 0.5, C: 0.5}"
refused "fractions" "add up to 1.2" "stages.0.deposit.species={A: 0.5, B: 0.7}"
refused "an unknown zone" "below surface" "stages.0.deposit.thermostat={zone: somewhere}"
refused "two ends" "one of thickness" "stages.0.deposit.until={thickness: 3 sigma, atoms: 7}"
refused "a pressure under vacuum" "box: fixed" "stages.1.quench.P=0"
refused "a thin substrate" "thinner than the cutoff" "film.substrate.thickness=1 sigma"
refused "atoms and film" "either .atoms. or .film." "atoms={N: 100}"
expect 2 "deposit without film" "needs a substrate" -- "$GLINT" run "$SHORT" -o refused --set "stages.0={deposit: {T: 0.5 eps/kB, flux: 1 /sigma^2/tau, source: {T: 1 eps/kB}, until: {atoms: 3}}}"

expect 0 "film: check" "deposit" -- "$GLINT" check "$FILM" --cost
expect 0 "film: the short case" "deposited: 8 atoms" -- "$GLINT" run "$FILM" -o a
for f in film.csv thermo.csv measure-cold.json profile-cold.csv trajectory.h5; do test -s "a/$f" || not_ok "film: $f is missing"; done
$PYTHON - > out.txt 2>&1 <<'PY' && ok "film: what the logs say" || not_ok "film: what the logs say" out.txt
import csv, json
rows = list(csv.DictReader(open("a/film.csv")))
grown = [r for r in rows if r["stage"] == "film"]
# 0.05 per area and time on 36: 1.8 atoms per tau; arrival n at step ceil(n / 0.009)
for r in grown:
    due = min(int(int(r["step"]) * 0.009 + 1e-9), 8)
    assert int(r["arrived"]) == due, (r["step"], r["arrived"], due)
last = grown[-1]
assert int(last["film_atoms"]) == 8 and float(last["fraction_A"]) == 0.5
conserved = [float(r["conserved"]) for r in grown]
# K (w dt)^2 / 4 with w^2 = 50 + 12*57/3 of the lightest atom (tests/unit/test_film.c)
assert max(conserved) - min(conserved) < 2 * max(float(r["kinetic"]) for r in grown) * 278 * 0.005**2 / 4
m = json.load(open("a/measure-cold.json"))["inherent_structure"]
assert m["atoms"] == 8 and m["converged"] and m["energy_per_atom"] < -2
assert m["laves_fraction"] == 0 and m["laves_largest_cluster"] == 0
# two columns along 6 sigma, three spacings of 0.9 to 0.97 each; all its atoms and their energy are in them
assert m["columns_x"] == m["columns_y"] == 2 and sum(m["column_atoms"]) == 8 and sum(m["column_first_species"]) == 4
assert abs(sum(m["column_energy"]) - 8 * m["energy_per_atom"]) < 1e-9 and len(m["column_energy"]) == 4
profile = list(csv.DictReader(open("a/profile-cold.csv")))
thermo = list(csv.DictReader(open("a/thermo.csv")))
atoms = sum(int(r["atoms"]) for r in profile)
energy = sum(int(r["atoms"]) * float(r["potential_per_atom"]) for r in profile if r["atoms"] != "0")
assert abs(energy / atoms - float(thermo[-1]["potential_per_atom"])) < 1e-8
PY

# A thicker film, its inside made periodic, heated at pressure 0: to its end, and with stops.
THICK=(--set "stages.0.deposit.flux=0.3 /sigma^2/tau" --set "stages.0.deposit.until={thickness: 2.4 sigma}" --set "film.substrate.time=600 steps"
       --set "stages.2={detach: {keep: bulk, drop: 0.1 sigma}}" --set "stages.1={anneal: {T: 0.3 eps/kB, for: 300 steps}}")
sed 's/^trajectory/  - heat: {T: 0.2 eps\/kB, to: 0.3 eps\/kB, for: 300 steps, P: 0}\ntrajectory/' "$FILM" > thick.yaml
expect 0 "film: from film to bulk" "made periodic" -- "$GLINT" run thick.yaml -o thick "${THICK[@]}"
mkdir stops && touch stops/stop
expect 4 "film: stopped" "" -- "$GLINT" run thick.yaml -o stops "${THICK[@]}"
rm stops/stop
n=0 code=4
while test $code = 4 && test $n -lt 60; do
    timeout 100 "$GLINT" run -o stops --resume --set "limit.time=$((50 + 10 * n)) steps" > stops.log 2>&1
    code=$?
    n=$((n + 1))
done
if test $code = 0 && test $n -gt 2; then ok "film: from film to bulk, stopped $n times"; else echo "exit code $code" >> stops.log; not_ok "film: from film to bulk, stopped" stops.log; fi
same "film: to the same bits" thick stops

# Speckles of the inside, while the atoms move and from the trajectory: the same numbers; and what is refused.
INSIDE=(--set "stages.0.deposit.flux=0.3 /sigma^2/tau" --set "stages.0.deposit.until={thickness: 2.4 sigma}" --set "film.substrate.time=600 steps"
        --set "stages.1={anneal: {T: 0.3 eps/kB, for: 120 steps, thermostat: {kind: langevin, tau: 1 tau}, observe: [speckle, trajectory, profiles], label: iso}}" --set "profiles={every: 20 steps, lag: 60 steps}"
        --set "stages.0.deposit.observe=nothing" --set "interior={drop: 0.2 sigma, edge: 0.4 sigma}"
        --set "speckle={every: 20 steps, windows: {par: {kind: plane, range: 5 /sigma to 8 /sigma}, perp: {kind: cone, range: 5 /sigma to 8 /sigma}}}"
        --set "trajectory={every: 20 steps, precision: double}" --set "thermo.every=20 steps")
expect 0 "inside of a film: it runs" "window perp" -- "$GLINT" run "$FILM" -o inside "${INSIDE[@]}" --set "keep=[film]"
range=$($PYTHON -c "
import h5py
a = h5py.File('inside/speckle-par.h5')['entry/glint/z_window'].attrs
print('%.17g,%.17g,%.17g' % tuple(float(a[k]) for k in ('low', 'high', 'edge')))")
expect 0 "inside of a film: from the trajectory" "perp +cone" -- "$GLINT" speckle inside/trajectory.h5 --first 1 --inside "$range" \
    -w 'par:plane,range=5 to 8' -w 'perp:cone,range=5 to 8' -o off.h5
$PYTHON - > out.txt 2>&1 <<'PY' && ok "inside of a film: the same numbers" || not_ok "inside of a film: the same numbers" out.txt
import h5py, numpy as np
for name in "par", "perp":
    a, b = h5py.File(f"inside/speckle-{name}.h5"), h5py.File(f"off-{name}.h5")
    x, y = (f["entry/instrument/detector_1/data"][:] for f in (a, b))
    assert x.shape == y.shape and x.shape[0] == 6 and (x == y).all(), name
    z = a["entry/glint/z_window"].attrs
    low, high, edge, top = (float(z[k]) for k in ("low", "high", "edge", "substrate"))
    assert top == 3 and low == 3.2 and edge == 0.4 and 4.5 < high < 6, (top, low, high, edge)
    # the last frame by numpy
    t = h5py.File("inside/trajectory.h5")
    g = t["particles"][list(t["particles"])[0]]
    r = g["position/value"][-1]
    inside = np.minimum(r[:, 2] - low, high - r[:, 2])
    w = np.sin(np.pi / 2 * np.clip(inside / edge, 0, 1)) ** 2
    hkl = a["entry/glint/window/hkl"][:]
    phase = 2 * np.pi * (r[:, :2] / 6 @ hkl[:, :2].T + np.outer((r[:, 2] - low) / (high - low), hkl[:, 2]))
    I = abs((w[:, None] * np.exp(1j * phase)).sum(0)) ** 2 / (w ** 2).sum()
    assert abs(I - x[-1]).max() < 1e-5 * I.max(), abs(I - x[-1]).max() # frames are f32
    assert int(a["entry/glint/window"].attrs["n_independent"]) == int(float(z["n_effective"]))
    s = a["entry/glint/stage"].attrs
    assert abs(float(s["temperature"]) - 0.3) < 1e-12 and "cycle" not in s
PY
$PYTHON - > out.txt 2>&1 <<'PY' && ok "profiles of a film: as numpy finds them" || not_ok "profiles of a film: as numpy finds them" out.txt
import csv, h5py, numpy as np
lines = open("inside/profiles-iso.csv").readlines()
rows = list(csv.DictReader(l for l in lines if l[0] != "#"))
assert "means over 6 frames, one every 0.1 tau" in lines[0] and "top of the substrate: z = 3" in "".join(lines[:4])
t = h5py.File("inside/trajectory.h5")
g = t["particles"][list(t["particles"])[0]]
r, image, species = g["position/value"][:], g["image/value"][:], g["species/value"][:]
species = species[0] if species.ndim == 2 else species
edges = np.ravel(g["box/edges/value"][0] if "value" in g["box/edges"] else g["box/edges"][:])
edges = edges.reshape(3, -1).max(axis=1) if edges.size == 9 else edges
n = len(rows)
layer = np.clip(np.floor(r[:, :, 2] / edges[2] * n).astype(int), 0, n - 1)
x = r + image * edges * [1, 1, 0]
volume = edges.prod() / n
for k, row in enumerate(rows):
    here = layer[1:] == k
    assert abs(float(row["density"]) - here.sum() / 6 / volume) < 1e-9, (k, row)
    if here.any():
        a = (here & (species == species.min())).sum() / here.sum()
        assert abs(float(row["fraction_A"]) - a) < 1e-9 or abs(float(row["fraction_B"]) - a) < 1e-9
    moved = np.concatenate([((x[i + 3] - x[i]) ** 2).sum(1)[layer[i] == k] for i in (0, 3)])
    if len(moved): assert abs(float(row["msd"]) - moved.mean()) < 1e-6 * moved.mean() + 1e-9, (k, row, moved.mean(), edges)
    else: assert row["msd"] == "nan", (k, row)
atoms = sum(float(row["atoms"]) for row in rows)
assert abs(atoms - r.shape[1]) < 1e-6
thermo = [row for row in csv.DictReader(open("inside/thermo.csv")) if row["stage"] == "iso"]
energy = sum(float(row["atoms"]) * float(row["potential_per_atom"]) for row in rows if row["atoms"] != "0") / atoms
seen = [float(row["potential_per_atom"]) for row in thermo]
assert len(seen) == 6 and abs(energy - np.mean(seen)) < 1e-8, (energy, seen)
T = sum(float(row["atoms"]) * float(row["T"]) for row in rows if row["atoms"] != "0") / atoms
seen = np.mean([float(row["T"]) for row in thermo])
assert abs(T / seen - 1) < 2 / atoms, (T, seen) # thermo: 3N, or 3N - 3, degrees of freedom
PY
# Its page: how it grew as film.csv says, its inside instead of the box, which is mostly vacuum.
expect 0 "inside of a film: its page" "report.html" -- "$GLINT" report inside --quick
$PYTHON - > out.txt 2>&1 <<'PY' && ok "inside of a film: what its page says" || not_ok "inside of a film: what its page says" out.txt
import csv, re, statistics
rows = list(csv.DictReader(open("inside/film.csv")))
grown = [r for r in rows if r["stage"] == "film"]
page = re.sub(r"<[^>]*>", " ", open("inside/report.html").read())
page = re.sub(r"\s+", " ", page)
last = grown[-1]
assert f'Film. {last["film_atoms"]} atoms, {float(last["thickness"]):.3g} ' in page, page[:900]
assert f'film {last["arrived"]} {last["evaporated"]} {last["film_atoms"]} ' in page
iso = [float(r["interior_density"]) for r in rows if r["stage"] == "iso" and r["interior_density"] != "nan"]
assert iso, rows[-1]
said = re.search(r"ρ inside = (\d\.\d+)", page)
assert said and abs(float(said[1]) / statistics.mean(iso) - 1) < 0.02, (said and said[0], statistics.mean(iso))
assert "P (ε/σ³)" not in page
PY
expect 2 "inside of a film: nothing left of it" "left inside" -- "$GLINT" run "$FILM" -o thin "${INSIDE[@]}" --set "interior.drop=2 sigma"
expect 2 "inside of a film: wrong heights" "LOW,HIGH,EDGE" -- "$GLINT" speckle inside/trajectory.h5 --inside 5,4,1 -w shell -o off.h5
expect 2 "speckles of a free slab are refused" "free slab" -- "$GLINT" check "$FILM" "${INSIDE[@]}" --set "stages.2={detach: {keep: slab}}" \
    --set "stages.3={anneal: {T: 0.3 eps/kB, for: 10 steps, observe: speckle}}"

# Grown once, used again: a film that another run kept goes on to the bits that one run would have, and is known for what it is.
awk '/^stages:/ {print; skip = 1; next} skip && /^  - quench/ {skip = 0} !skip' "$FILM" | awk '/^film:/ {print "film: {from: kept/state-film.h5, every: 100 steps}"; skip = 1; next} /^stages:/ {skip = 0} !skip' |
    sed 's/quench: {to:/quench: {T: 0.85 Tg, to:/' > later.yaml
expect 0 "film of another run: kept" "deposited" -- "$GLINT" run "$FILM" -o kept --set "keep=[film]"
same "film of another run: keeping changes nothing" kept a
atoms=$(sed -n 's/^ *"atoms": \([0-9]*\),/\1/p' kept/run.json) # the substrate's depend on the instruction set
expect 0 "film of another run: it goes on" "$atoms atoms, $((atoms - 8)) of them substrate" -- "$GLINT" run later.yaml -o later
same "film of another run: to the bits of one run" kept later
cmp -s kept/profile-cold.csv later/profile-cold.csv && ok "film of another run: the same profile" || not_ok "film of another run: the same profile"
expect 0 "film of another run: its own input is enough to go on" "" -- "$GLINT" check later/input.yaml
CYCLED=(--set "interior={drop: 0.2 sigma, edge: 0.4 sigma}" --set "thermostat={kind: langevin, tau: 1 tau}" --set "stages=[{heat: {T: 0.3145 eps/kB, to: 0.32 eps/kB, for: 10 steps}}, {cycle: {T: 0.4 eps/kB, hold: 20 steps, rate: 1 eps/kB/tau, then: 0.3 eps/kB, label: pre}}, {cycle: {T: [0.3] eps/kB, hold: 60 steps, rate: 1 eps/kB/tau, observe: speckle, label: iso}}]" \
    --set "speckle={every: 20 steps, windows: {par: {kind: plane, range: 5 /sigma to 8 /sigma}}}")
expect 0 "film of another run: a cycle" "" -- "$GLINT" run later.yaml -o cycled --set "film.from=inside/state-film.h5" "${CYCLED[@]}"
sed '/^  - quench: {to/i\  - melt: {T: 0.6 eps/kB, for: 20 steps}' "$FILM" | sed 's/^  - quench: {/&label: cool, /' > melted.yaml
expect 0 "film of another run: a film-quench is kept" "" -- "$GLINT" run melted.yaml -o melted --set role=film-quench --set "stages.0.deposit.flux=0.4 /sigma^2/tau" --set "keep=[cool]" --set "thermostat={kind: langevin, tau: 1 tau}"
expect 0 "film of another run: its cycle" "" -- "$GLINT" run later.yaml -o cycled-quench --set "film.from=melted/state-cool.h5" "${CYCLED[@]}"
$PYTHON - > out.txt 2>&1 <<'PY' && ok "film of another run: where it grew is known" || not_ok "film of another run: where it grew is known" out.txt
import glob, h5py
s = h5py.File(glob.glob("cycled/speckle-*.h5")[0])["entry/glint/stage"].attrs
assert s["preparation"] in (b"film", "film") and abs(float(s["T_substrate"]) - 0.85 * 0.37) < 1e-12, dict(s)
assert abs(float(s["T_anneal"]) - 0.4) < 1e-12, dict(s) # heated, held, cooled to the cycle: a film is not made by that cooling
s = h5py.File(glob.glob("cycled-quench/speckle-*.h5")[0])["entry/glint/stage"].attrs # melted, so no film; but made before
assert s["preparation"] in (b"quench", "quench") and "T_substrate" not in s and abs(float(s["T_anneal"]) - 0.4) < 1e-12, dict(s)
# as older versions left it, one number shorter; and with a number too few
for name, length in ("older", 1), ("short", 2):
    with open("kept/state-film.h5", "rb") as f, open(name + ".h5", "wb") as g: g.write(f.read())
    h = h5py.File(name + ".h5", "r+")
    state = h["state/film"][:]
    del h["state/film"]
    h["state/film"] = state[:-length]
    h.close()
# damaged in other ways
for name, key, value in ("dense", "film/constants", [50, 3, float("nan")]), ("many", "film/substrate", 137), ("closed", "periodic", [1, 1, 1]):
    with open("kept/state-film.h5", "rb") as f, open(name + ".h5", "wb") as g: g.write(f.read())
    with h5py.File(name + ".h5", "r+") as h: h[key][...] = value
PY
expect 0 "film of another run: of an older version" "" -- "$GLINT" run later.yaml -o older --set "film.from=older.h5"
same "film of another run: of an older version, the same bits" kept older
again() { # NAME PATTERN SET...: refused
    rm -rf refused
    local name=$1 pattern=$2
    shift 2
    expect 2 "film of another run refused: $name" "$pattern" -- "$GLINT" run later.yaml -o refused "$@"
}
again "not there" "film.from: nowhere.h5: no film is there" --set "film.from=nowhere.h5"
again "no film in it" "no film is there" --set "film.from=later/profile-cold.csv"
again "not understood" "holds .* numbers" --set "film.from=short.h5"
again "without density" "make no sense" --set "film.from=dense.h5"
again "more substrate than atoms" "(unexpected end|cannot read|holds|137)" --set "film.from=many.h5"
again "in a closed box" "no film" --set "film.from=closed.h5"
again "an area of its own" "leave them out" --set "film.area=[6 sigma, 6 sigma]"
stages='stages: [{anneal: {T: 300 K, for: 10 steps}}]'
printf '%s\n' 'potential: cuzr:m19' 'film: {from: kept/state-film.h5}' "$stages" > metal.yaml
expect 2 "film of another run refused: other atoms" "not those of the potential cuzr:m19" -- "$GLINT" run metal.yaml -o refused
printf '%s\n' 'potential: wahnstrom' 'atoms: {file: kept/state-film.h5}' "${stages/300 K/0.3 eps\/kB}" > atoms.yaml
expect 2 "film of another run refused: as a configuration" "film: .from: kept/state-film.h5" -- "$GLINT" run atoms.yaml -o refused
expect 2 "film of another run refused: neither" "needs its .area." -- "$GLINT" check later.yaml --set "film={every: 100 steps}"
expect 2 "a state of no stage is refused" "no stage has the label 'fil'; did you mean film" -- "$GLINT" check "$FILM" --set "keep=[fil]"
