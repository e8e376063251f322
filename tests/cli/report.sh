#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# glint report: from a run folder to results.h5, figures and one page that needs nothing else.
. "$(dirname "$0")/../common.sh"

if ! "$GLINT" run "$SHORT" -o run > run.log 2>&1; then
    not_ok "the run to report on" run.log
    exit
fi
expect 0 "glint report" "report\.html" -- "$GLINT" report run
expect 0 "glint report --quick --json" '"least_bic"' -- "$GLINT" report run --quick --json -o quick.html

# Names that scripts rely on.
h5ls -r run/results.h5 > names.txt 2>&1
for name in two_time g2 lag fit_kww fit_ml R contrast intensity null/diagonal_variance events g2_ages/R relaxation/R; do
    for window in 3d 2d 1d; do
        if grep -q "^/entry/glint/$window/$name " names.txt; then ok "/entry/glint/$window/$name"; else
            not_ok "/entry/glint/$window/$name" names.txt
        fi
    done
done
for name in waiting_times waiting_times/exchange_alpha structure/sq structure/rdf msd isf; do
    if grep -q "^/entry/glint/$name " names.txt; then ok "/entry/glint/$name"; else not_ok "/entry/glint/$name" names.txt; fi
done
expect 0 "glint fit reads the report's results" "mittag_leffler" -- "$GLINT" fit run/results.h5 --window 3d
expect 0 "glint fit reads its age windows" "^2  *mittag_leffler" -- "$GLINT" fit run/results.h5 --window 3d/g2_ages
if test -e run/results.h5.part || test -e run/results.h5.part.tmp; then not_ok "no half-made results are left"; else ok "no half-made results are left"; fi

# A second algorithm: contrast, spread and R of a window again, from the frames, with numpy.
if "$PYTHON" - run > numpy.txt 2>&1 << 'EOF'
import sys
try:
    import h5py, numpy as np
except ImportError:
    sys.exit(77)
run = sys.argv[1]
for name in ("3d", "2d"):
    f = h5py.File(f"{run}/speckle-{name}.h5", "r")
    I = f["entry/instrument/detector_1/data"][:].astype(float) / f["entry/glint/window/s_of_q"][:]
    r = h5py.File(f"{run}/results.h5", "r")[f"entry/glint/{name}"]
    x = I / I.mean(axis=1, keepdims=True)
    C = x @ x.T / x.shape[1]
    assert np.abs(np.diag(C) - r["contrast"][:]).max() < 1e-4, "contrast"
    T = len(C)
    assert np.abs(np.triu(C) - r["two_time"][:]).max() < 1e-4, "two_time"
    sd = np.diag(C).std(ddof=1)
    assert abs(r["spread/sd"][-1] / sd - 1) < 1e-3, ("spread", r["spread/sd"][-1], sd)
    g = np.array([np.diagonal(C, k).mean() for k in range(T)])
    R1 = (g[2] - 1) / (g[1] - 1)
    assert abs(r["R"][0][2] - R1) < 1e-3, ("R", r["R"][0][2], R1)
    kww = r["fit_kww"]
    assert set(kww["siegert_power"][:]) == {1, 2} and (kww["tau"][:] > 0).all(), "fit_kww"
    # KWW: the power only rescales tau, by 2^(1/beta)
    tau, beta = kww["tau"][:2], kww["beta"][0]
    assert abs(tau[1] / tau[0] / 2 ** (1 / beta) - 1) < 1e-2, ("powers", tau, beta)
EOF
then ok "contrast, TTCF, spread and R as numpy has them"
elif test $? = 77; then skip "numpy peer: h5py or numpy is missing"
else not_ok "contrast, TTCF, spread and R as numpy has them" numpy.txt; fi

# The page: every section, nothing loaded from elsewhere, nothing executed.
for section in summary sample structure windows relaxation intermittency waiting conventions; do
    if grep -q "id=\"$section\"" run/report.html; then ok "section $section"; else not_ok "section $section"; fi
done
for page in run/report.html quick.html; do
    if grep -oE "(src|href)=['\"]?(https?:|//|file:)[^'\"> ]*" "$page" > outside.txt || grep -oE "@import|url\(['\"]?http" "$page" >> outside.txt; then
        not_ok "$page is self-contained" outside.txt
    else
        ok "$page is self-contained"
    fi
    if grep -qiE "<script|javascript:| on(load|click|error)=" "$page"; then not_ok "$page has no script"; else ok "$page has no script"; fi
done
if "$PYTHON" - run/report.html > html.txt 2>&1 << 'EOF'
import sys
from html.parser import HTMLParser
void = {"meta", "img", "br", "link", "hr", "path", "use"}
class Check(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids = [], {}
    def handle_starttag(self, tag, attrs):
        if tag not in void: self.open.append(tag)
        for k, v in attrs:
            if k == "id": self.ids[v] = self.ids.get(v, 0) + 1
    def handle_startendtag(self, tag, attrs):
        for k, v in attrs:
            if k == "id": self.ids[v] = self.ids.get(v, 0) + 1
    def handle_endtag(self, tag):
        if tag in void: return
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]} at {self.getpos()}"
        self.open.pop()
c = Check()
c.feed(open(sys.argv[1], encoding="utf-8").read())
assert not c.open, f"left open: {c.open}"
twice = [k for k, n in c.ids.items() if n > 1]
assert not twice, f"ids used twice: {twice[:5]}"
EOF
then ok "tags close and ids are unique"; else not_ok "tags close and ids are unique" html.txt; fi

if command -v gnuplot > /dev/null; then
    for figure in sample ttcf contrast g2 relaxation fluctuations structure motion; do
        bad=
        for kind in gp svg png; do test -s "run/figures/$figure.$kind" || bad="$bad $figure.$kind"; done
        if test -z "$bad"; then ok "figure $figure"; else echo "missing:$bad" > missing.txt; not_ok "figure $figure" missing.txt; fi
    done
    grep -q "data:image/png;base64," run/report.html && ok "the maps are in the page" || not_ok "the maps are in the page"
    # A user edits a script and runs it again.
    rm run/figures/g2.svg
    (cd run/figures && gnuplot g2.gp) > again.txt 2>&1
    if test -s run/figures/g2.svg; then ok "a figure's script runs by itself"; else not_ok "a figure's script runs by itself" again.txt; fi
else
    skip "figures: gnuplot is not installed"
fi

# Without gnuplot there is still a page, with the data named.
mkdir empty
PATH=$WORK/empty "$GLINT" report run --quick -o plain.html > plain.log 2>&1
code=$?
if test $code = 0 && grep -q "gnuplot was not found" plain.html && grep -q "figures/g2-R1.dat" plain.html; then
    ok "a page without gnuplot"
else
    not_ok "a page without gnuplot" plain.log
fi

# What comes from files is text, never markup.
mkdir hostile
cp run/thermo.csv hostile/
sed 's/hold/<img src=x>/' run/thermo.csv > hostile/thermo.csv
printf '{\n  "potential": "<script>alert(1)</script>"\n}\n' > hostile/run.json
"$GLINT" report hostile -o hostile.html > hostile.log 2>&1
if grep -q "&lt;script&gt;" hostile.html && ! grep -q "<script" hostile.html && ! grep -q "<img src=x" hostile.html; then
    ok "names from files are escaped"
else
    not_ok "names from files are escaped" hostile.log
fi

# Failures.
expect 2 "a folder that is none" "a run folder was expected" -- "$GLINT" report no-such-folder
expect 2 "a folder without a run" "glint run" -- "$GLINT" report empty
cp -r run damaged
head -c 2000 run/speckle-3d.h5 > damaged/speckle-3d.h5
cp damaged/results.h5 before.h5
"$GLINT" report damaged --quick > damaged.log 2>&1
code=$?
if test $code = 1 || test $code = 2; then ok "a truncated speckle file is reported"; else not_ok "a truncated speckle file is reported" damaged.log; fi
if cmp -s before.h5 damaged/results.h5; then ok "old results survive a failure"; else not_ok "old results survive a failure" damaged.log; fi
