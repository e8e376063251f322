#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Files that are missing, truncated, foreign or hold nonsense: exit code 2 and a message that names them; never a crash.
. "$(dirname "$0")/../common.sh"

"$GLINT" run "$SHORT" -o a > a.log 2>&1
if test ! -s a/speckle-3d.h5; then not_ok "the run that makes the files" a.log; exit 1; fi
printf 'not a file of ours\n' > text.h5
head -c 4000 a/speckle-3d.h5 > cut.h5
head -c 4000 a/trajectory.h5 > cut-trajectory.h5
cp a/checkpoint.h5 foreign.h5 # no speckles
cp a/speckle-3d.h5 foreign-atoms.h5
head -c 4000 a/checkpoint.h5 > cut-checkpoint.h5

# What each reading command is given after its file.
extra() {
    case $1 in
    energy) echo "--potential wahnstrom" ;;
    convert) echo "out.xyz" ;;
    speckle) echo "--window shell -o out.h5" ;;
    esac
}
has() { grep -q "X($1)" "$ROOT/src/commands.h"; }
for c in energy convert speckle ttcf g2 fit msd isf strings structure waiting; do
    has $c || continue
    more=$(extra $c)
    expect 2 "glint $c: a missing file" "nosuch.h5" -- "$GLINT" $c nosuch.h5 $more
    expect 2 "glint $c: a text file called .h5" "text.h5" -- "$GLINT" $c text.h5 $more
    expect 2 "glint $c: a truncated HDF5 file" "cut" -- "$GLINT" $c "$(case $c in ttcf | g2) echo cut.h5 ;; *) echo cut-trajectory.h5 ;; esac)" $more
    expect 2 "glint $c: HDF5 of another kind" "foreign" -- "$GLINT" $c "$(case $c in ttcf | g2 | fit) echo foreign.h5 ;; *) echo foreign-atoms.h5 ;; esac)" $more
done
expect 2 "glint convert: a truncated checkpoint" "cut-checkpoint.h5" -- "$GLINT" convert cut-checkpoint.h5 out.xyz
expect 0 "glint convert: a checkpoint" "checkpoint" -- "$GLINT" convert a/checkpoint.h5 last.xyz
"$GLINT" energy a/checkpoint.h5 --potential wahnstrom --json > from-checkpoint.txt 2> err.txt
"$GLINT" energy last.xyz --potential wahnstrom --json > from-xyz.txt 2> err.txt
test -s from-xyz.txt && cmp -s from-checkpoint.txt from-xyz.txt && ok "the same energy from both" || not_ok "the same energy from both" from-xyz.txt
expect 2 "glint energy without a potential" "--potential" -- "$GLINT" energy a/trajectory.h5
expect 2 "glint energy: an unknown potential" "wahnstrom" -- "$GLINT" energy a/trajectory.h5 --potential wahnstrum
expect 2 "glint speckle: an unknown window" "shell" -- "$GLINT" speckle a/trajectory.h5 --window shall -o out.h5

cat > nan.xyz <<'XYZ'
2
Lattice="12 0 0 0 12 0 0 0 12" Properties=species:S:1:pos:R:3:id:I:1 pbc="T T T" units=lj
A 1.0 1.0 1.0 1
B 1.0 nan 3.0 2
XYZ
expect 2 "a position that is not a number: file and line" "nan.xyz:4" -- "$GLINT" energy nan.xyz --potential wahnstrom

if has ttcf; then
    expect 0 "glint ttcf of the run" "" -- "$GLINT" ttcf a/speckle-3d.h5 -o results.h5
    expect 0 "glint g2 of the stored result" "" -- "$GLINT" g2 results.h5
    cp a/speckle-3d.h5 nan.h5
    if $PYTHON -c 'import h5py; f = h5py.File("nan.h5", "r+"); f["/entry/instrument/detector_1/data"][5, 7] = float("nan")' 2>/dev/null; then
        expect 2 "glint ttcf: a pixel that is not a number" "nan.h5.*(NaN|not a number|finite)" -- "$GLINT" ttcf nan.h5
        "$GLINT" ttcf --help | grep -q -- --mask-nan && expect 0 "glint ttcf --mask-nan pixel" "" -- "$GLINT" ttcf nan.h5 --mask-nan pixel
    else skip "glint ttcf: a pixel that is not a number: no h5py here"; fi
    "$GLINT" ttcf a/speckle-3d.h5 > /dev/full 2> err.txt
    code=$?
    if test $code = 1; then ok "glint ttcf > /dev/full: exit code 1"; else echo "exit code $code" >> err.txt; not_ok "glint ttcf > /dev/full: exit code 1" err.txt; fi
fi
