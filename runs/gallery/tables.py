#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tables — the tables of inputs/deposition-wahnstrom/README.md from what `glint stability` says of a campaign.

    build/glint stability runs/NAME --liquid runs/NAME-liquid --json | python3 runs/gallery/tables.py [SURFACE] > tables.md

SURFACE: what runs/gallery/surface.sh printed. First the means of every quantity against the substrate temperature, a line a
flux, value(error in the last digits); then the claims. The campaign sweeps deposit.T and deposit.flux.
"""
import json
import math
import sys

t = json.load(sys.stdin)
Tg = next(f["T_form"] / f["T_form_per_Tg"] for f in t["films"] if f["T_form_per_Tg"])
surface = {}
if len(sys.argv) > 1:
    for line in open(sys.argv[1]).read().splitlines()[1:]:
        name, _, excess, _ = line.split()
        surface[name] = float(excess)
number = lambda text: float(text.split()[0].lstrip("/"))
fluxes = sorted({g["deposit.flux"] for g in t["groups"]}, key=number, reverse=True)
Ts = sorted({g["deposit.T"] for g in t["groups"]}, key=number)
group = {(g["deposit.T"], g["deposit.flux"]): g for g in t["groups"]}
minus = lambda text: text.replace("-", "−")


def cell(m, by=1.0):
    """-7.158(10): two digits of the error, three places at most."""
    if m is None or not m["n"] or m["mean"] is None: return ""
    value, error = m["mean"] / by, (m["error"] or 0.0) / by
    if not error: return minus(f"{value:.4g}")
    places = max(0, 1 - math.floor(math.log10(error)))
    if places > 3: places = 3
    return minus(f"{value:.{places}f}({round(error * 10**places)})")


def row(title, quantity, by=1.0):
    for flux in fluxes:
        cells = [cell(group.get((T, flux), {}).get("film", {}).get(quantity), by) for T in Ts]
        control = next((cell(group[T, flux]["film_quench"].get(quantity), by) for T in Ts if (T, flux) in group), "")
        if any(cells): print(f"| {title}, {flux.split()[0]} | " + " | ".join(cells + [control]) + " |")


def mean_of(names):
    found = [surface[n] for n in names if n in surface]
    return f"{sum(found) / len(found):.2f}" if found else ""


def names(T, flux): return [f["run"] for f in t["films"] if f["role"] == "film" and f["deposit.T"] == T and f["deposit.flux"] == flux]
def quenches(flux): return [f["run"] for f in t["films"] if f["role"] == "film-quench" and f["deposit.flux"] == flux]


print("| T_sub/T_g | " + " | ".join(T.split()[0] for T in Ts) + " | film-quench |")
print("|---" * (len(Ts) + 2) + "|")
times = lambda runs: [f["form_time"] for f in t["films"] if f["run"] in runs]
for flux in fluxes:
    cells = []
    for runs in [names(T, flux) for T in Ts] + [quenches(flux)]:
        made = times(runs)
        cells.append(f"{round(sum(made) / len(made), -2):,.0f}, {len(made)}" if made else "")
    print(f"| time (τ), films, {flux.split()[0]} /σ²/τ | " + " | ".join(cells) + " |")
row("e_IS (ε)", "e_IS_after")
row("T_f by e_IS / T_g", "T_f_e_IS", Tg)
row("log₁₀ of the bulk rate with that e_IS", "log10_equivalent_rate")
row("onset on heating (ε/k_B)", "T_onset")
if surface:
    for flux in fluxes:
        cells = [mean_of(names(T, flux)) for T in Ts] + [mean_of(quenches(flux))]
        if any(cells): print(f"| large atoms in excess at the surface, per σ² (±0.03), {flux.split()[0]} | " + " | ".join(cells) + " |")
most = lambda runs: max((f["crystal_fraction"] for f in t["films"] if f["run"] in runs and f["crystal_fraction"] is not None), default=0.0)
columns = [[n for flux in fluxes for n in names(T, flux)] for T in Ts] + [[n for flux in fluxes for n in quenches(flux)]]
print("| Laves centres per large atom, most | " + " | ".join(f"{100 * most(c):.2g} %" for c in columns) + " |")

print("\n| claim | verdict | differences |\n|---|---|---|")
for claim in t["claims"]:
    parts = []
    for d in claim["differences"]:
        text = d["of"].replace("deposit.flux ", "").replace(" /sigma^2/tau", "")
        places = 3 if claim["claim"].startswith("e_IS") else 4
        value = minus(f"{d['difference']:.{places}f}")
        said = f"{text}: {value} ± {d['error']:.{places}f}" if d["error"] else f"{text}: {value}"
        limit = f" (limit {d['limit']:.{places}f})" if d["limit"] else ""
        parts.append(f"**{said}{limit}**" if d["counts"] else said)
    print(f"| {claim['claim']} | {claim['verdict']} | " + "; ".join(parts) + " |")
