#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""claims_campaign — a campaign of films and controls made up of random energies, for tests of glint stability.

    claims_campaign.py NAME SEED [option=value...]      makes the folder NAME, and NAME.json: what it is made of

Options: fluxes=1e-3,3e-3,3e-4  seeds=1,2  controls=yes|no
    depth=0.02   film energies: -7.15 + depth ((T - 0.85)/0.25)^2, film-quenches: depth more; Gaussian scatter of 0.012
    missing=0    leave out one film of so many, at random
"""

import json, os, random, sys
name, options = sys.argv[1], dict(a.split("=") for a in sys.argv[3:])
random.seed(int(sys.argv[2]))
Tg, Ts = 0.37, (1.10, 0.60, 0.85, 0.75, 0.95)
fluxes = options.get("fluxes", "1e-3,3e-3,3e-4").split(",")
seeds = options.get("seeds", "1,2").split(",")
missing, controls = int(options.get("missing", 0)), options.get("controls", "yes") == "yes"
depth = float(options.get("depth", 0.02))
made = {"films": [], "quenches": [], "bulk": [], "Tg": Tg}
members = ["member,deposit.T,deposit.flux,seed,role,rate"]
def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").write(text)
def run(folder, role):
    write(f"{folder}/run.json", '{\n  "status": "done"\n}\n')
    write(f"{folder}/thermo.csv", "step,time,stage,T_target,T,P,density,potential_per_atom,Lx,Ly,units\n"
          "0,1,melted,0.592,0.592,0,0.7,-6,12,12,lj\n0,2,grow,0.3,0.3,0,0.7,-6,12,12,lj\n")
    write(f"{folder}/input.yaml", "potential: wahnstrom\nTg:\n  value: 0.37 eps/kB\n  rate: 1e-3 eps/kB/tau\n  construction: V(T)\n"
          f"  pressure: 0\ndt: 0.005 tau\nfilm:\n  substrate:\n    thickness: 3 sigma\nrole: {role}\n")
def look(folder, label, time, T, e):
    write(f"{folder}/measure-{label}.json", json.dumps({"label": label, "time": time, "T_target": T, "inherent_structure":
          {"of": "interior", "energy_per_atom": e, "atoms": 900, "density": 1.25, "fraction_A": 0.5, "pressure": 0}}, indent=2) + "\n")
def film(member, role, T, flux, seed, time):
    lines = ["step,time,stage,T_target,film_atoms,thickness,arrived,interior_atoms,interior_density,interior_potential"]
    if role == "film-quench": lines.append("0,1,melted,0.59,2000,16,0,900,1.2,-6")
    for i in range(1, 11):
        lines.append(f"0,{time * i / 10},grow,{T * Tg},{200 * i},{1.6 * i},{float(flux) * 144 * time * i / 10},900,1.2,-6.5")
    folder = f"{name}/{member}"
    write(f"{folder}/film.csv", "\n".join(lines) + "\n")
    e = random.gauss(-7.15 + depth * ((T - 0.85) / 0.25)**2 - (0 if role == "film" else -depth), 0.012)
    look(folder, "hot", time, T * Tg, e + 0.003)
    look(folder, "cold", time + 10, 0.3 * Tg, e)
    run(folder, role)
    members.append(f"{member},{'' if role == 'film-quench' else f'{T:.2f} Tg'},{flux} /sigma^2/tau,{seed},{role},")
    made["films" if role == "film" else "quenches"].append([T, flux, seed, e, time])
for T in Ts:
    for flux in fluxes:
        for seed in seeds:
            if missing and random.randrange(missing) == 0: continue
            film(f"T{T:.2f}-{flux}-{seed}", "film", T, flux, seed, random.uniform(15, 25) / float(flux))
for flux in fluxes if controls else ():
    for seed in seeds: film(f"quench-{flux}-{seed}", "film-quench", 0.6, flux, seed, 18 / float(flux))
for rate in (1e-2, 1e-3, 1e-4, 1e-5) if controls else ():
    for seed in seeds:
        member = f"bulk-{rate:g}-{seed}"
        e = random.gauss(-7.10 + 0.03 * (3 + __import__("math").log10(rate)), 0.01)
        look(f"{name}/{member}", "at-1", 10, 0.45, -7.0)
        look(f"{name}/{member}", "at-2", 20, 0.111, e)
        run(f"{name}/{member}", "bulk-quench")
        members.append(f"{member},,,{seed},bulk-quench,{rate:g} eps/kB/tau")
        made["bulk"].append([rate, e])
write(f"{name}/members.csv", "\n".join(members) + "\n")
json.dump(made, open(f"{name}.json", "w"))
