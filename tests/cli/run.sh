#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# glint run: what a wrong input is told (file, line, key, what was expected), folders in use, exit codes.
. "$(dirname "$0")/../common.sh"

# wrong NAME PATTERN 'SED SCRIPT': the short case, changed, must be refused with exit code 2 and a message like PATTERN.
wrong() {
    sed -E "$3" "$SHORT" > wrong.yaml
    if cmp -s "$SHORT" wrong.yaml; then not_ok "$1: the change did nothing"; return; fi
    expect 2 "$1" "$2" -- "$GLINT" run wrong.yaml -o "never"
    test ! -e never/run.json || not_ok "$1: it ran nevertheless"
    rm -rf never
}

expect 2 "a missing input" "nosuch.yaml" -- "$GLINT" run nosuch.yaml -o x
expect 2 "no run folder given" "-o DIR" -- "$GLINT" run "$SHORT"
expect 2 "an empty folder cannot be resumed" "" -- "$GLINT" run -o empty --resume
wrong "an unknown key" "wrong.yaml:6.*seeed.*did you mean" 's/^seed: 1/seeed: 1/'
wrong "an unknown stage" "wrong.yaml:8.*mellt.*melt" 's/- melt:/- mellt:/'
wrong "an unknown window kind" "wrong.yaml:1[0-9].*shall.*shell" 's/kind: shell/kind: shall/'
wrong "a unit of another quantity" "wrong.yaml:5.*sigma" 's/^dt: .*/dt: 0.005 sigma/'
wrong "no unit" "wrong.yaml:5" 's/^dt: .*/dt: 0.005/'
wrong "a negative rate" "wrong.yaml:9" 's/to: 0.45 eps.kB, for: 600 steps/to: 0.45 eps\/kB, rate: -1e-3 eps\/kB\/tau/'
wrong "a quench that heats" "wrong.yaml:9.*heat" 's/quench: \{to: 0.45/quench: {to: 0.95/'
wrong "a negative density" "wrong.yaml:4" 's/density: 1.1/density: -1.1/'
wrong "fractions that do not add up" "wrong.yaml:4" 's/A: 0.5, B: 0.5/A: 0.5, B: 0.7/'
wrong "an unknown potential" "wrong.yaml:2.*wahnstrom" 's/name: wahnstrom/name: wahnstrum/'
wrong "a YAML syntax error" "wrong.yaml:[0-9]+" 's/^stages:/stages: [/'
wrong "observed speckle without windows" "wrong.yaml:10.*speckle" '/^speckle:/,/1d:/d'
sed -e 's/^seed: 1/seeed: 1/' -e 's/^dt: .*/dt: 0.005 sigma/' "$SHORT" > wrong.yaml
expect 2 "two mistakes are told at once (first)" "wrong.yaml:5" -- "$GLINT" run wrong.yaml -o never
expect 2 "two mistakes are told at once (second)" "wrong.yaml:6" -- "$GLINT" run wrong.yaml -o never
expect 2 "--set of an unknown key" "sede" -- "$GLINT" run "$SHORT" -o never --set sede=3
expect 2 "an unknown GLINT_ISA" "GLINT_ISA" -- env GLINT_ISA=mmx "$GLINT" run "$SHORT" -o never
expect 2 "--threads wants a number" "--threads" -- "$GLINT" run "$SHORT" -o never --threads many

# Atoms on top of each other: refused or unphysical, never a trajectory.
cat > overlap.xyz <<'XYZ'
4
Lattice="12 0 0 0 12 0 0 0 12" Properties=species:S:1:pos:R:3:id:I:1 pbc="T T T" units=lj
A 1.0 1.0 1.0 1
B 1.0 1.0 1.0 2
A 5.0 5.0 5.0 3
B 8.0 8.0 8.0 4
XYZ
cat > overlap.yaml <<'YAML'
potential: wahnstrom
atoms: {file: overlap.xyz}
stages:
  - anneal: {T: 0.5 eps/kB, for: 50 steps}
YAML
timeout 60 "$GLINT" run overlap.yaml -o overlap > out.txt 2>&1
code=$?
if { test $code = 2 || test $code = 3; } && grep -qiE "overlap|distance|same place|force|energy|NaN|finite" out.txt; then ok "overlapping atoms: exit code $code"
else echo "exit code $code" >> out.txt; not_ok "overlapping atoms: exit code 2 or 3" out.txt; fi

# Folders.
BRIEF=(--set "stages.0.melt.for=50 steps" --set "stages.1.quench.for=50 steps" --set "stages.2.anneal.for=100 steps")
expect 0 "a short run" "" -- "$GLINT" run "$SHORT" -o a "${BRIEF[@]}"
bad=
for f in input.yaml run.json thermo.csv trajectory.h5 speckle-3d.h5 speckle-2d.h5 speckle-1d.h5 checkpoint.h5; do
    test -s "a/$f" || bad="$bad $f"
done
if test -z "$bad"; then ok "the run folder is complete"; else not_ok "not in the run folder:$bad"; fi
find a -name '*.tmp' | grep -q . && not_ok "temporary files are left" || ok "no temporary file is left"
before=$(sha256sum a/* | sha256sum)
expect 2 "a second run into the same folder is refused" "already holds a run.*--resume" -- "$GLINT" run "$SHORT" -o a "${BRIEF[@]}"
expect 2 "--force does not overwrite a run either" "already holds a run" -- "$GLINT" run "$SHORT" -o a --force
if test "$before" = "$(sha256sum a/* | sha256sum)"; then ok "the refused runs touched nothing"; else not_ok "the refused runs changed the folder"; fi
expect 0 "the effective input is an input" "" -- "$GLINT" run a/input.yaml -o b
same "the effective input gives the same run" a b
expect 0 "a finished run resumed is done" "" -- "$GLINT" run -o b --resume
same "and has not moved" a b
expect 2 "resumed with another seed" "seed" -- "$GLINT" run -o b --resume --set seed=5
$PYTHON - > err.txt 2>&1 << "PY" && ok "run.json: phases make up the wall time" || not_ok "run.json: phases make up the wall time" err.txt
import json
r = json.load(open("a/run.json"))
phases = r["phases"]
assert set(phases) == {"force", "list", "halo", "integrate", "observe", "wait", "other"}, phases
total = sum(p["seconds"] for p in phases.values())
assert abs(total - r["wall_seconds"]) < 0.02 * r["wall_seconds"], (total, r["wall_seconds"])
assert abs(sum(p["share"] for p in phases.values()) - 1) < 0.02, phases
assert phases["force"]["seconds"] > 0 and phases["observe"]["seconds"] > 0, phases
PY

# A damaged checkpoint: the one before is used, with a warning; both damaged: a clear message.
expect 4 "stopped" "" -- bash -c 'mkdir c; touch c/stop; "$0" run "$1" -o c' "$GLINT" "$SHORT"
rm -f c/stop
expect 4 "stopped again" "" -- "$GLINT" run -o c --resume --set "limit.time=30 steps"
test -e c/checkpoint-previous.h5 && ok "the previous checkpoint is kept" || not_ok "the previous checkpoint is kept"
head -c 3000 c/checkpoint.h5 > cut && mv cut c/checkpoint.h5
expect 0 "a truncated checkpoint: on from the previous one" "going on from .*checkpoint-previous.h5" -- "$GLINT" run -o c --resume
expect 0 "the whole short case" "" -- "$GLINT" run "$SHORT" -o whole
same "from the previous checkpoint to the same bits" whole c
for f in c/checkpoint*.h5; do echo "not HDF5" > "$f"; done
expect 2 "no readable checkpoint" "no checkpoint can be read" -- "$GLINT" run -o c --resume

# Places that cannot be written.
expect 1 "a folder that cannot be made" "/proc/nowhere" -- "$GLINT" run "$SHORT" -o /proc/nowhere
limited() { (ulimit -f "$1"; trap '' XFSZ; exec timeout 60 "$GLINT" run "$SHORT" -o "full$1"); }
for blocks in 8 100; do # of 1 KiB: the log alone does not fit; the streams do not fit
    limited $blocks > out.txt 2>&1
    code=$?
    if test $code = 1 && grep -qE "cannot (write|flush|create|close)|File too large|disk full" out.txt; then ok "files limited to $blocks KiB: exit code 1 and a reason"
    else echo "exit code $code" >> out.txt; not_ok "files limited to $blocks KiB: exit code 1 and a reason" out.txt; fi
done
if mkdir tiny && mount -t tmpfs -o size=256k none tiny 2>/dev/null; then
    timeout 60 "$GLINT" run "$SHORT" -o tiny/run > out.txt 2>&1
    code=$?
    umount tiny
    if test $code = 1 && grep -qiE "cannot|full|space" out.txt; then ok "a full disk: exit code 1"; else echo "exit code $code" >> out.txt; not_ok "a full disk: exit code 1" out.txt; fi
else skip "a full disk: no tmpfs may be mounted here"; fi
