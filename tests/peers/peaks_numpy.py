#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""peaks_numpy.py GLINT — the first peak of S(q): whatever the bins, and as numpy fits it.

An eighth of the Cu-Zr reference configuration, taken as a periodic cell of its own (its faces do not fit; the peak is there).
Prints 'ok - name' or 'not ok - name' lines; exit code 1 if any is not ok. Needs numpy."""
import gzip
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

glint = sys.argv[1] if len(sys.argv) > 1 else "build/glint"
here = os.path.dirname(os.path.abspath(__file__))
failed = 0


def check(name, good, note=""):
    global failed
    failed += not good
    print(("ok - " if good else "not ok - ") + name + (" (" + note + ")" if note else ""))


def octant():
    text = gzip.open(os.path.join(here, "../data/cuzr_4000.data.gz"), "rt").read().splitlines()
    lo, hi = map(float, next(l for l in text if "xlo" in l).split()[:2])
    start = next(k for k, l in enumerate(text) if l.startswith("Atoms")) + 2
    rows = np.array([l.split()[:5] for l in text[start:start + 4000]], float)
    x = (rows[:, 2:5] - lo) % (hi - lo)
    inside = (x < (hi - lo) / 2).all(1)
    return x[inside], rows[inside, 1].astype(int), (hi - lo) / 2


def s_of_q(x, edge, low, high):
    top = int(high * edge / 2 / np.pi) + 1
    h = np.arange(-top, top + 1)
    H = np.stack(np.meshgrid(h, h, h, indexing="ij"), -1).reshape(-1, 3)
    half = (H[:, 0] > 0) | ((H[:, 0] == 0) & ((H[:, 1] > 0) | ((H[:, 1] == 0) & (H[:, 2] > 0))))
    q = 2 * np.pi / edge * np.sqrt((H * H).sum(1))
    keep = half & (q >= low) & (q < high)
    return q[keep], np.array([abs(np.exp(2j * np.pi / edge * (x @ k)).sum()) ** 2 / len(x) for k in H[keep]])


def crossing(y, width, top, height, step):
    k = int(top / width)
    while not (y[k] >= height > y[k + step]):
        k += step
    return width * (k + 0.5 + step * (y[k] - height) / (y[k] - y[k + step]))


def cubic(q, S, low, high):
    u = (2 * q - low - high) / (high - low)
    inside = abs(u) < 1
    X, w, y = np.vander(u[inside], 4, increasing=True), 1 - u[inside] ** 2, S[inside]
    b = np.array([np.log((w * y).sum() / w.sum()), 0, 0, 0])
    for _ in range(100):  # Newton on the log-likelihood of exponential values, not Fisher's scoring
        r = y * np.exp(-X @ b)
        step = np.linalg.solve(X.T @ (X * (w * r)[:, None]), X.T @ (w * (r - 1)))
        b = b + step / max(1, abs(step).max())
    roots = np.roots([3 * b[3], 2 * b[2], b[1]])
    top = next(t.real for t in roots if abs(t.imag) < 1e-12 and 2 * b[2] + 6 * b[3] * t.real < 0)
    A, r = np.linalg.inv(X.T @ (X * w[:, None])), w * (r - 1)
    C = A @ (X.T @ (X * (r * r)[:, None])) @ A * len(y) / (len(y) - 4)
    g = np.array([0, 1, 2 * top, 3 * top**2]) / -(2 * b[2] + 6 * b[3] * top) * (high - low) / 2
    return (low + high + (high - low) * top) / 2, np.exp(b @ top ** np.arange(4)), np.sqrt(g @ C @ g)


with tempfile.TemporaryDirectory() as work:
    x, kind, edge = octant()
    path = os.path.join(work, "octant.xyz")
    with open(path, "w") as f:
        f.write('%d\nLattice="%.17g 0 0 0 %.17g 0 0 0 %.17g" Properties=species:S:1:pos:R:3 pbc="T T T"\n' % (len(x), edge, edge, edge))
        for k, p in zip(kind, x):
            f.write("%s %.17g %.17g %.17g\n" % (["Cu", "Zr"][k - 1], *p))
    results = [json.loads(subprocess.check_output([glint, "structure", path, "--json", *more], stderr=subprocess.DEVNULL))
               for more in ([], ["--dq", "0.15", "--dr", "0.02"], ["--dq", "0.4", "--dr", "0.1"])]
    peaks = [r["sq"]["first_peak"] for r in results]
    check("fitted", all(p["fitted"] for p in peaks), str(peaks[0]))
    # The bins only choose which points about the peak are measured; those in its range are the same.
    for name in ("sq", "rdf"):
        for what in ("first_peak", "first_peak_X"):
            v = [r[name][what] for r in results]
            shift = max(abs(p["position"] - v[0]["position"]) for p in v)
            check("%s %s: the same for three bin widths" % (name, what), shift < 1e-9 * v[0]["position"], "%.2g" % shift)

    d = edge / len(x) ** (1 / 3)
    q, S = s_of_q(x, edge, 0.7 * peaks[0]["position"], 1.4 * peaks[0]["position"])
    width = 0.3 / d
    bins = (q / width).astype(int)
    y = np.bincount(bins, S) / np.maximum(np.bincount(bins), 1)
    k = y.argmax()
    bend = y[k - 1] - 2 * y[k] + y[k + 1]
    off = 0.5 * (y[k - 1] - y[k + 1]) / bend
    place, height = width * (k + 0.5 + off), y[k] - 0.25 * (y[k - 1] - y[k + 1]) * off
    fits = [cubic(q, S, *(crossing(y, width, place, level * height, step) for step in (-1, 1))) for level in (0.5, 0.7)]
    p = peaks[0]
    check("place and height as numpy fits them", abs(p["position"] - fits[0][0]) < 1e-8 and abs(p["height"] / fits[0][1] - 1) < 1e-8,
          "%.6f %.6f, %.5f %.5f" % (p["position"], fits[0][0], p["height"], fits[0][1]))
    check("error of scatter", abs(p["position_scatter"] / fits[0][2] - 1) < 1e-6, "%.6f %.6f" % (p["position_scatter"], fits[0][2]))
    check("error of the range", abs(p["position_range"] - abs(fits[1][0] - fits[0][0])) < 1e-8, "%.6f" % p["position_range"])
    check("error is their root of squares", abs(p["position_error"] ** 2 / (fits[0][2] ** 2 + p["position_range"] ** 2) - 1) < 1e-6)
sys.exit(failed > 0)
