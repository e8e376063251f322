#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forces, energies, virials and 100 NVE steps against LAMMPS (lj/cut, lj/smooth/linear, eam/fs, eam/alloy), an independent
code.

Tolerances. Both codes add some 50 to 100 pair forces an atom in double precision (eps = 1.1e-16) in another order: the
difference is a few eps times the sum of the absolute terms, at most 1e3 here, so 1e-10 of the largest force has three digits
to spare, while a wrong cutoff (the force there is 4e-2) or mixing rule shows in the first digits. In 100 steps of 0.005 the
liquid's Lyapunov exponent (about 1 per tau at this density) multiplies round-off by e^0.5; with 1e-13 of accumulated
round-off 1e-9 is ample, and an error of the integrator of order dt^2 would be 1e-5.

EAM: both codes evaluate the same splines of the file; the row is found from r/dr, up to 1e4, so the place in it carries
1e-12 and forces (times the slope of a row) some 1e-11 of the largest. 1e-9 is asked. LAMMPS takes u Angstrom^2/ps^2 =
1.0364269e-4 eV, glint CODATA's 1.036426966e-4: in the NVE comparison its masses are multiplied by the ratio.
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


TABLES = "/usr/share/lammps/potentials/"
EAM_SETUP = """units metal
atom_style atomic
atom_modify map array sort 0 0
box tilt large
boundary p p p
read_data in.data
pair_style {style}
pair_coeff * * {file} {elements}
neighbor 0.5 bin
neigh_modify every 1 delay 0 check yes
timestep 0.002
"""


def eam_setup(table, elements):
    style = "eam/fs" if table.endswith(".fs") else "eam/alloy"
    return EAM_SETUP.format(style=style, file=TABLES + table, elements=" ".join(elements.split(",")))


def compare_eam(name, data, table, elements):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(data, os.path.join(folder, "in.data"))
        lammps(eam_setup(table, elements) + FORCES[FORCES.index("thermo_style"):], folder)
        thermo = read_thermo(folder)
        theirs = read_dump(os.path.join(folder, "out.dump"), 4)[:, 1:]
        out = os.path.join(folder, "forces.xyz")
        mine = json.loads(glint("energy", data, "--potential", "eam:%s%s:%s" % (TABLES, table, elements), "--forces", out, "--json"))
        f = read_forces(out)
    scale = np.abs(theirs).max()
    wrong = np.abs(f - theirs).max() / scale
    energy = abs(mine["potential_energy"] - thermo[0]) / abs(thermo[0])
    virial = np.abs(np.array(mine["virial"]) + np.array(thermo[1:7]) / 1.6021765e6).max() / np.abs(mine["virial"]).max()
    # LAMMPS prints the virial in bar Angstrom^3 with its own factor of 7 digits, 1.6021765e6
    report(max(wrong, energy, virial) < 1e-9, "%s, %s: forces, energy, virial to 1e-9" % (name, table),
           "relative differences: force %.2g (largest %.4g), energy %.2g (%.15g against %.15g), virial %.2g"
           % (wrong, scale, energy, mine["potential_energy"], thermo[0], virial))
    print("# measured: forces %.2g, energy %.2g, virial %.2g" % (wrong, energy, virial))


def compare_eam_nve(data):
    import h5py
    ratio = 1.66053906660e-27 * 1e4 / 1.602176634e-19 / 1.0364269e-4
    masses = "".join("mass %d %.17g\n" % (k + 1, m * ratio) for k, m in enumerate((63.546, 91.224)))
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(data, os.path.join(folder, "in.data"))
        lammps(eam_setup("CuZr_mm.eam.fs", "Cu,Zr") + masses + "fix n all nve\n"
               "dump d all custom 100 out.dump id xu yu zu vx vy vz\ndump_modify d sort id format float %.17g\nrun 100\n", folder)
        theirs = read_dump(os.path.join(folder, "out.dump"), 7)[:, 1:]
        path = os.path.join(folder, "nve.yaml")
        with open(path, "w") as f:
            f.write("potential: eam:%sCuZr_mm.eam.fs:Cu,Zr\natoms: {file: %s}\ndt: 2 fs\nthermostat: {kind: none}\n"
                    "stages:\n  - anneal: {T: 600 K, for: 100 steps}\n" % (TABLES, os.path.join(folder, "in.data")))
        glint("run", path, "-o", os.path.join(folder, "run"))
        with h5py.File(os.path.join(folder, "run", "checkpoint.h5"), "r") as c:
            h = c["box"][()]
            x, v = c["atoms/x"][()] + c["atoms/image"][()] @ h, c["atoms/v"][()]
    v = v / (1.66053906660e-27 * 1e4 / 1.602176634e-19) ** 0.5  # internal Angstrom (eV/u)^1/2 to Angstrom/ps
    dx, dv = np.abs(x - theirs[:, :3]).max(), np.abs(v - theirs[:, 3:]).max()
    report(dx < 1e-9 and dv < 1e-7, "Cu-Zr, 100 NVE steps of 2 fs: positions to 1e-9 Angstrom, velocities to 1e-7 Angstrom/ps",
           "largest differences %.3g and %.3g" % (dx, dv))
    print("# measured: positions %.2g, velocities %.2g" % (dx, dv))


def unpack(name, folder):
    path = os.path.join(folder, name)
    with gzip.open(os.path.join(ROOT, "tests", "data", name + ".gz"), "rb") as packed, open(path, "wb") as f:
        f.write(packed.read())
    return path


def eam_cases(work):
    if not os.path.exists(TABLES + "CuZr_mm.eam.fs"):
        print("skip - EAM against LAMMPS: no %sCuZr_mm.eam.fs here (lammps-data)" % TABLES)
        return
    liquid = unpack("cuzr_4000.data", work)
    compare_eam("Cu-Zr liquid of 4000 atoms", liquid, "CuZr_mm.eam.fs", "Cu,Zr")
    compare_eam_nve(liquid)
    for table, elements, masses, spacing in (("CuZr_mm.eam.fs", "Cu,Zr", (63.546, 91.224), 2.6),
                                             ("NiAlH_jea.eam.fs", "Ni,Al", (58.69, 26.98), 2.3),
                                             ("NiAlH_jea.eam.alloy", "Al,Ni", (26.98, 58.69), 2.3)):
        if not os.path.exists(TABLES + table):
            print("skip - %s: not installed" % table)
            continue
        h, x, kind = random_box(np.random.default_rng(7), tilt=True)
        scale = spacing * 8 / 9.5
        data = os.path.join(work, "eam.data")
        write_data(data, h * scale, x * scale, kind, "metal", masses, elements.split(","))
        compare_eam("random triclinic box", data, table, elements)


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
    liquid = unpack("lj_4000.data", work)
    try:
        compare_forces("liquid of 4000 atoms", liquid, "2.5aa", "energy")
        compare_nve(liquid)
        eam_cases(work)
    except Exception as trouble:
        report(False, "liquids and EAM", trouble)
