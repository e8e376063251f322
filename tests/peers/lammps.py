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
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
try:
    import h5py
    import numpy as np
    import lammps_peer as peer
except ImportError as missing:
    print("skip - LAMMPS: %s" % missing)
    sys.exit(0)

SIGMA = {(1, 1): 1.0, (1, 2): 11.0 / 12.0, (2, 2): 5.0 / 6.0}


def random_box(rng, tilt):
    """512 atoms of two species, a jittered lattice in a random cell: no pair is nearer than about 0.75."""
    n = 8
    edge = rng.uniform(9.0, 10.5, 3)
    h = np.diag(edge)
    if tilt:
        h[1, 0], h[2, 0], h[2, 1] = rng.uniform(-0.45, 0.45, 3) * [edge[0], edge[0], edge[1]]
    return h, *peer.jittered(rng, (n, n, n), h, 0.09)


def pair_lines(cutoff, shift):
    """LAMMPS commands for wahnstrom:cutoff=…,shift=…"""
    style = "lj/smooth/linear" if shift == "force" else "lj/cut"
    lines = ["pair_style %s 2.5" % style]
    if shift != "force":
        lines.append("pair_modify shift %s" % ("yes" if shift == "energy" else "no"))
    for (a, b), sigma in SIGMA.items():
        lines.append("pair_coeff %d %d 1.0 %.17g %.17g" % (a, b, sigma, 2.5 * sigma if cutoff == "2.5ij" else 2.5))
    return "\n".join(lines)


def lj_setup(cutoff, shift):
    return "units lj\n" + peer.SETUP + pair_lines(cutoff, shift) + """
neighbor 0.3 bin
neigh_modify every 1 delay 0 check yes
timestep 0.005
"""


def eam_setup(table, elements):
    return "units metal\n" + peer.SETUP + """pair_style {style}
pair_coeff * * {file} {elements}
neighbor 0.5 bin
neigh_modify every 1 delay 0 check yes
timestep 0.002
""".format(style="eam/fs" if table.endswith(".fs") else "eam/alloy", file=peer.TABLES + table, elements=" ".join(elements.split(",")))


def compare_forces(name, data, cutoff, shift):
    spec = "wahnstrom:cutoff=%s,shift=%s" % (cutoff, shift)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(data, os.path.join(folder, "in.data"))
        peer.compare("%s, %s" % (name, spec), peer.glint_forces(spec, folder), peer.lammps_forces(lj_setup(cutoff, shift), folder), 1e-10)


def compare_eam(name, data, table, elements):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(data, os.path.join(folder, "in.data"))
        peer.compare("%s, %s" % (name, table), peer.glint_forces("eam:%s%s:%s" % (peer.TABLES, table, elements), folder),
                     peer.lammps_forces(eam_setup(table, elements), folder, peer.BAR_ANGSTROM3), 1e-9)


def nve(data, setup, potential, dt, T):
    """100 steps without thermostat by both: the step glint ended at, its unwrapped positions and velocities, LAMMPS's."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(data, os.path.join(folder, "in.data"))
        peer.lammps(setup + "fix n all nve\ndump d all custom 100 out.dump id xu yu zu vx vy vz\n"
                    "dump_modify d sort id format float %.17g\nrun 100\n", folder)
        theirs = peer.read_dump(os.path.join(folder, "out.dump"), 7)[:, 1:]
        with open(os.path.join(folder, "nve.yaml"), "w") as f:
            f.write("potential: %s\natoms: {file: in.data}\ndt: %s\nthermostat: {kind: none}\n"
                    "stages:\n  - anneal: {T: %s, for: 100 steps}\n" % (potential, dt, T))
        peer.run([peer.GLINT, "run", "nve.yaml", "-o", "run"], folder)
        with h5py.File(os.path.join(folder, "run", "checkpoint.h5"), "r") as c:
            x = c["atoms/x"][()] + c["atoms/image"][()] @ c["box"][()]
            return c["step"][()], x, c["atoms/v"][()], theirs[:, :3], theirs[:, 3:]


def compare_nve(data):
    step, x, v, x_theirs, v_theirs = nve(data, lj_setup("2.5aa", "energy"), "wahnstrom:cutoff=2.5aa,shift=energy", "0.005 tau",
                                         "0.6 eps/kB")
    peer.report(step == 100, "the checkpoint is that of step 100", step)
    dx, dv = np.abs(x - x_theirs).max(), np.abs(v - v_theirs).max()
    peer.report(dx < 1e-9, "100 NVE steps of 4000 atoms: positions to 1e-9", "largest difference %.3g" % dx)
    peer.report(dv < 1e-9, "100 NVE steps of 4000 atoms: velocities to 1e-9", "largest difference %.3g" % dv)
    print("# measured: positions %.2g, velocities %.2g" % (dx, dv))


def compare_eam_nve(data):
    unit = 1.66053906660e-27 * 1e4 / 1.602176634e-19  # u angstrom^2/ps^2 in eV
    masses = "".join("mass %d %.17g\n" % (k + 1, m * unit / 1.0364269e-4) for k, m in enumerate((63.546, 91.224)))
    _, x, v, x_theirs, v_theirs = nve(data, eam_setup("CuZr_mm.eam.fs", "Cu,Zr") + masses,
                                      "eam:%sCuZr_mm.eam.fs:Cu,Zr" % peer.TABLES, "2 fs", "600 K")
    v = v / unit ** 0.5  # internal angstrom (eV/u)^1/2 to angstrom/ps
    dx, dv = np.abs(x - x_theirs).max(), np.abs(v - v_theirs).max()
    peer.report(dx < 1e-9 and dv < 1e-7, "Cu-Zr, 100 NVE steps of 2 fs: positions to 1e-9 Angstrom, velocities to 1e-7 Angstrom/ps",
                "largest differences %.3g and %.3g" % (dx, dv))
    print("# measured: positions %.2g, velocities %.2g" % (dx, dv))


def eam_cases(work):
    if not os.path.exists(peer.TABLES + "CuZr_mm.eam.fs"):
        print("skip - EAM against LAMMPS: no %sCuZr_mm.eam.fs here (lammps-data)" % peer.TABLES)
        return
    liquid = peer.unpack("cuzr_4000.data", os.path.join(work, "cuzr.data"))
    compare_eam("Cu-Zr liquid of 4000 atoms", liquid, "CuZr_mm.eam.fs", "Cu,Zr")
    compare_eam_nve(liquid)
    for table, elements, masses, spacing in (("CuZr_mm.eam.fs", "Cu,Zr", (63.546, 91.224), 2.6),
                                             ("NiAlH_jea.eam.fs", "Ni,Al", (58.69, 26.98), 2.3),
                                             ("NiAlH_jea.eam.alloy", "Al,Ni", (26.98, 58.69), 2.3)):
        if not os.path.exists(peer.TABLES + table):
            print("skip - %s: not installed" % table)
            continue
        h, x, kind = random_box(np.random.default_rng(7), tilt=True)
        scale = spacing * 8 / 9.5
        data = os.path.join(work, "eam.data")
        peer.write_data(data, h * scale, x * scale, kind, "metal", masses, elements.split(","))
        compare_eam("random triclinic box", data, table, elements)


if not shutil.which("lmp"):
    print("skip - forces and NVE against LAMMPS: no lmp here")
    sys.exit(0)

with tempfile.TemporaryDirectory() as work:
    for number in range(4):
        h, x, kind = random_box(np.random.default_rng(100 + number), tilt=number % 2 == 1)
        data = os.path.join(work, "box%d.data" % number)
        peer.write_data(data, h, x, kind)
        name = "random %s box %d" % ("triclinic" if number % 2 else "orthogonal", number)
        for cutoff in ("2.5aa", "2.5ij"):
            for shift in ("none", "energy", "force"):
                try:
                    compare_forces(name, data, cutoff, shift)
                except Exception as trouble:
                    peer.report(False, "%s, cutoff=%s, shift=%s" % (name, cutoff, shift), trouble)
    liquid = peer.unpack("lj_4000.data", os.path.join(work, "lj.data"))
    try:
        compare_forces("liquid of 4000 atoms", liquid, "2.5aa", "energy")
        compare_nve(liquid)
        eam_cases(work)
    except Exception as trouble:
        peer.report(False, "liquids and EAM", trouble)
