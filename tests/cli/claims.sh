#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The claims of glint stability on campaigns made up of random energies: every difference, its error and its verdict against
# numpy, with films missing, controls shared, one seed, one flux, and no controls at all.
# limit: 120
. "$(dirname "$0")/../common.sh"

cat > check.py <<'PY'
import json, sys
from math import erfc, exp, lgamma, pi, sqrt
import numpy as np
name = sys.argv[1]
made, said = json.load(open(f"{name}.json")), json.load(open(f"{name}-said.json"))["claims"]
films = [tuple(f) for f in made["films"]]
quenches = [tuple(f) for f in made["quenches"]]
fluxes = sorted({f[1] for f in films}, key=float, reverse=True)
Ts = {x: sorted({f[0] for f in films if f[1] == x}) for x in fluxes}
seeds = sorted({f[2] for f in films})
E = {(T, x, s): e for T, x, s, e, t in films}
first_time = {}
for T, x, s, e, t in films: first_time.setdefault((T, x), t) # the first film of a group has its time
Q = {(x, s): e for T, x, s, e, t in quenches}

# Student's t that is exceeded to one side as often as 2 by a normal variable: ∫ of its density from 0, by bisection
def student(nu, tail=erfc(2 / sqrt(2)) / 2):
    c = exp(lgamma((nu + 1) / 2) - lgamma(nu / 2)) / sqrt(nu * pi)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    inside = lambda t: c * t / 2 * np.sum(weights * (1 + (t / 2 * (nodes + 1))**2 / nu)**(-(nu + 1) / 2))
    low, high = 0.0, 100.0
    for _ in range(60):
        mid = (low + high) / 2
        low, high = (mid, high) if 0.5 - inside(mid) > tail else (low, mid)
    return low
assert abs(student(4) - 2.8693) < 1e-3 and abs(student(1e6) - 2) < 1e-4

def pooled(groups):
    squares, freedom = 0.0, 0
    for g in groups:
        if len(g) > 1: squares += np.sum((np.array(g) - np.mean(g))**2); freedom += len(g) - 1
    return (np.sqrt(squares / freedom), freedom) if freedom else (np.nan, 1) # single films have no errors here: columns are not in the files
sigma, nu = pooled([[E[T, x, s] for s in seeds if (T, x, s) in E] for x in fluxes for T in Ts[x]])
sigma_Q, nu_Q = pooled([[Q[x, s] for s in seeds if (x, s) in Q] for x in fluxes])

rates = np.array(made["bulk"]).reshape(-1, 2)
lx, le = (np.log10(rates[:, 0]), rates[:, 1]) if len(rates) else (np.zeros(0), np.zeros(0))
if len(lx):
    slope, start = np.polyfit(lx, le, 1)
    s = np.sqrt(np.sum((le - start - slope * lx)**2) / (len(lx) - 2))
    slowest = le[lx == lx.min()]
    one, other = np.std(slowest, ddof=1) / np.sqrt(len(slowest)) if len(slowest) > 1 else 0.0, s / np.sqrt(len(slowest))
    slowest_error, slowest_nu = (one, len(slowest) - 1) if one >= other else (other, len(lx) - 2)
def line(T, x):
    at = np.log10((0.592 - 0.111) / first_time[T, x])
    return start + slope * at, s * np.sqrt(1 / len(lx) + (at - lx.mean())**2 / np.sum((lx - lx.mean())**2))

# a difference: weights of films and of quenches, a number, its error
def contrast(): return {"f": {}, "q": {}, "c": 0.0, "e": 0.0, "nu": np.inf}
def add(c, kind, key, w): c[kind][key] = c[kind].get(key, 0.0) + w
def total(parts):
    out, n = contrast(), len(parts)
    for p in parts:
        for k in "fq":
            for key, w in p[k].items(): add(out, k, key, w / n)
        out["c"] += p["c"] / n; out["e"] += p["e"] / n; out["nu"] = p["nu"]
    return out
def value(c): return sum(w * E[k] for k, w in c["f"].items()) + sum(w * Q[k] for k, w in c["q"].items()) + c["c"]
def error(c): # and how many of it are the limit: degrees of freedom after Welch and Satterthwaite
    parts = [(c["e"]**2, c["nu"])]
    if c["f"]: parts.append((sigma**2 * sum(w * w for w in c["f"].values()), nu))
    if c["q"]: parts.append((sigma_Q**2 * sum(w * w for w in c["q"].values()), nu_Q))
    v = sum(p for p, f in parts)
    return np.sqrt(v), student(v * v / sum(p * p / f for p, f in parts)) if v > 0 else np.nan
def count(c): return sum(w != 0 for k in "fq" for w in c[k].values())

def reference(c, what, T, x, seed):
    if what == "quench":
        keys = [(x, s) for s in seeds if (x, s) in Q]
        for k in keys: add(c, "q", k, -1 / len(keys))
        return bool(keys)
    if not len(lx): return False
    v, e = line(T, x) if what == "time" else (slowest.mean(), slowest_error)
    c["c"] -= v; c["e"] += e; c["nu"] = len(lx) - 2 if what == "time" else slowest_nu
    return True
def mean(x, what):
    parts = []
    for T in [T for T in Ts[x] if T < 1]:
        c, keys = contrast(), [(T, x, s) for s in seeds if (T, x, s) in E]
        for k in keys: add(c, "f", k, 1 / len(keys))
        if not reference(c, what, T, x, None): return None
        parts.append(c)
    return total(parts) if parts else None
def best(x, what):
    parts = []
    for seed in seeds:
        inner = Ts[x][1:-1] if what in ("first", "last") else [T for T in Ts[x] if T < 1]
        others = {T: np.mean(v) for T in inner if (v := [E[T, x, s] for s in seeds if s != seed and (T, x, s) in E])}
        if not others: continue
        T = min(others, key=others.get)
        if (T, x, seed) not in E: continue
        c = contrast()
        if what in ("first", "last"):
            end = (Ts[x][0 if what == "first" else -1], x, seed)
            if end not in E: continue
            add(c, "f", end, -1.0)
        elif not reference(c, what, T, x, seed): continue
        add(c, "f", (T, x, seed), 1.0)
        parts.append(c)
    return total(parts) if parts else None

def rows(measure, *arguments):
    curves = [(x, c) for x in fluxes if (c := measure(x, *arguments))]
    out = [(c, f"deposit.flux {x} /sigma^2/tau") for x, c in curves]
    if len(out) > 1: out.append((total([c for x, c in curves]), "mean of these"))
    return [(c, label, i == len(out) - 1) for i, (c, label) in enumerate(out)]
def step(a, b):
    parts = []
    for T in [T for T in Ts[a] if T in Ts[b] and T < 1]:
        c = contrast()
        for x, sign in ((a, -1), (b, 1)):
            keys = [(T, x, s) for s in seeds if (T, x, s) in E]
            for k in keys: add(c, "f", k, sign / len(keys))
        parts.append(c)
    return total(parts) if parts else None
expected = [("minimum", rows(best, "first") + rows(best, "last"))]
steps = [(step(a, b), f"deposit.flux {b} /sigma^2/tau, from deposit.flux {a} /sigma^2/tau", True) for a, b in zip(fluxes, fluxes[1:])]
if len(fluxes) > 2: steps.append((step(fluxes[0], fluxes[-1]), "from", False))
expected.append(("flux", [r for r in steps if r[0]]))
for what in ("quench", "time", "slowest"): expected += [(what, rows(mean, what)), (what, rows(best, what))]
expected += [("onset", []), ("onset", [])] # no ramps
assert len(said) == len(expected) == 10
found = set()
for (what, want), got in zip(expected, said):
    assert len(want) == len(got["differences"]), (what, got)
    verdicts = []
    for (c, label, counts), d in zip(want, got["differences"]):
        assert label in d["of"] and d["counts"] == counts and d["films"] == count(c), (label, d)
        v, (e, limit) = value(c), error(c)
        assert abs(d["difference"] - v) < 1e-9, (what, label, d, v)
        if np.isnan(e): assert d["error"] is None and d["verdict"] == "no data", d; continue
        assert abs(d["error"] - e) < 1e-9, (what, label, d, e)
        assert abs(d["limit"] / e - limit) < 1e-5, (what, label, d, limit)
        verdict = "seen" if v < -limit * e else "not seen" if v > limit * e else "below resolution"
        assert d["verdict"] == verdict, (d, verdict)
        if counts: verdicts.append(verdict)
    all_of = ("no data" if not verdicts else "not seen" if "not seen" in verdicts else
              "seen" if set(verdicts) == {"seen"} else "below resolution")
    assert got["verdict"] == all_of, (what, got["verdict"], all_of)
    found.add(all_of)
print(name, sorted(found))
PY
claims() { # NAME SEED OPTIONS: make, run, check
    local name=$1; shift
    $PYTHON "$ROOT/tests/claims_campaign.py" "$name" "$@" 2> err.txt && "$GLINT" stability "$name" --json > "$name-said.json" 2>> err.txt &&
        $PYTHON check.py "$name" > said.txt 2>> err.txt && ok "claims of a campaign: $name" || not_ok "claims of a campaign: $name" err.txt
    cat said.txt >> found.txt
}
claims whole 1
claims deep 2 depth=0.08
claims upside-down 3 depth=-0.08
claims holes 4 missing=4
claims more-holes 5 missing=3 seeds=1,2,3
claims one-seed 6 seeds=1
claims one-flux 7 fluxes=1e-3
claims no-controls 8 controls=no
for v in "'no data'" "'seen'" "'not seen'" "'below resolution'"; do
    grep -qF "$v" found.txt && ok "there is a claim: $v" || not_ok "there is a claim: $v" found.txt
done

expect 0 "in the table" "^claim: e_IS\(T_sub\) has a minimum inside: seen" -- "$GLINT" stability deep --figure figures
grep -qE "^#   deposit.flux 3e-3 /sigma\^2/tau, best T_sub against the lowest +-0\.[0-9]+±0\.[0-9]+  \(4 films, limit 0\.[0-9]+\) seen" out.txt && ok "with its differences" ||
    not_ok "with its differences" out.txt
test -s figures/stability-claims.gp && test -s figures/stability-claims-e-1.dat && test -s figures/stability-claims-e-4.dat && ok "in a figure" ||
    not_ok "in a figure"
