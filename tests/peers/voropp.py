#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every Voronoi cell of two liquids by the voro++ program (its own containers and search), plain and radical.

usage: voropp.py [GLINT]     prints 'ok - …', 'not ok - …' or 'skip - …'; exit 1 if something is not ok

Only the cutting of a polyhedron is shared with glint: neighbors, images and their order are each program's own."""
import csv
import gzip
import itertools
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GLINT = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("GLINT", os.path.join(ROOT, "build", "glint"))
if not shutil.which("voro++"):
    print("skip - Voronoi cells against voro++: no voro++ here")
    sys.exit(0)
failed = 0


def read(name, path):
    """Unpack to path; box and (id, type, x, y, z) of each atom."""
    with gzip.open(os.path.join(ROOT, "tests", "data", name + ".data.gz"), "rt") as f:
        text = f.read()
    with open(path, "w") as f:
        f.write(text)
    lines = text.split("\n")
    box = [float(v) for axis in "xyz" for v in next(s for s in lines if axis + "lo" in s).split()[:2]]
    start = next(i for i, s in enumerate(lines) if s.startswith("Atoms")) + 2
    return box, [s.split()[:5] for s in itertools.takewhile(str.strip, lines[start:])]


def theirs(box, atoms, path, radii):
    with open(path, "w") as f:
        for a in atoms:
            f.write(" ".join([a[0]] + a[2:] + ([radii[int(a[1]) - 1]] if radii else [])) + "\n")
    subprocess.run(["voro++", "-p", "-o"] + (["-r"] if radii else []) + ["-c", "%i %v %F %s %A"]
                   + ["%.17g" % b for b in box] + [path], check=True, stdout=subprocess.DEVNULL)
    cells = {}
    with open(path + ".vol") as f:
        for line in f:
            t = line.split()
            orders = [int(n) for n in t[4:]] + [0] * 12
            cells[int(t[0])] = (float(t[1]), float(t[2]), int(t[3]), orders[3:7])
    return cells


def ours(data, radii):
    table = data + ".csv"
    subprocess.run([GLINT, "structure", data, "--atoms", table] + (["--radii", ",".join(radii)] if radii else []),
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(table) as f:
        rows = csv.DictReader(line for line in f if not line.startswith("#"))
        return {int(r["id"]): (float(r["volume"]), float(r["surface"]), int(r["neighbors"]),
                               [int(r["n%d" % e]) for e in range(3, 7)]) for r in rows}


with tempfile.TemporaryDirectory() as work:
    for name, radii in (("lj_4000", None), ("lj_4000", ("0.5", "0.4166666666666667")),
                        ("cuzr_4000", None), ("cuzr_4000", ("1.28", "1.60"))):
        data = os.path.join(work, name + ".data")
        box, atoms = read(name, data)
        a, b = ours(data, radii), theirs(box, atoms, os.path.join(work, "points"), radii)
        same = len(a) == len(b) == len(atoms) and all(a[i][2:] == b[i][2:] for i in a)
        # voro++ prints six digits: half a unit of the sixth is 5e-6 relative at most
        off = max(abs(a[i][k] / b[i][k] - 1) for i in a for k in (0, 1)) if a.keys() == b.keys() else 1.0
        good = same and off < 5.1e-6
        failed += not good
        print("%s - %s, %s: faces and edges of %d cells, volumes and surfaces (relative difference %.1e)"
              % ("ok" if good else "not ok", name, "radical" if radii else "plain", len(a), off))
sys.exit(failed > 0)
