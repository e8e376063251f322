# SPDX-License-Identifier: GPL-3.0-or-later
"""What the comparisons with LAMMPS share (tests/peers/lammps.py, kim.py): running both programs, forces of one configuration
from each, data files."""
import gzip
import json
import os
import subprocess

import numpy as np

GLINT = os.environ.get("GLINT", os.path.abspath("build/glint"))
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLES = "/usr/share/lammps/potentials/"
BAR_ANGSTROM3 = 1.6021765e6  # the constant by which LAMMPS turns eV into bar·angstrom³

SETUP = """atom_style atomic
atom_modify map array sort 0 0
box tilt large
boundary p p p
read_data in.data
"""
FORCES = """compute s all stress/atom NULL virial
compute w all reduce sum c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]
thermo_style custom step pe c_w[1] c_w[2] c_w[3] c_w[4] c_w[5] c_w[6]
thermo_modify norm no format float %.17g
dump d all custom 1 out.dump id fx fy fz
dump_modify d sort id format float %.17g
run 0
"""


def report(good, name, detail=""):
    print(("ok - " if good else "not ok - ") + name)
    if not good:
        print("    " + str(detail).replace("\n", "\n    "))


def run(arguments, folder="."):
    """Standard output of a program."""
    env = dict(os.environ, OMP_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    done = subprocess.run(arguments, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(" ".join(arguments) + ": " + done.stdout[-800:] + done.stderr[-800:])
    return done.stdout


def lammps(script, folder):
    """A script in a folder that holds in.data; leaves log.lammps and what the script writes."""
    with open(os.path.join(folder, "in.lmp"), "w") as f:
        f.write(script)
    run(["lmp", "-in", "in.lmp", "-log", "log.lammps", "-screen", "none"], folder)


def read_dump(path, columns):
    with open(path) as f:
        lines = f.read().split("\n")
    start = max(k for k, line in enumerate(lines) if line.startswith("ITEM: ATOMS"))
    return np.array([[float(w) for w in line.split()] for line in lines[start + 1:] if line]).reshape(-1, columns)


def lammps_forces(script, folder, virial_unit=1.0):
    """Energy, virial (glint's sign and unit), forces of in.data; the script goes as far as pair_coeff."""
    lammps(script + FORCES, folder)
    lines = open(os.path.join(folder, "log.lammps")).read().split("\n")
    k = next(k for k, line in enumerate(lines) if line.split()[:2] == ["Step", "PotEng"])
    thermo = [float(w) for w in lines[k + 1].split()[1:]]
    return thermo[0], -np.array(thermo[1:]) / virial_unit, read_dump(os.path.join(folder, "out.dump"), 4)[:, 1:]


def glint_forces(spec, folder):
    """The same by glint energy."""
    out = os.path.join(folder, "forces.xyz")
    j = json.loads(run([GLINT, "energy", "in.data", "--potential", spec, "--forces", out, "--json"], folder))
    lines = open(out).read().split("\n")
    assert "species:S:1:pos:R:3:id:I:1:forces:R:3" in lines[1], lines[1]
    rows = sorted((line.split() for line in lines[2:] if line), key=lambda r: int(r[4]))
    return j["potential_energy"], np.array(j["virial"]), np.array([[float(w) for w in r[5:8]] for r in rows])


def compare(name, mine, theirs, tolerance):
    """Relative differences of energy, virial and forces: the last two of the largest component."""
    energy = abs(mine[0] - theirs[0]) / abs(theirs[0])
    virial = np.abs(mine[1] - theirs[1]).max() / np.abs(theirs[1]).max()
    force = np.abs(mine[2] - theirs[2]).max() / np.abs(theirs[2]).max()
    text = "relative differences: energy %.2g, virial %.2g, force %.2g" % (energy, virial, force)
    report(max(energy, virial, force) < tolerance, "%s: energy, virial, forces to %g" % (name, tolerance), text)
    print("# %s, %s" % (name, text))


def write_data(path, h, x, kind, units="lj", masses=(2.0, 1.0), names=("A", "B")):
    with open(path, "w") as f:
        f.write("# units %s\n\n%d atoms\n2 atom types\n\n" % (units, len(x)))
        for k, axis in enumerate("xyz"):
            f.write("0.0 %.17g %slo %shi\n" % (h[k, k], axis, axis))
        if np.any(h != np.diag(np.diag(h))):
            f.write("%.17g %.17g %.17g xy xz yz\n" % (h[1, 0], h[2, 0], h[2, 1]))
        f.write("\nMasses\n\n")
        for k in range(2):
            f.write("%d %.17g # %s\n" % (k + 1, masses[k], names[k]))
        f.write("\nAtoms # atomic\n\n")
        for i in range(len(x)):
            f.write("%d %d %.17g %.17g %.17g\n" % (i + 1, kind[i], *x[i]))


def jittered(rng, n, h, jitter):
    """A lattice of n (one number an axis) sites in the cell h, displaced by up to `jitter` of their distance; two species."""
    g = np.stack(np.meshgrid(*[np.arange(k) for k in n], indexing="ij"), -1).reshape(-1, 3)
    x = ((g + 0.5 + rng.uniform(-jitter, jitter, g.shape)) / n) @ h
    return x, rng.integers(1, 3, len(x))


def unpack(name, path):
    """tests/data/NAME.gz, unpacked."""
    with gzip.open(os.path.join(ROOT, "tests", "data", name + ".gz"), "rb") as packed, open(path, "wb") as f:
        f.write(packed.read())
    return path
