#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The analysis of a run in metal units speaks of ps, angstrom and K, and its defaults are metal ones: a made-up run folder
# of Cu and Zr atoms that walk at random, 0.1 ps a frame, 0.12 angstrom a step and axis.
. "$(dirname "$0")/../common.sh"

mkdir run
awk 'BEGIN {
    srand(7); N = 200; L = 15.4; s = 0.12
    for (i = 0; i < N; i++) for (k = 0; k < 3; k++) x[3*i + k] = L*rand()
    for (f = 0; f < 200; f++) {
        print N
        printf "Lattice=\"%g 0 0 0 %g 0 0 0 %g\" Properties=species:S:1:pos:R:3:id:I:1 Time=%.3f Step=%d units=metal pbc=\"T T T\"\n", L, L, L, 0.1*f, 50*f
        for (i = 0; i < N; i++) {
            printf "%s %.6f %.6f %.6f %d\n", i < N/2 ? "Cu" : "Zr", x[3*i], x[3*i + 1], x[3*i + 2], i + 1
            for (k = 0; k < 3; k++) x[3*i + k] += s*sqrt(-2*log(1 - rand()))*cos(6.283185307179586*rand())
        } } }' > walk.xyz
awk 'BEGIN { print "step,time,stage,T_target,T,P,density,potential_per_atom,total_per_atom,P_target,units"
    for (f = 1; f < 200; f++) printf "%d,%.1f,hold,900,%d,0.1,0.0547,-4.7,-4.5,nan,metal\n", 50*f, 0.1*f, 880 + f % 40 }' > run/thermo.csv
expect 0 "the trajectory becomes H5MD" "" -- "$GLINT" convert walk.xyz run/trajectory.h5 --frame all
expect 0 "glint speckle" "" -- "$GLINT" speckle run/trajectory.h5 --window '3d:shell,range=1.5 /angstrom to 3 /angstrom' -o run/speckle-3d.h5

expect 0 "glint ttcf in ps" "every 0\.1 ps" -- "$GLINT" ttcf run/speckle-3d.h5
expect 0 "glint g2 in ps" "every 0\.1 ps" -- "$GLINT" g2 run/speckle-3d.h5
expect 0 "glint msd in ps" "lag/ps" -- "$GLINT" msd run
# 3 s^2 per frame, less 1/N by the drift removed; 200 atoms x 199 steps x 3 axes: 5 s.d. are 5 sqrt(2/119400) = 2 %
if "$GLINT" msd run | awk '$1 == "all" && NF > 4 { r = $4/(3*0.12*0.12*(1 - 1/200)); exit !(r > 0.98 && r < 1.02) }'; then
    ok "the mean-square displacement of the walk"; else not_ok "the mean-square displacement of the walk"; fi
expect 0 "glint isf in ps" "tau_alpha all .* ps" -- "$GLINT" isf run --q '2.7 /angstrom'
expect 0 "glint waiting: cage mean over 2 ps" "cage mean over 2 ps" -- "$GLINT" waiting run --r1 2.8
expect 0 "glint waiting: persistence 0 and 2 ps" "^cage  *0\.6  *1\.68  *2 " -- "$GLINT" waiting run --r1 2.8
expect 2 "glint waiting refuses tau" "'tau' does not fit" -- "$GLINT" waiting run --r1 2.8 --persist '5 tau'
expect 0 "glint structure: X-rays for Cu and Zr" "S_X = .*X-ray \(Cu, Zr\)" -- "$GLINT" structure run --sq
expect 0 "glint structure: mass density" "= 7\.03[0-9]* g/cm" -- "$GLINT" structure run --rdf
expect 0 "glint structure -f 1: no weights" "" -- "$GLINT" structure run --sq -f 1
if grep -q S_X out.txt; then not_ok "glint structure -f 1: no weights" out.txt; fi
expect 0 "glint report of a metal run" "report\.html" -- "$GLINT" report run --quick
for text in 'from–to (ps)' 'T (K)' 'P (GPa)' 'g/cm³' 'Å⁻¹' 'metal: Å, eV, u, ps, K, GPa'; do
    if grep -qF "$text" run/report.html; then ok "the page says $text"; else not_ok "the page says $text"; fi
done
# (the KWW formula has a τ of its own)
if sed 's/<svg.*//; s/(t\/τ)//g' run/report.html | grep -E '[0-9] (τ|σ⁻¹|σ|ε)[ .,;<]' > model.txt; then not_ok "no τ, σ, ε as units" model.txt; else
    ok "no τ, σ, ε as units"; fi

# A second algorithm: S_X of the last frame on every point of each bin, and g_X from all pairs, with numpy.
"$GLINT" structure run --frames 1 --points 1000000 --q-max 4 --dq 0.5 --r-max 7 --dr 0.1 --json > sx.json 2> err.txt
if "$PYTHON" - > numpy.txt 2>&1 << 'EOP'
import json, sys
try:
    import numpy as np
except ImportError:
    sys.exit(77)
lines = open("walk.xyz").read().splitlines()[-200:]
x = np.array([[float(v) for v in l.split()[1:4]] for l in lines])
cu = np.array([l.startswith("Cu") for l in lines])
L, N = 15.4, len(x)
a = {True: ([13.338, 7.1676, 5.6158, 1.6735], [3.5828, 0.247, 11.3966, 64.8126], 1.191),
     False: ([17.8765, 10.948, 5.41732, 3.65721], [1.27618, 11.916, 0.117622, 87.6627], 2.06929)}
def f(which, q):
    A, B, c = a[which]
    return sum(u*np.exp(-v*(q/(4*np.pi))**2) for u, v in zip(A, B)) + c
n = int(4*L/(2*np.pi)) + 1
h = np.array([(i, j, k) for i in range(-n, n+1) for j in range(-n, n+1) for k in range(-n, n+1) if (i, j, k) != (0, 0, 0)])
q = 2*np.pi/L*h
length = np.linalg.norm(q, axis=1)
q, length = q[length < 4], length[length < 4]
fj = np.where(cu, f(True, length)[:, None], f(False, length)[:, None])
I = abs((fj*np.exp(1j*q @ x.T)).sum(axis=1))**2/N
m, s = fj.mean(axis=1), (fj**2).mean(axis=1)
S = 1 + (I - s)/m**2
r = json.load(open("sx.json"))
bins = (length/0.5 + 1e-9).astype(int)
worst = max(abs(S[bins == k].mean() - v) for k, v in enumerate(r["sq"]["S_X"]) if v is not None)
# positions are stored in double precision, sums of 200 terms: rounding only
assert worst < 1e-9, worst
d = x[:, None, :] - x[None, :, :]
z = np.where(cu, f(True, 0.0), f(False, 0.0))
w = np.outer(z, z)/z.mean()**2
g = np.zeros(70)
shift = [np.array((i, j, k))*L for i in range(-2, 3) for j in range(-2, 3) for k in range(-2, 3)]
d -= L*np.round(d/L)
edges = np.arange(71)*0.1
for t in shift:
    D = np.linalg.norm(d + t, axis=2)
    ok = (D > 0) & (D < 7)
    g += np.histogram(D[ok], bins=edges, weights=w[ok])[0]
g *= L**3/N**2/(4*np.pi/3*(edges[1:]**3 - edges[:-1]**3))
have = np.array(r["rdf"]["g_X"])
# a pair within rounding of an edge may fall into the next bin; none does here unless it is a mistake
assert abs(g - have).max() < 1e-8, abs(g - have).max()
EOP
then ok "S_X and g_X as numpy has them"
elif test $? = 77; then skip "numpy peer: numpy is missing"
else cat err.txt >> numpy.txt; not_ok "S_X and g_X as numpy has them" numpy.txt; fi

# Hops found while the atoms move are those of the trajectory: times of both in ps.
cat > hops.yaml <<'YAML'
potential: cuzr:m19
atoms: {N: 64, Cu: 0.5, Zr: 0.5}
dt: 2 fs
stages:
  - melt: {T: 2000 K, for: 100 steps}
  - anneal: {T: 2000 K, for: 600 steps, observe: [hops, trajectory], label: hot}
hops: {every: 10 fs, reference: cage mean over 40 fs, distance: 0.5 angstrom, persist: [0, 40] fs, also: {p_hop: {window: 100 fs, threshold: 0.02 angstrom^2}}, r1: 2.8 angstrom}
trajectory: {every: 10 fs, precision: double}
YAML
expect 0 "hops of metal atoms while they move" "steps in" -- "$GLINT" run hops.yaml -o hopping
"$GLINT" waiting hopping --json > live.json 2> err.txt
"$GLINT" waiting hopping --trajectory --r1 2.8 --distance '0.5 angstrom' --cage '40 fs' --persist '0,40 fs' --p-hop '0.1,0.02' --json > later.json 2>> err.txt
$PYTHON - > out.txt 2>&1 <<'PY' && ok "are those of the trajectory" || { cat err.txt >> out.txt; not_ok "are those of the trajectory" out.txt; }
import json
import h5py
live, later = json.load(open("live.json")), json.load(open("later.json"))
print(json.dumps(live)[:600])
assert len(live["rows"]) == len(later["rows"]) == 3
for a, b in zip(live["rows"], later["rows"]):
    for key in a:
        if isinstance(a[key], (int, str)): assert a[key] == b[key], (key, a[key], b[key])
g = h5py.File("hopping/hops-hot.h5")["entry/glint/waiting_times"]
t = g["row_1/hop_time"][:]
assert g.attrs["time_unit"] in (b"ps", "ps") and len(t) > 20
assert t.min() >= 0.2 - 1e-9 and t.max() <= 1.4 + 1e-9 and abs(g.attrs["interval"] - 0.01) < 1e-12
PY
