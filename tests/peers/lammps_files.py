#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""LAMMPS reads our data file of a tilted cell; we read its write_data and its dumps (scaled, plain) back.

usage: lammps_files.py [GLINT]     prints 'ok - …', 'not ok - …' or 'skip - …'; exit 1 if something is not ok
"""
import os
import shutil
import subprocess
import sys
import tempfile

glint = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/glint")
lammps = shutil.which("lmp") or shutil.which("lmp_serial")
if not lammps:
    print("skip - LAMMPS files (no lmp)")
    sys.exit(0)

XYZ = """3
Lattice="9 0 0 -1.3 8 0 0.7 -2.1 7" Properties=species:S:1:pos:R:3:id:I:1:velo:R:3:image:I:3 pbc="T T F" units=lj \
Origin="0.5 -1 0.25" species_masses="A:2 B:1"
A 1.1 2.2 3.3 1 0.1 2 3 0 1 0
B 4.1 3.2 1.3 2 1 0.2 3 -2 0 0
A 7.1 0.3 4.3 5 0 -2 0.3 0 0 0
"""
INPUT = """units lj
atom_style atomic
boundary p p f
box tilt large
read_data in.data
pair_style lj/cut 2.5
pair_coeff * * 1 1
write_data back.data nocoeff
dump 1 all custom 1 scaled.dump id type xs ys zs ix iy iz vx vy vz
dump_modify 1 format float %.17g time yes units yes
dump 2 all custom 1 plain.dump id type x y z
dump_modify 2 format float %.17g
run 0
"""
failures = 0


def check(name, good, detail=""):
    global failures
    failures += not good
    print(("ok - " if good else "not ok - ") + name + (f": {detail}" if detail and not good else ""))


def numbers(path):
    """Lattice, origin and the atoms' columns of an extended XYZ file of one frame."""
    with open(path, encoding="utf-8") as f:
        lines = f.read().splitlines()
    lattice = [float(u) for u in lines[1].split('Lattice="')[1].split('"')[0].split()]
    origin = [float(u) for u in lines[1].split('Origin="')[1].split('"')[0].split()]
    return lattice + origin, [[float(u) for u in row.split()[1:]] for row in lines[2:]], lines[1]


def near(a, b):
    """Equal to 16 ulp of numbers below 16: scaling, bounding boxes and LAMMPS' own wrapping round."""
    return len(a) == len(b) and all(abs(u - w) < 16 * 2 ** -49 for u, w in zip(a, b))


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("in.xyz", "w", encoding="utf-8") as f:
        f.write(XYZ)
    with open("in.lmp", "w", encoding="utf-8") as f:
        f.write(INPUT)
    subprocess.run([glint, "convert", "in.xyz", "in.data"], check=True, capture_output=True)
    done = subprocess.run([lammps, "-in", "in.lmp", "-log", "none"], capture_output=True, text=True, check=False)
    check("LAMMPS reads our data file", done.returncode == 0, done.stdout[-300:] + done.stderr[-300:])
    cell, atoms, _ = numbers("in.xyz")
    for name, columns in (("back.data", 10), ("scaled.dump", 10), ("plain.dump", 4)):
        done = subprocess.run([glint, "convert", name, "out.xyz", "--units", "lj"], capture_output=True, text=True,
                              check=False)
        check(f"glint reads {name} of LAMMPS", done.returncode == 0, done.stderr)
        if done.returncode == 0:
            cell2, atoms2, line = numbers("out.xyz")
            check(f"{name}: the same cell", near(cell, cell2), str(cell2))
            check(f"{name}: the same atoms", len(atoms2) == 3
                  and all(near(a[:columns], b) for a, b in zip(atoms, atoms2)), str(atoms2))
            if name.endswith(".dump"):
                check(f"{name}: the free axis", 'pbc="T T F"' in line)
    os.chdir("/")
sys.exit(1 if failures else 0)
