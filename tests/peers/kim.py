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
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
try:
    import numpy as np
    import lammps_peer as peer
except ImportError as missing:
    print("skip - kim against LAMMPS: %s" % missing)
    sys.exit(0)

TABLE = peer.TABLES + "CuZr_mm.eam.fs"
M19 = "EAM_Dynamo_MendelevSunZhang_2019_CuZr__MO_609260676108_000"
EAM = "EAM_Dynamo_MendelevSordeletKramer_2007_CuZr__MO_120596890176_005"
OTHERS = ("EMT_Asap_MetalGlass_PaduraruKenoufiBailey_2007_CuZr__MO_987541074959_001",
          "MEAM_LAMMPS_KangSaLee_2009_ZrAgCu__MO_813575892799_000")


def installed(model):
    return bool(glob.glob("/usr/lib/*/kim-api/portable-models/" + model))


def sample(path, n, edge, tilt, seed):
    """A jittered lattice of n[0] n[1] n[2] atoms in a skewed cell: no pair is nearer than about 2 angstrom."""
    rng = np.random.default_rng(seed)
    h = np.diag(edge)
    h[1, 0], h[2, 0], h[2, 1] = tilt
    x, kind = peer.jittered(rng, n, h, 0.08)
    peer.write_data(path, h, x, kind, "metal", (63.546, 91.224), ("Cu", "Zr"))


def compare(name, folder, model, before, pair):
    try:
        peer.compare(name, peer.glint_forces("kim:" + model + ":Cu,Zr", folder),
                     peer.lammps_forces(before + "\n" + peer.SETUP + pair + "\n", folder, peer.BAR_ANGSTROM3), 1e-10)
    except Exception as trouble:
        peer.report(False, name, trouble)
        return
    if "kim" not in before:
        peer.report(not os.path.exists(os.path.join(folder, "kim.log")), name + ": no kim.log was written")


def compare_analytic(folder):
    a, b = peer.glint_forces("kim:" + M19, folder), peer.glint_forces("cuzr:m19,rows=8192", folder)
    energy, force = abs(a[0] - b[0]) / len(a[2]), np.abs(a[2] - b[2]).max()
    text = "differences: %.2g eV per atom, force %.2g eV/angstrom" % (energy, force)
    peer.report(energy < 1e-8 and force < 1e-6, "liquid of 4000 atoms: cuzr:m19 against the table in OpenKIM", text)
    print("# cuzr:m19 and its table, " + text)


def liquid():
    with tempfile.TemporaryDirectory() as work:
        peer.unpack("cuzr_4000.data", os.path.join(work, "in.data"))
        if installed(EAM) and os.path.exists(TABLE):
            compare("liquid of 4000 atoms, EAM against eam/fs", work, EAM, "units metal",
                    "pair_style eam/fs\npair_coeff * * %s Cu Zr" % TABLE)
        if installed(M19):
            compare_analytic(work)
        else:
            print("skip - cuzr:m19 against OpenKIM: %s is not installed" % M19)


if not shutil.which("lmp"):
    print("skip - kim against LAMMPS: no lmp here")
    sys.exit(0)
if "not built in" in peer.run([peer.GLINT, "info", "potentials"]):
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
    peer.report(False, "liquid of 4000 atoms", trouble)
