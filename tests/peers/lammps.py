#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forces, energies, virials and 100 NVE steps against LAMMPS (lj/cut, lj/smooth/linear), an independent code.

Tolerances. Both codes add some 50 to 100 pair forces an atom in double precision (eps = 1.1e-16) in another order: the
difference is a few eps times the sum of the absolute terms, at most 1e3 here, so 1e-10 of the largest force has three digits
to spare, while a wrong cutoff (the force there is 4e-2) or mixing rule shows in the first digits. In 100 steps of 0.005 the
liquid's Lyapunov exponent (about 1 per tau at this density) multiplies round-off by e^0.5; with 1e-13 of accumulated
round-off 1e-9 is ample, and an error of the integrator of order dt^2 would be 1e-5.
# limit: 240
"""
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile

GLINT = os.environ.get("GLINT", os.path.abspath("build/glint"))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIGMA = {(1, 1): 1.0, (1, 2): 11.0 / 12.0, (2, 2): 5.0 / 6.0}
MASS = {1: 2.0, 2: 1.0}


def report(good, name, detail=""):
    print(("ok - " if good else "not ok - ") + name)
    if not good:
        print("    " + str(detail).replace("\n", "\n    "))


def lammps(script, folder):
    path = os.path.join(folder, "in.lmp")
    with open(path, "w") as f:
        f.write(script)
    env = dict(os.environ, OMP_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    done = subprocess.run(["lmp", "-in", "in.lmp", "-log", "log.lammps", "-screen", "none"], cwd=folder, env=env,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError("lmp failed: " + done.stdout[-500:] + done.stderr[-500:] +
                           open(os.path.join(folder, "log.lammps")).read()[-800:])


def glint(*arguments):
    done = subprocess.run([GLINT, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(" ".join(arguments) + ": " + done.stderr)
    return done.stdout


def random_box(rng, tilt):
    """512 atoms of two species, a jittered lattice in a random cell: no pair is nearer than about 0.75."""
    n = 8
    edge = rng.uniform(9.0, 10.5, 3)
    h = np.diag(edge)
    if tilt:
        h[1, 0], h[2, 0], h[2, 1] = rng.uniform(-0.45, 0.45, 3) * [edge[0], edge[0], edge[1]]
    g = np.stack(np.meshgrid(*[np.arange(n)] * 3, indexing="ij"), -1).reshape(-1, 3)
    s = (g + 0.5 + rng.uniform(-0.09, 0.09, (n ** 3, 3))) / n
    return h, s @ h, rng.integers(1, 3, n ** 3)


def write_data(path, h, x, kind):
    with open(path, "w") as f:
        f.write("# units lj\n\n%d atoms\n2 atom types\n\n" % len(x))
        for k, axis in enumerate("xyz"):
            f.write("0.0 %.17g %slo %shi\n" % (h[k, k], axis, axis))
        if np.any(h != np.diag(np.diag(h))):
            f.write("%.17g %.17g %.17g xy xz yz\n" % (h[1, 0], h[2, 0], h[2, 1]))
        f.write("\nMasses\n\n1 2.0\n2 1.0\n\nAtoms # atomic\n\n")
        for i in range(len(x)):
            f.write("%d %d %.17g %.17g %.17g\n" % (i + 1, kind[i], *x[i]))


def pair_lines(cutoff, shift):
    """LAMMPS commands for wahnstrom:cutoff=…,shift=…"""
    style = "lj/smooth/linear" if shift == "force" else "lj/cut"
    lines = ["pair_style %s 2.5" % style]
    if shift != "force":
        lines.append("pair_modify shift %s" % ("yes" if shift == "energy" else "no"))
    for (a, b), sigma in SIGMA.items():
        lines.append("pair_coeff %d %d 1.0 %.17g %.17g" % (a, b, sigma, 2.5 * sigma if cutoff == "2.5ij" else 2.5))
    return "\n".join(lines)


SETUP = """units lj
atom_style atomic
atom_modify map array sort 0 0
box tilt large
boundary p p p
read_data in.data
{pair}
neighbor 0.3 bin
neigh_modify every 1 delay 0 check yes
timestep 0.005
"""

FORCES = SETUP + """thermo_style custom pe
thermo_modify norm no
compute s all stress/atom NULL virial
compute w all reduce sum c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]
thermo_style custom step pe c_w[1] c_w[2] c_w[3] c_w[4] c_w[5] c_w[6]
thermo_modify norm no format float %.17g
dump d all custom 1 out.dump id fx fy fz
dump_modify d sort id format float %.17g
run 0
"""


def read_dump(path, columns):
    with open(path) as f:
        lines = f.read().split("\n")
    start = max(k for k, line in enumerate(lines) if line.startswith("ITEM: ATOMS"))
    return np.array([[float(w) for w in line.split()] for line in lines[start + 1:] if line]).reshape(-1, columns)


def read_thermo(folder):
    lines = open(os.path.join(folder, "log.lammps")).read().split("\n")
    k = next(k for k, line in enumerate(lines) if line.split()[:2] == ["Step", "PotEng"])
    return [float(w) for w in lines[k + 1].split()[1:]]


def read_forces(path):
    with open(path) as f:
        n = int(f.readline())
        header = f.readline()
        rows = [f.readline().split() for _ in range(n)]
    assert "species:S:1:pos:R:3:id:I:1:forces:R:3" in header, header
    rows.sort(key=lambda r: int(r[4]))
    return np.array([[float(w) for w in r[5:8]] for r in rows])


def compare_forces(name, data, cutoff, shift):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(data, os.path.join(folder, "in.data"))
        lammps(FORCES.replace("{pair}", pair_lines(cutoff, shift)), folder)
        thermo = read_thermo(folder)
        theirs = read_dump(os.path.join(folder, "out.dump"), 4)[:, 1:]
        out = os.path.join(folder, "forces.xyz")
        spec = "wahnstrom:cutoff=%s,shift=%s" % (cutoff, shift)
        mine = json.loads(glint("energy", data, "--potential", spec, "--forces", out, "--json"))
        f = read_forces(out)
    scale = np.abs(theirs).max()
    wrong = np.abs(f - theirs).max() / scale
    energy = abs(mine["potential_energy"] - thermo[0]) / abs(thermo[0])
    virial = np.abs(np.array(mine["virial"]) + np.array(thermo[1:7])).max() / np.abs(thermo[1:7]).max()
    worst = max(wrong, energy, virial)
    report(worst < 1e-10, "%s, %s: forces, energy, virial to 1e-10" % (name, spec),
           "relative differences: force %.2g (largest %.4g), energy %.2g (%.15g against %.15g), virial %.2g"
           % (wrong, scale, energy, mine["potential_energy"], thermo[0], virial))


def compare_nve(data):
    import h5py
    steps = 100
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(data, os.path.join(folder, "in.data"))
        lammps(SETUP.replace("{pair}", pair_lines("2.5aa", "energy")) + "fix n all nve\n"
               "dump d all custom %d out.dump id xu yu zu vx vy vz\n"
               "dump_modify d sort id format float %%.17g\nrun %d\n" % (steps, steps), folder)
        theirs = read_dump(os.path.join(folder, "out.dump"), 7)[:, 1:]
        path = os.path.join(folder, "nve.yaml")
        with open(path, "w") as f:
            f.write("potential: wahnstrom:cutoff=2.5aa,shift=energy\natoms: {file: %s}\ndt: 0.005 tau\n"
                    "thermostat: {kind: none}\nstages:\n  - anneal: {T: 0.6 eps/kB, for: %d steps}\n" % (os.path.join(folder, "in.data"), steps))
        glint("run", path, "-o", os.path.join(folder, "run"))
        with h5py.File(os.path.join(folder, "run", "checkpoint.h5"), "r") as c:
            step, h = c["step"][()], c["box"][()]
            x, v = c["atoms/x"][()] + c["atoms/image"][()] @ h, c["atoms/v"][()]
    report(step == steps, "the checkpoint is that of step %d" % steps, step)
    dx, dv = np.abs(x - theirs[:, :3]).max(), np.abs(v - theirs[:, 3:]).max()
    report(dx < 1e-9, "100 NVE steps of 4000 atoms: positions to 1e-9", "largest difference %.3g" % dx)
    report(dv < 1e-9, "100 NVE steps of 4000 atoms: velocities to 1e-9", "largest difference %.3g" % dv)
    print("# measured: positions %.2g, velocities %.2g" % (dx, dv))


try:
    import numpy as np
    import h5py
except ImportError as missing:
    print("skip - LAMMPS: %s" % missing)
    sys.exit(0)
if not shutil.which("lmp"):
    print("skip - forces and NVE against LAMMPS: no lmp here")
    sys.exit(0)

with tempfile.TemporaryDirectory() as work:
    for number in range(4):
        h, x, kind = random_box(np.random.default_rng(100 + number), tilt=number % 2 == 1)
        data = os.path.join(work, "box%d.data" % number)
        write_data(data, h, x, kind)
        name = "random %s box %d" % ("triclinic" if number % 2 else "orthogonal", number)
        for cutoff in ("2.5aa", "2.5ij"):
            for shift in ("none", "energy", "force"):
                try:
                    compare_forces(name, data, cutoff, shift)
                except Exception as trouble:
                    report(False, "%s, cutoff=%s, shift=%s" % (name, cutoff, shift), trouble)
    liquid = os.path.join(work, "lj_4000.data")
    with gzip.open(os.path.join(ROOT, "tests", "data", "lj_4000.data.gz"), "rb") as packed, open(liquid, "wb") as f:
        f.write(packed.read())
    try:
        compare_forces("liquid of 4000 atoms", liquid, "2.5aa", "energy")
        compare_nve(liquid)
    except Exception as trouble:
        report(False, "liquid of 4000 atoms", trouble)
