#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""groups_numpy.py GLINT — spots and shells of known relaxation, written by h5py, reported by glint, recomputed by numpy.

Complex AR(1) fields of time constant tau have |f|^2 = exp(-2 t/tau): KWW with power 2, that tau and beta = 1.
Prints 'ok - name' or 'not ok - name' lines; exit code 1 if any is not ok. Needs numpy and h5py."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

glint = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/glint")
failed = 0


def check(name, good, note=""):
    global failed
    failed += not good
    print(("ok - " if good else "not ok - ") + name + (" (" + note + ")" if note else ""))


def speckles(rng, frames, tau):
    """One column a pixel; tau: time constant of each, in frames."""
    a = np.exp(-1 / np.asarray(tau, float))
    n = a.size
    e = np.empty((frames, n), complex)
    e[0] = rng.normal(size=n) + 1j * rng.normal(size=n)
    for t in range(1, frames):
        e[t] = a * e[t - 1] + np.sqrt(1 - a * a) * (rng.normal(size=n) + 1j * rng.normal(size=n))
    return 0.5 * np.abs(e) ** 2


def write(path, data, group, q, kind, independent):
    with h5py.File(path, "w") as f:
        d = f.create_group("entry/instrument/detector_1")
        d["data"] = data.astype(np.float32)
        d["frame_time"] = 0.5
        d["frame_time"].attrs["units"] = "tau"
        w = f.create_group("entry/glint/window")
        w.attrs["name"], w.attrs["kind"], w.attrs["flatten"] = kind, kind, "none"
        w.attrs["n_independent"], w.attrs["groups"] = independent, int(group.max()) + 1
        w["q"], w["spot"] = q, group.astype(np.int32)
        w["q"].attrs["units"] = "1/sigma"


def report(folder):
    with open(os.path.join(folder, "input.yaml"), "w") as f:
        f.write("potential: wahnstrom\natoms: {N: 100}\ndt: 0.005 tau\nstages: [{melt: {T: 1 eps/kB, for: 10 steps}}]\n")
    with open(os.path.join(folder, "run.json"), "w") as f:
        f.write('{"version": "test", "status": "done"}\n')
    p = subprocess.run([glint, "report", folder, "--quick", "--seeds", "100"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return p.returncode, p.stderr


rng = np.random.default_rng(5)
T = 1200
with tempfile.TemporaryDirectory() as folder:
    # shells: relaxation slower at larger q, 300 pixels each
    taus = [8.0, 16.0, 32.0]
    group = np.repeat(np.arange(3), 300)
    write(os.path.join(folder, "speckle-shells.h5"), speckles(rng, T, np.array(taus)[group]), group, 2.0 + group, "shells", 300)
    # 25 spots of 3 pixels
    spots = speckles(rng, T, np.full(75, 16.0)).astype(np.float32).astype(float)
    group = np.repeat(np.arange(25), 3)
    write(os.path.join(folder, "speckle-spots.h5"), spots, group, np.full(75, 7.0), "spot", 3)
    code, text = report(folder)
    check("glint report of spots and shells", code == 0, text.strip()[-300:] if code else "")
    with h5py.File(os.path.join(folder, "results.h5")) as f:
        g = f["entry/glint/shells/groups"]
        check("one row a shell, at its q", np.allclose(g["q"][...], [2, 3, 4]) and (g["pixels"][...] == 300).all())
        # |f|^2 at one lag is known to sqrt(2 tau/T/P) or better, 0.5 % at tau = 16; the time to some twice that: 5 sigma
        off = [g["tau"][i] / (0.5 * taus[i]) - 1 for i in range(3)]
        allowed = [10 * np.sqrt(2 * tau / T / 300) for tau in taus]
        check("tau(q) of the shells", all(abs(o) < a for o, a in zip(off, allowed)), " ".join("%+.1f %%" % (100 * o) for o in off))
        check("beta of the shells", all(abs(b - 1) < a for b, a in zip(g["beta"][...], allowed)), str(np.round(g["beta"][...], 3)))
        m = f["entry/glint/spot/mean_of_spots"]
        lag, R, error = m["lag"][...] / 0.5, m["R"][...], m["R_error"][...]
        f2, f2_error = m["f2"][...], m["f2_error"][...]
    single = [k for k in range(len(lag)) if lag[k] < 4.5]  # bins of one lag
    above = np.empty((25, len(single)))
    for s in range(25):
        x = spots[:, 3 * s : 3 * s + 3]
        mean = x.mean(axis=1)
        for i, k in enumerate(single):
            n = int(round(lag[k]))
            above[s, i] = ((x[: T - n] * x[n:]).mean(axis=1) / (mean[: T - n] * mean[n:])).mean()
        # g_inf without a static envelope that varies: <S^2>/<S>^2 of the mean pixels, here of one |q|: 1
    above -= 1.0
    first = [i for i, k in enumerate(single) if lag[k] >= 0.5][0]
    total = above.sum(axis=0)
    want = total / total[first]
    left = (total - above) / 24 * 25 / total[first]
    jackknife = np.sqrt(24 / 25 * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
    check("mean of the spots as numpy has it", np.allclose(R[single], want, atol=1e-5), "%.1e" % np.abs(R[single] - want).max())
    check("its jackknife errors", np.allclose(error[single], jackknife, atol=1e-5), "%.1e" % np.abs(error[single] - jackknife).max())
    # Independent spots: what three Gaussian pixels must show on average, R_n(rho) = 1 - n <1/(n + M)> with M negative binomial
    # (contrast.h), lies within the errors (25 spots: chance of |t| > 4 is 5e-4 a point); so does |f|^2 with f2.
    def few(rho, n=3):
        m = np.arange(20000)
        weight = np.cumprod(np.concatenate([[1.0], (n + m[:-1]) / (m[:-1] + 1) * rho])) * (1 - rho) ** n
        return 1 - n * (weight / (n + m)).sum()

    rho = np.exp(-2 * lag / 16.0)
    start = [k for k in range(len(lag)) if lag[k] >= 0.5][0]
    shown = np.array([few(x) if x < 1 else 1.0 for x in rho])
    middle = [k for k in range(len(lag)) if 1.5 <= lag[k] < 20]
    off = [(R[k] - shown[k] / shown[start]) / error[k] for k in middle]
    check("three pixels show what three Gaussian pixels must", all(abs(x) < 4 for x in off), " ".join("%.1f" % x for x in off))
    off = [(f2[k] - rho[k] / rho[start]) / f2_error[k] for k in middle]
    check("f2 is the field's correlation", all(abs(x) < 4 for x in off), " ".join("%.1f" % x for x in off))
sys.exit(1 if failed else 0)
