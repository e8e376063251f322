#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ttcf_numpy.py GLINT — frames written by numpy/h5py, correlated by glint, recomputed by numpy.

Prints 'ok - name' or 'not ok - name' lines; exit code 1 if any is not ok. Needs numpy and h5py."""
import json
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

glint = sys.argv[1] if len(sys.argv) > 1 else "build/glint"
failed = 0


def check(name, good, note=""):
    global failed
    failed += not good
    print(("ok - " if good else "not ok - ") + name + (" (" + note + ")" if note else ""))


def run(*args):
    p = subprocess.run([glint, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return p.returncode, p.stdout, p.stderr


def speckles(rng, T, P, tau, S=None):
    """AR(1) complex Gaussian field per pixel."""
    a = np.exp(-1 / tau)
    e = np.empty((T, P), complex)
    e[0] = rng.normal(size=P) + 1j * rng.normal(size=P)
    for t in range(1, T):
        e[t] = a * e[t - 1] + np.sqrt(1 - a * a) * (rng.normal(size=P) + 1j * rng.normal(size=P))
    intensity = 0.5 * np.abs(e) ** 2
    return intensity if S is None else intensity * S


def write(path, data, mask=None, **window):
    with h5py.File(path, "w") as f:
        d = f.create_group("entry/instrument/detector_1")
        d["data"] = data
        d["frame_time"] = 2.5
        d["frame_time"].attrs["units"] = "s"
        if mask is not None:
            d["mask"] = mask
        if window:
            w = f.create_group("entry/glint/window")
            for key in ("name", "kind", "n_independent", "flatten"):
                if key in window:
                    w.attrs[key] = window[key]
            if "q" in window:
                w["q"] = window["q"]
                w["q"].attrs["units"] = "1/angstrom"
            for key in ("spot", "s_of_q"):
                if key in window:
                    w[key] = window[key]


def eq1(x):
    m = x.mean(axis=1)
    return (x @ x.T) / x.shape[1] / np.outer(m, m)


rng = np.random.default_rng(1)
with tempfile.TemporaryDirectory() as tmp:
    frames, out = os.path.join(tmp, "frames.h5"), os.path.join(tmp, "results.h5")

    # a detector image with a mask, integer counts
    T, ny, nx = 150, 9, 11
    counts = rng.poisson(3 * speckles(rng, T, ny * nx, 12.0)).astype(np.uint16).reshape(T, ny, nx)
    mask = (rng.random((ny, nx)) > 0.3).astype(np.uint8)
    write(frames, counts, mask)
    rc, _, err = run("ttcf", frames, "-o", out, "--windows", "3", "--bins", "0", "--window", "det")
    check("masked integer image is correlated", rc == 0, err.strip()[:200])
    x = counts[:, mask == 1].astype(float)
    C = eq1(x)
    with h5py.File(out) as f:
        m = f["entry/glint/det/two_time"][()]
        g2 = f["entry/glint/det/g2"][()]
        pairs = f["entry/glint/det/pairs"][()]
        flags = dict(f["entry/glint/det"].attrs)
        inten = f["entry/glint/det/intensity"][()]
        contrast = f["entry/glint/det/contrast"][()]
        lag = f["entry/glint/det/lag"][()]
        c2 = f["xpcs/twotime/correlation_map/c2_00001"][()]
    check("two_time equals numpy", np.abs(m - np.triu(C)).max() < 5e-6, "%.1e" % np.abs(m - np.triu(C)).max())
    check("only the upper triangle is stored", np.all(np.tril(m, -1) == 0) and np.array_equal(m, c2))
    check("intensity equals numpy", np.allclose(inten, x.mean(axis=1), rtol=1e-12))
    check("contrast equals numpy", np.allclose(contrast, (x**2).mean(axis=1) / x.mean(axis=1) ** 2, rtol=1e-12))
    good = True
    for a in range(3):
        for k in range(1, T):
            i = np.arange(a * 50, min((a + 1) * 50, T - k))
            good &= pairs[a, k] == max(0, len(i))
            if len(i):
                good &= abs(g2[a, k] - C[i, i + k].mean()) < 5e-6
    check("g2 by starting age equals numpy", good)
    d = np.array([np.mean([C[t, s] for s in (t - 1, t + 1) if 0 <= s < T]) for t in range(T)])
    check("measured frames get the four-neighbour diagonal", abs(g2[0, 0] - d[:50].mean()) < 5e-6)
    text = lambda v: v.decode() if isinstance(v, bytes) else str(v)
    check("conventions are written", text(flags["normalisation"]) == "eq1" and text(flags["diagonal"]) == "mean4"
          and text(flags["age_convention"]).startswith("start") and flags["pixels"] == x.shape[1])
    check("lag is in seconds", abs(lag[0, 4] - 10.0) < 1e-12)

    # g2 anew from the stored TTCF, other conventions
    rc, text_out, err = run("g2", out, "--age", "mid", "--windows", "3", "--bins", "0", "--json")
    j = json.loads(text_out) if rc == 0 else {"g2": []}
    good = rc == 0
    i, k = np.meshgrid(np.arange(T), np.arange(T), indexing="ij")
    for a, w in enumerate(j["g2"]):
        for lag_k in range(1, T):
            age2 = 2 * np.arange(T - lag_k) + lag_k
            rows = np.nonzero((age2 >= 100 * a) & (age2 < 100 * (a + 1)))[0]
            v = w["g2"][lag_k]
            good &= (v is None) if len(rows) == 0 else abs(v - C[rows, rows + lag_k].mean()) < 5e-6
    check("g2 by mean age from results.h5 equals numpy", good, err.strip()[:200])

    # unflattened peak: static baseline; flattened: 1
    P, T = 600, 300
    q = np.repeat(np.linspace(2.4, 2.8, 30), 20)
    S = 1 + 2 * np.exp(-((q - 2.6) / 0.08) ** 2)
    write(frames, speckles(rng, T, P, 3.0, S).astype(np.float32), name="shell", kind="shell", n_independent=P,
          flatten="none", q=q)
    rc, text_out, err = run("ttcf", frames, "--json")
    j = json.loads(text_out)
    expected = (S**2).mean() / S.mean() ** 2
    check("static baseline <S^2>/<S>^2", abs(j["baseline"] / expected - 1) < 0.01, "%.4f, %.4f" % (j["baseline"], expected))
    tail = j["g2"][0]["g2"][10]
    check("unflattened g2 ends at it", abs(tail - expected) < 0.02, "%.4f" % tail)
    rc, text_out, err = run("ttcf", frames, "--json", "--flatten", "S(|q|)")
    j = json.loads(text_out)
    check("flattened g2 ends at 1", j["baseline"] == 1 and abs(j["g2"][0]["g2"][10] - 1) < 0.02, "%.4f" % j["g2"][0]["g2"][10])
    check("flattened contrast is that of exponential pixels", abs(j["contrast_mean"] - 2) < 0.05, "%.3f" % j["contrast_mean"])

    # S stored by the writer, several spots in one file
    x = speckles(rng, 80, 24, 6.0, np.repeat([1.0, 2.0, 3.0], 8))
    spot = np.tile([0, 1], 12).astype(np.int32)
    write(frames, x.astype(np.float32), name="spots", kind="spot", n_independent=12, flatten="S(|q|)", q=np.full(24, 2.5),
          s_of_q=np.repeat([1.0, 2.0, 3.0], 8), spot=spot)
    rc, text_out, err = run("ttcf", frames, "--json", "-o", out)
    j = json.loads(text_out) if rc == 0 else [{}]
    check("each spot is a window", len(j) == 2 and [w["window"] for w in j] == ["spots-0", "spots-1"], err.strip()[:100])
    good = rc == 0
    if good:
        with h5py.File(out) as f:
            for k in range(2):
                C = eq1((x / np.repeat([1.0, 2.0, 3.0], 8))[:, spot == k])
                good &= np.abs(f["entry/glint/spots-%d/two_time" % k][()] - np.triu(C)).max() < 5e-6
                good &= np.array_equal(f["entry/glint/spots-%d/two_time" % k], f["xpcs/twotime/correlation_map/c2_%05d" % (k + 1)])
            good &= f["xpcs/multitau/normalized_g2"].shape == (79, 2)
    check("the stored S is divided out where the file asks for it", good)
    rc, text_out, err = run("ttcf", frames, "--json", "--group", "1", "--flatten", "none")
    j = json.loads(text_out) if rc == 0 else {}
    check("unflattened baseline from the stored S", rc == 0 and abs(j["baseline"] - (14 / 3) / 4) < 1e-12, err.strip()[:100])

    # NaN policies
    x = speckles(rng, 50, 40, 5.0)
    x[13, 7] = np.nan
    write(frames, x)
    rc, _, err = run("ttcf", frames)
    check("a NaN is an error naming frame and pixel", rc == 2 and "frame 13" in err and "pixel 7" in err, err.strip()[:120])
    rc, text_out, err = run("ttcf", frames, "--mask-nan", "pixel", "-o", out)
    with h5py.File(out) as f:
        m = f["entry/glint/window/two_time"][()]
    check("--mask-nan pixel drops the pixel", rc == 0 and np.abs(m - np.triu(eq1(np.delete(x, 7, 1)))).max() < 5e-6)
    rc, text_out, err = run("ttcf", frames, "--mask-nan", "frame", "-o", out)
    with h5py.File(out) as f:
        m = f["entry/glint/window/two_time"][()]
    keep = np.arange(50) != 13
    C = eq1(np.nan_to_num(x))
    check("--mask-nan frame leaves the others alone", rc == 0 and np.isnan(m[13, 13:]).all()
          and np.abs(m[np.ix_(keep, keep)] - np.triu(C)[np.ix_(keep, keep)]).max() < 5e-6)

    # refusals
    write(frames, speckles(rng, 50, 1, 5.0))
    rc, _, err = run("ttcf", frames)
    check("one pixel is refused and explained", rc == 2 and "C(t1,t2) = 1" in err, err.strip()[:120])
    with open(frames, "wb") as f:
        f.write(b"not hdf5" * 100)
    rc, _, err = run("ttcf", frames)
    check("a foreign file is refused", rc == 2, err.strip()[:120])

    # an event in a slow speckle is found, and its surrogates behave
    T, P = 400, 60
    x = speckles(rng, T, P, 400.0)
    y = speckles(rng, T, P, 400.0)
    x[250:] = 0.5 * x[250:] + 0.5 * y[250:]
    write(frames, x, name="spot", kind="spot", n_independent=P, flatten="none")
    rc, text_out, err = run("ttcf", frames, "--null", "surrogate", "--json", "-o", out)
    j = json.loads(text_out) if rc == 0 else {"events": [], "null_surrogate": {"false_alarm_rate": 1}}
    check("the event at frame 249 is found, and nothing else", [e["frame"] for e in j["events"]] == [249],
          str(j["events"])[:100] + err.strip()[:100])
    check("false-alarm rate at most 1 %", j["null_surrogate"]["false_alarm_rate"] <= 0.01)

sys.exit(1 if failed else 0)
