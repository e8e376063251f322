#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""MDAnalysis and h5py look at H5MD files written by glint convert.

usage: mdanalysis.py [GLINT]       prints 'ok - …', 'not ok - …' or 'skip - …'; exit 1 if something is not ok
"""
import os
import subprocess
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
glint = sys.argv[1] if len(sys.argv) > 1 else "build/glint"
failures = 0


def check(name, good, detail=""):
    global failures
    failures += not good
    print(("ok - " if good else "not ok - ") + name + (f": {detail}" if detail and not good else ""))


try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skip - H5MD peers ({missing})")
    sys.exit(0)
try:
    import MDAnalysis
    from MDAnalysis.coordinates.H5MD import H5MDReader
except ImportError:
    MDAnalysis = None

random = np.random.default_rng(5)
FRAMES, ATOMS = 4, 30
CELL = np.array([[9.0, 0, 0], [-1.25, 8.0, 0], [0.5, 0.75, 7.0]])


def make_xyz(path, units, names):
    """Frames in the text format, made here and not by glint: the numbers everything is compared with."""
    x = random.random((FRAMES, ATOMS, 3)) @ CELL
    v = random.normal(size=(FRAMES, ATOMS, 3))
    with open(path, "w", encoding="utf-8") as out:
        for t in range(FRAMES):
            cell = CELL * (1 + 0.01 * t)
            out.write(f'{ATOMS}\nLattice="{" ".join(repr(float(u)) for u in cell.ravel())}" units={units} '
                      f'Properties=species:S:1:pos:R:3:id:I:1:velo:R:3 Time={0.5 * t} Step={100 * t} pbc="T T F"\n')
            for i in range(ATOMS):
                numbers = " ".join(repr(float(u)) for u in x[t, i]), " ".join(repr(float(u)) for u in v[t, i])
                out.write(f"{names[i % 2]} {numbers[0]} {i + 1} {numbers[1]}\n")
    return x, v


def same_object(f, a, b):
    return h5py.h5o.get_info(f[a].id).addr == h5py.h5o.get_info(f[b].id).addr


def look_with_h5py(path, x, v, units):
    with h5py.File(path, "r") as f:
        g = f["particles/trajectory"]
        check(f"{units}: h5md version 1.1, author, creator", list(f["h5md"].attrs["version"]) == [1, 1]
              and "name" in f["h5md/author"].attrs and "version" in f["h5md/creator"].attrs)
        check(f"{units}: positions and velocities to the bit",
              np.array_equal(g["position/value"][:], x) and np.array_equal(g["velocity/value"][:], v))
        check(f"{units}: edges", all(np.array_equal(g["box/edges/value"][t], CELL * (1 + 0.01 * t)) for t in range(FRAMES)))
        check(f"{units}: boundary", [b.decode() for b in g["box"].attrs["boundary"]] == ["periodic", "periodic", "none"])
        check(f"{units}: dimension 3", g["box"].attrs["dimension"] == 3)
        for element in ("box/edges", "id", "species", "velocity"):
            check(f"{units}: step and time of {element} are those of position",
                  same_object(g, f"{element}/step", "position/step") and same_object(g, f"{element}/time", "position/time"))
        check(f"{units}: explicit step and time", list(g["position/step"]) == [0, 100, 200, 300]
              and list(g["position/time"]) == [0.0, 0.5, 1.0, 1.5])
        check(f"{units}: unit attributes only where units exist",
              ("unit" in g["position/value"].attrs) == (units == "metal") == ("units" in f["h5md"].get("modules", {})))


def look_with_mdanalysis(path, x, v, units):
    n = H5MDReader.parse_n_atoms(path)
    u = MDAnalysis.Universe.empty(n, trajectory=False)
    u.load_new(path, format="H5MD", convert_units=units == "metal")
    single = x.astype(np.float32), v.astype(np.float32)
    frames = [(ts.positions.copy(), ts.velocities.copy(), ts.time, ts.dimensions.copy()) for ts in u.trajectory]
    check(f"{units}: MDAnalysis finds {FRAMES} frames of {ATOMS} atoms", len(frames) == FRAMES and n == ATOMS)
    check(f"{units}: MDAnalysis sees the same positions", all(np.array_equal(f[0], p) for f, p in zip(frames, single[0])))
    check(f"{units}: MDAnalysis sees the same velocities", all(np.array_equal(f[1], p) for f, p in zip(frames, single[1])))
    check(f"{units}: MDAnalysis sees the same times", [f[2] for f in frames] == [0.0, 0.5, 1.0, 1.5])
    length = np.linalg.norm(CELL, axis=1)
    gamma = np.degrees(np.arccos(CELL[0] @ CELL[1] / length[0] / length[1]))
    check(f"{units}: MDAnalysis sees the same cell", np.allclose(frames[0][3][:3], length, rtol=1e-6)
          and abs(frames[0][3][5] - gamma) < 1e-4, str(frames[0][3]))


with tempfile.TemporaryDirectory() as folder:
    for units, names in (("lj", "AB"), ("metal", ("Cu", "Zr"))):
        text, h5 = os.path.join(folder, "in.xyz"), os.path.join(folder, f"{units}.h5")
        x, v = make_xyz(text, units, names)
        done = subprocess.run([glint, "convert", text, h5], capture_output=True, text=True, check=False)
        check(f"{units}: glint convert", done.returncode == 0, done.stderr)
        if done.returncode != 0:
            continue
        look_with_h5py(h5, x, v, units)
        if MDAnalysis:
            look_with_mdanalysis(h5, x, v, units)
        else:
            print(f"skip - {units}: MDAnalysis is not installed")
sys.exit(1 if failures else 0)
