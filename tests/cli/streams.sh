#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Streams after a restart: one that cannot be read is moved aside with a warning, one that lost frames is told, one of
# another run is refused; the trajectory of the atoms is the same in every case. And five kills of a run (the long version
# is tests/fault/kill9.sh).
# limit: 120
. "$(dirname "$0")/../common.sh"

# Stop in the middle of the observed stage.
SET=(--set "stages.0.melt.for=100 steps" --set "stages.1.quench.for=100 steps" --set "stages.2.anneal.for=4000 steps"
     --set "trajectory.every=0.1 tau")
"$GLINT" run "$SHORT" -o stopped "${SET[@]}" > stopped.log 2>&1 &
pid=$!
for i in $(seq 300); do
    size=$(stat -c %s stopped/trajectory.h5 2>/dev/null || echo 0)
    test "$size" -gt 300000 && break
    sleep 0.05
done
kill -USR1 $pid
wait $pid
code=$?
if test $code = 4; then ok "stopped while observing"; else not_ok "stopped while observing: exit code $code" stopped.log; exit 1; fi

resume() { timeout 100 "$GLINT" run -o "$1" --resume > out.txt 2>&1; }
cp -r stopped good
resume good
if grep -qE "moved aside|lost" out.txt; then not_ok "whole streams: no warning" out.txt; else ok "whole streams: no warning"; fi

cp -r stopped broken
head -c 5000 stopped/trajectory.h5 > broken/trajectory.h5
echo "not HDF5" > broken/speckle-3d.h5
resume broken
code=$?
if test $code = 0 && grep -q "trajectory.h5.*moved aside" out.txt && grep -q "speckle-3d.h5.*moved aside" out.txt; then ok "unreadable streams are moved aside with a warning"
else echo "exit code $code" >> out.txt; not_ok "unreadable streams are moved aside with a warning" out.txt; fi
ls broken/trajectory.h5.unreadable-* broken/speckle-3d.h5.unreadable-* > out.txt 2>&1 && ok "and kept" || not_ok "and kept" out.txt
same "and the atoms go on to the same bits" good broken

# After a kill the copy of the last flush takes the place of whatever the kill left.
cp -r stopped killed
cp killed/trajectory.h5 killed/trajectory.h5.safe
cp killed/speckle-3d.h5 killed/speckle-3d.h5.safe
head -c 5000 stopped/trajectory.h5 > killed/trajectory.h5
echo "not HDF5" > killed/speckle-3d.h5
resume killed
if h5diff -q good/trajectory.h5 killed/trajectory.h5 /particles /particles && test ! -e killed/trajectory.h5.safe &&
    h5diff -q good/speckle-3d.h5 killed/speckle-3d.h5 /entry/instrument /entry/instrument; then ok "streams broken by a kill are put back whole"
else not_ok "streams broken by a kill are put back whole" out.txt; fi

cp -r stopped short
$PYTHON - << 'PY' > out.txt 2>&1
import h5py
with h5py.File("short/speckle-1d.h5", "r+") as f:
    d = f["/entry/instrument/detector_1"]
    for name in ("data", "time", "step"):
        d[name].resize(d[name].shape[0] - 2, axis=0)
PY
if test $? = 0; then
    resume short
    if grep -q "speckle-1d.h5 ends at step.*lost" out.txt; then ok "lost frames are told"; else not_ok "lost frames are told" out.txt; fi
else skip "lost frames are told: no h5py here"; fi

cp -r stopped foreign
cp foreign/speckle-2d.h5 foreign/speckle-3d.h5
expect 2 "a stream of another window is refused" "another run" -- "$GLINT" run -o foreign --resume
test -e foreign/speckle-3d.h5 && ok "and left alone" || not_ok "and left alone"

KILLS=5 bash "$ROOT/tests/fault/kill9.sh"
