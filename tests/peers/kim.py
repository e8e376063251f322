#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kim:NAME against LAMMPS: its own pair_style eam/fs with the table of M. I. Mendelev et al., J. Appl. Phys. 102, 043501
(2007), which OpenKIM model MO_120596890176_005 contains, too; and models of other kinds through its pair_style kim, which
makes ghost atoms and neighbor lists in its own way.

Tolerance. Both codes add about 100 pair terms an atom in another order, each with eps = 1.1e-16 of the absolute terms, which
are at most 1e3 times the largest force (repulsion against cohesion): 1e-10 of the largest force has some digits to spare, and
a wrong image or list shows in the first digits. The table in the model's file and in that of LAMMPS have the same numbers.

The analytic functions of cuzr:m19 against the author's table in OpenKIM (0.00076 angstrom between rows, splines): with 8192
rows in r^2, dr = 1.5e-3 angstrom at the nearest neighbors; a slope of the cubic interpolation is wrong by dr^3/125 of the
fourth derivative, 1e4 eV/angstrom^4, that is 2.5e-7 eV/angstrom. 1e-6 is asked for, and 1e-8 eV per atom (a pair is wrong by
dr^4/384 of it, 1e-10).
# limit: 120
"""
import glob
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile

GLINT = os.environ.get("GLINT", os.path.abspath("build/glint"))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLE = "/usr/share/lammps/potentials/CuZr_mm.eam.fs"
M19 = "EAM_Dynamo_MendelevSunZhang_2019_CuZr__MO_609260676108_000"
EAM = "EAM_Dynamo_MendelevSordeletKramer_2007_CuZr__MO_120596890176_005"
OTHERS = ("EMT_Asap_MetalGlass_PaduraruKenoufiBailey_2007_CuZr__MO_987541074959_001",
          "MEAM_LAMMPS_KangSaLee_2009_ZrAgCu__MO_813575892799_000")


def report(good, name, detail=""):
    print(("ok - " if good else "not ok - ") + name)
    if not good:
        print("    " + str(detail).replace("\n", "\n    "))


def installed(model):
    return bool(glob.glob("/usr/lib/*/kim-api/portable-models/" + model))


def run(arguments, folder):
    env = dict(os.environ, OMP_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    done = subprocess.run(arguments, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(" ".join(arguments) + ": " + done.stdout[-800:] + done.stderr[-800:])
    return done.stdout


def sample(path, n, edge, tilt, seed):
    """A jittered lattice of n³ atoms in a skewed cell: no pair is nearer than about 2 angstrom."""
    rng = np.random.default_rng(seed)
    h = np.diag(edge)
    h[1, 0], h[2, 0], h[2, 1] = tilt
    g = np.stack(np.meshgrid(*[np.arange(k) for k in n], indexing="ij"), -1).reshape(-1, 3)
    x = ((g + 0.5 + rng.uniform(-0.08, 0.08, g.shape)) / n) @ h
    kind = rng.integers(1, 3, len(x))
    with open(path, "w") as f:
        f.write("# units metal\n\n%d atoms\n2 atom types\n\n" % len(x))
        for k, axis in enumerate("xyz"):
            f.write("0.0 %.17g %slo %shi\n" % (h[k, k], axis, axis))
        f.write("%.17g %.17g %.17g xy xz yz\n" % tuple(tilt))
        f.write("\nMasses\n\n1 63.546\n2 91.224\n\nAtoms # atomic\n\n")
        for i, (r, t) in enumerate(zip(x, kind)):
            f.write("%d %d %.17g %.17g %.17g\n" % (i + 1, t, *r))


SCRIPT = """{before}
atom_style atomic
atom_modify map array sort 0 0
box tilt large
read_data in.data
{pair}
compute s all stress/atom NULL virial
compute w all reduce sum c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]
thermo_style custom step pe c_w[1] c_w[2] c_w[3] c_w[4] c_w[5] c_w[6]
thermo_modify norm no format float %.17g
dump d all custom 1 out.dump id fx fy fz
dump_modify d sort id format float %.17g
run 0
"""
BAR_ANGSTROM3 = 1.6021765e6  # the constant by which LAMMPS turns eV into bar·angstrom³


def theirs(folder, before, pair):
    with open(os.path.join(folder, "in.lmp"), "w") as f:
        f.write(SCRIPT.replace("{before}", before).replace("{pair}", pair))
    run(["lmp", "-in", "in.lmp", "-log", "log.lammps", "-screen", "none"], folder)
    lines = open(os.path.join(folder, "log.lammps")).read().split("\n")
    k = next(k for k, line in enumerate(lines) if line.split()[:2] == ["Step", "PotEng"])
    thermo = [float(w) for w in lines[k + 1].split()[1:]]
    rows = open(os.path.join(folder, "out.dump")).read().split("\n")
    rows = rows[next(k for k, line in enumerate(rows) if line.startswith("ITEM: ATOMS")) + 1:]
    forces = np.array([[float(w) for w in row.split()[1:]] for row in rows if row])
    return thermo[0], -np.array(thermo[1:]) / BAR_ANGSTROM3, forces


def mine(folder, spec):
    out = os.path.join(folder, "forces.xyz")
    j = json.loads(run([GLINT, "energy", "in.data", "--potential", spec, "--forces", out, "--json"], folder))
    rows = [line.split() for line in open(out).read().split("\n")[2:] if line]
    rows.sort(key=lambda r: int(r[4]))
    return j["potential_energy"], np.array(j["virial"]), np.array([[float(w) for w in r[5:8]] for r in rows])


def compare(name, folder, model, before, pair):
    try:
        a, b = mine(folder, "kim:" + model + ":Cu,Zr"), theirs(folder, before, pair)
    except Exception as trouble:
        report(False, name, trouble)
        return
    worst = [abs(a[0] - b[0]) / abs(b[0]), np.abs(a[1] - b[1]).max() / np.abs(b[1]).max(),
             np.abs(a[2] - b[2]).max() / np.abs(b[2]).max()]
    text = "relative differences: energy %.2g, virial %.2g, force %.2g" % tuple(worst)
    report(max(worst) < 1e-10, name + ": energy, virial, forces to 1e-10", text)
    print("# " + name + ", " + text)
    if "kim" not in before:
        report(not os.path.exists(os.path.join(folder, "kim.log")), name + ": no kim.log was written")


def compare_analytic(folder):
    a, b = mine(folder, "kim:" + M19), mine(folder, "cuzr:m19,rows=8192")
    energy, force = abs(a[0] - b[0]) / len(a[2]), np.abs(a[2] - b[2]).max()
    text = "differences: %.2g eV per atom, force %.2g eV/angstrom" % (energy, force)
    report(energy < 1e-8 and force < 1e-6, "liquid of 4000 atoms: cuzr:m19 against the table in OpenKIM", text)
    print("# cuzr:m19 and its table, " + text)


def liquid():
    with tempfile.TemporaryDirectory() as work:
        packed = os.path.join(ROOT, "tests", "data", "cuzr_4000.data.gz")
        with gzip.open(packed, "rb") as f, open(os.path.join(work, "in.data"), "wb") as out:
            out.write(f.read())
        if installed(EAM) and os.path.exists(TABLE):
            compare("liquid of 4000 atoms, EAM against eam/fs", work, EAM, "units metal",
                    "pair_style eam/fs\npair_coeff * * %s Cu Zr" % TABLE)
        if installed(M19):
            compare_analytic(work)
        else:
            print("skip - cuzr:m19 against OpenKIM: %s is not installed" % M19)


try:
    import numpy as np
except ImportError as missing:
    print("skip - kim against LAMMPS: %s" % missing)
    sys.exit(0)
if not shutil.which("lmp"):
    print("skip - kim against LAMMPS: no lmp here")
    sys.exit(0)
if "not built in" in run([GLINT, "info", "potentials"], "."):
    print("skip - kim against LAMMPS: this glint was built without the KIM API")
    sys.exit(0)

CELLS = (("cell of 512 atoms", (8, 8, 8), (21.0, 20.5, 22.0), (4.0, -3.0, 6.0)),
         ("cell thinner than the cutoff", (2, 3, 8), (5.6, 8.1, 22.0), (1.0, -2.0, 3.0)))
for number, (name, n, edge, tilt) in enumerate(CELLS):
    with tempfile.TemporaryDirectory() as work:
        sample(os.path.join(work, "in.data"), np.array(n), np.array(edge), tilt, number)
        if not installed(EAM) or not os.path.exists(TABLE):
            print("skip - %s, EAM: %s or %s is not installed" % (name, EAM, TABLE))
        else:
            compare("%s, EAM against eam/fs" % name, work, EAM, "units metal",
                    "pair_style eam/fs\npair_coeff * * %s Cu Zr" % TABLE)
        for model in OTHERS:
            if not installed(model):
                print("skip - %s: %s is not installed" % (name, model))
                continue
            compare("%s, %s" % (name, model.split("_")[0]), work, model, "kim init %s metal" % model, "kim interactions Cu Zr")
try:
    liquid()
except Exception as trouble:
    report(False, "liquid of 4000 atoms", trouble)
