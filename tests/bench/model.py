#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strong and weak scaling predicted from measured single-core numbers; docs/performance.md states the formulas.

    python3 tests/bench/model.py build/bench/bench-DATE.jsonl wahnstrom:cutoff=2.5aa
    python3 tests/bench/model.py --ns 4000=122 --ns 32000=137 wahnstrom:cutoff=2.5aa

Reads the lines of `make bench` (or of `glint bench ... --json`, each on one line) whose potential begins with the one given,
double precision, one rank of one thread, at all sizes there are; a line of one rank and two threads gives the serial part of a
rebuild. With --ns ATOMS=NANOSECONDS (per atom and step) no file is needed; the shares of the phases are then those of --shares.
Options: --atoms N (strong scaling, repeatable), --threads T (of a rank), --cores (of a node), and the machine's --latency,
--bandwidth (network), --local-latency, --local-bandwidth (ranks of one node), --barrier (microseconds, a thread).
"""
import argparse
import json
import math
import sys

POSITION, SHARED = 32, 8    # bytes of a halo atom in a message: position and species; the number of many-body potentials
CASES = {                   # density, list radius (cutoff + skin), passes: what a JSON line would say
    "wahnstrom:cutoff=2.5aa": (1.296, 3.2, 1),
    "wahnstrom:cutoff=2.5ij": (1.296, 3.2, 1),
    "cuzr": (0.0555, 9.0, 2),
}


def decompose(edge, radius, ranks):
    """Cells per axis, reach and ranks per axis as src/system/grid.c chooses them for a cube."""
    n = max(1, math.floor(2 * edge / radius))
    reach = math.ceil(radius * n / edge * (1 - 1e-12))
    most = max(1, n // reach)
    for total in range(ranks, 0, -1):
        best = None
        for a in range(1, min(total, most) + 1):
            if total % a:
                continue
            for b in range(1, min(total // a, most) + 1):
                if total // a % b or total // a // b > most:
                    continue
                p = (a, b, total // a // b)
                cost = math.prod(n / k + (2 * reach if k > 1 else 0) for k in p)
                if best is None or cost < best[0]:
                    best = (cost, p)
        if best:
            return n, reach, best[1]
    return n, reach, (1, 1, 1)


class Rank:
    """The fullest rank: atoms, halo, what comes from other ranks, peers, share that needs no other rank."""

    def __init__(self, atoms, density, radius, ranks):
        edge = (atoms / density) ** (1 / 3)
        n, reach, shape = decompose(edge, radius, ranks)
        cell = atoms / n ** 3
        width = [math.ceil(n / p) for p in shape]
        self.ranks = math.prod(shape)
        self.atoms = cell * math.prod(width)
        self.halo = cell * (math.prod(w + 2 * reach for w in width) - math.prod(width))
        own = [w + (2 * reach if p > 1 else 0) for w, p in zip(width, shape)]
        self.received = cell * (math.prod(own) - math.prod(width))
        self.peers = math.prod(min(p, 3) for p in shape) - 1
        self.interior = math.prod(max(0, w - 2 * reach) / w if p > 1 else 1 for w, p in zip(width, shape))
        self.imbalance = self.atoms * self.ranks / atoms


class Measured:
    """Nanoseconds per atom and step by phase, interpolated in the logarithm of the atoms of a core."""

    def __init__(self, rows, density, radius, passes, serial):
        self.density, self.radius, self.passes, self.serial = density, radius, passes, serial
        self.rows = sorted(rows)    # (atoms, {phase: ns})

    def at(self, atoms, phase):
        rows = self.rows
        if atoms <= rows[0][0]:
            return rows[0][1][phase]
        for (n0, a), (n1, b) in zip(rows, rows[1:]):
            if atoms <= n1:
                f = math.log(atoms / n0) / math.log(n1 / n0)
                return a[phase] + f * (b[phase] - a[phase])
        return rows[-1][1][phase]

    def copy(self, atoms):
        """ns to copy one halo atom: the measured halo phase over the images of one rank."""
        n = min((r[0] for r in self.rows), key=lambda x: abs(math.log(x / atoms)))
        alone = Rank(n, self.density, self.radius, 1)
        return self.at(n, "halo") * n / alone.halo / self.passes


def step_time(m, o, atoms, cores):
    """Microseconds of a step by part."""
    ranks = max(1, cores // o.threads)
    threads = min(o.threads, cores)
    r = Rank(atoms, m.density, m.radius, ranks)
    each = r.atoms / threads                    # atoms of a core
    copy = m.copy(each)
    t = {"force": each * m.at(each, "force") / 1e3, "integrate": each * m.at(each, "integrate") / 1e3}
    rebuild = r.atoms * m.at(each, "list") / 1e3
    t["list"] = rebuild * ((1 - m.serial) / threads + m.serial)
    t["halo"] = m.passes * (copy * r.halo / threads + (copy * r.received if r.ranks > 1 else 0)) / 1e3
    nodes = max(1, r.ranks * threads // o.cores)
    per_node = min(r.ranks, max(1, o.cores // threads))
    t["message"] = t["reduce"] = 0.0
    if r.ranks > 1:
        bytes_ = r.received * (POSITION + (m.passes - 1) * SHARED)
        travel = m.passes * r.peers * o.local_latency + bytes_ / (o.local_bandwidth * 1e3)
        if nodes > 1:           # the surface of a node's block of bricks leaves the node
            block = Rank(atoms, m.density, m.radius, nodes)
            out = block.received * (POSITION + (m.passes - 1) * SHARED)
            travel += m.passes * 9 * o.latency + out / (o.bandwidth * 1e3)
        t["message"] = max(0.0, travel - t["force"] * r.interior)
        t["reduce"] = math.ceil(math.log2(per_node)) * o.local_latency + \
            (math.ceil(math.log2(nodes)) * o.latency if nodes > 1 else 0.0)
    barriers = 5 + (2 if r.ranks > 1 else 0) + 3 * (m.passes - 1)
    t["barrier"] = barriers * o.barrier * threads if threads > 1 else 0.0
    return t, r


def table(m, o, title, runs):
    print("\n" + title)
    head = "cores ranks   atoms/core  halo/own  imbalance  kB out   force   integ    list    halo     msg  reduce barrier      us/step    steps/s  efficiency"
    print(head)
    base = None
    for atoms, cores in runs:
        t, r = step_time(m, o, atoms, cores)
        total = sum(t.values())
        rate = atoms / total / cores            # atom-steps per us and core
        base = base or rate
        kB = r.received * (POSITION + (m.passes - 1) * SHARED) / 1e3 if r.ranks > 1 else 0.0
        print("%5d %5d %12.0f %9.2f %10.2f %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %12.1f %10.0f %9.0f %%" % (
            cores, r.ranks, atoms / cores, r.halo / r.atoms, r.imbalance, kB, t["force"], t["integrate"], t["list"], t["halo"],
            t["message"], t["reduce"], t["barrier"], total, 1e6 / total, 100 * rate / base))


def read(path, potential):
    rows, serial, first = {}, None, None
    for line in open(path):
        r = json.loads(line)
        if not r.get("potential", "").startswith(potential) or r["precision"] != "double" or "phases" not in r or r["ranks"] != 1:
            continue
        if r["threads"] == 1:
            share = {k: p["share"] for k, p in r["phases"].items()}
            known = sum(share[k] for k in ("force", "list", "halo", "integrate"))
            rows[r["atoms"]] = {k: r["ns_per_atom_step"] * share[k] / known for k in ("force", "list", "halo", "integrate")}
            first = r
        if r["threads"] == 2:               # thread 0 does the serial part and half of the rest, the other half of the rest
            p = r["phases"]["list"]
            serial = max(0.0, min(1.0, (p["max"] - p["min"]) / (p["max"] - p["min"] + 2 * p["min"])))
    if not rows:
        sys.exit("%s: no line of %s, double precision, 1 rank of 1 thread" % (path, potential))
    return rows, serial, (first["density"], first["cutoff"] + first["skin"], 1 if first["kernel"] == "lj" else 2)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("words", nargs="+", metavar="[FILE] POTENTIAL")
    a.add_argument("--ns", action="append", default=[], metavar="ATOMS=NS")
    a.add_argument("--shares", default="force=0.70,list=0.23,halo=0.02,integrate=0.05")
    a.add_argument("--serial", type=float, default=0.04, help="serial share of a rebuild where no line tells")
    a.add_argument("--atoms", type=int, action="append")
    a.add_argument("--threads", type=int, default=1)
    a.add_argument("--cores", type=int, default=128)
    a.add_argument("--latency", type=float, default=1.5, help="us, network")
    a.add_argument("--bandwidth", type=float, default=12.5, help="GB/s, network, of a node")
    a.add_argument("--local-latency", type=float, default=0.5, help="us, between ranks of a node")
    a.add_argument("--local-bandwidth", type=float, default=5.0, help="GB/s, of a rank")
    a.add_argument("--barrier", type=float, default=0.06, help="us a thread")
    o = a.parse_args()
    potential = o.words[-1]
    if o.ns:
        case = next((v for k, v in CASES.items() if potential.startswith(k)), None)
        if not case:
            sys.exit("with --ns the potential is one of: " + ", ".join(CASES))
        shares = {k: float(v) for k, v in (s.split("=") for s in o.shares.split(","))}
        rows = {int(n): {k: float(ns) * v for k, v in shares.items()} for n, ns in (s.split("=") for s in o.ns)}
        serial = None
    elif len(o.words) == 2:
        rows, serial, case = read(o.words[0], potential)
    else:
        sys.exit("give the JSON lines of a benchmark, or --ns")
    m = Measured(rows.items(), *case, serial if serial is not None else o.serial)
    print("%s: density %g, list radius %g, serial share of a rebuild %.2f" % (potential, m.density, m.radius, m.serial))
    for n, row in m.rows:
        print("  measured at %d atoms on one core, ns per atom and step: %s" % (n, ", ".join("%s %.1f" % kv for kv in row.items())))
    print("  network %g us, %g GB/s a node; inside a node %g us, %g GB/s a rank; barrier %g us a thread; %d threads a rank, %d cores a node" % (
        o.latency, o.bandwidth, o.local_latency, o.local_bandwidth, o.barrier, o.threads, o.cores))
    for atoms in o.atoms or [32000, 256000, 2048000]:
        table(m, o, "strong scaling, %d atoms (us per step of the fullest rank)" % atoms,
              [(atoms, c) for c in (1, 2, 4, 8, 16, 32, 64, 128) if c >= o.threads])
    for each in (4000, 32000):
        table(m, o, "weak scaling, %d atoms a core" % each,
              [(each * c, c) for c in (1, 8, 64, 128, 512, 1024, 4096, 8192, 10240) if c >= o.threads])


main()
