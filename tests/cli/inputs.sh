#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every input is accepted by `glint check`, every short.yaml runs, and what its blocks promise is there: hops in situ, defaults from the input.
# limit: 240
. "$(dirname "$0")/../common.sh"

for input in "$ROOT"/inputs/*/*.yaml; do
    expect 0 "glint check ${input#"$ROOT"/}" "stages:" -- env -C "$ROOT" "$GLINT" check "$input" # as its README says: from there
done
for input in "$ROOT"/inputs/*/short.yaml; do
    name=$(basename "$(dirname "$input")")
    expect 0 "glint run inputs/$name/short.yaml" "steps in" -- "$GLINT" run "$input" -o "$name"
    test -s "$name/run.json" && ok "$name: run.json" || not_ok "$name: run.json"
done

# ---- wahnstrom-windows: speckles and hops, the block analysis: ----
W=wahnstrom-windows
expect 0 "$W: ttcf takes its null model from the input" "defaults from the run's input:.*surrogates 100" -- \
    "$GLINT" ttcf $W/speckle-1d.h5 --group 0
grep -q "surrogate" out.txt && ok "$W: surrogates are made" || not_ok "$W: surrogates are made" both.txt
expect 0 "$W: the command line wins" "" -- "$GLINT" ttcf $W/speckle-1d.h5 --group 0 --null exact
grep -q "surrogates" out.txt && not_ok "$W: --null exact makes no surrogates" out.txt || ok "$W: --null exact makes no surrogates"
expect 0 "$W: report" "report.html" -- "$GLINT" report $W --quick
grep -q "found while the atoms moved" $W/report.html && ok "$W: the page says where hops come from" || not_ok "$W: the page says where hops come from"
grep -q "asked for in the input.*surrogates 100" $W/report.html && ok "$W: the page echoes analysis:" || not_ok "$W: the page echoes analysis:"
expect 0 "$W: fit takes models and powers from the input" "defaults from the run's input:.*kww, ml" -- "$GLINT" fit $W/results.h5 --window 3d

# ---- wahnstrom-waiting: hops by age, logarithmic trajectory, the block waiting: ----
W=wahnstrom-waiting
expect 0 "$W: waiting reads the record of hops" "from $W/hops-run.h5" -- "$GLINT" waiting $W
grep -q "as the run's input says: waiting: models power, .*blocks 20" out.txt && ok "$W: waiting: is in effect" || not_ok "$W: waiting: is in effect" out.txt
grep -q "error of alpha by blocks of atoms" out.txt && ok "$W: errors by blocks" || not_ok "$W: errors by blocks" out.txt
expect 0 "$W: the trajectory can be asked for" "from $W$" -- "$GLINT" waiting $W --trajectory --cage 0.25 -p 0
expect 0 "$W: fewer laws" "the exponential law was not compared" -- "$GLINT" waiting $W --models power,lognormal
expect 0 "$W: msd of logarithmic frames" "not equally spaced" -- "$GLINT" msd $W
expect 0 "$W: isf of logarithmic frames" "not equally spaced" -- "$GLINT" isf $W -q 7.3
expect 0 "$W: report" "report.html" -- "$GLINT" report $W --quick
grep -q "The same for each age window" $W/report.html && ok "$W: ages on the page" || not_ok "$W: ages on the page"
expect 2 "$W: an unknown stage" "no record of hops of a stage 'rum'" -- "$GLINT" waiting $W --stage rum

# ---- deposition-cuzr: films in metal units (more in film_metal.sh) ----
expect 0 "deposition-cuzr: a film beside nothing" "units: energy eV, .*T K, time ps" -- "$GLINT" stability deposition-cuzr

# ---- words that are not known are found before hours are spent ----
bad() { # NAME PATTERN SET
    expect 2 "$1" "$2" -- "$GLINT" check "$ROOT/inputs/wahnstrom-waiting/short.yaml" --set "$3"
}
bad "misspelt law" "did you mean 'lognormal'" "waiting.models=[lognorml]"
bad "misspelt censoring" "did you mean 'kaplan-meier'" "waiting.censoring=kaplan-meyer"
bad "contradiction" "kaplan-meier counts the waits" "waiting.window_bias=none"
bad "misspelt key of hops" "did you mean 'distance'" "hops.distanse=0.5 r1"
bad "misspelt stage of hops" "did you mean run" "hops.in=runn"
bad "misspelt preset" "did you mean 'riechers'" "hops.also.preset=riecher"
bad "hop distance without unit" "hops.distance" "hops.distance=0.5"
bad "age windows shorter than the confirmation" "not longer than the time a hop takes" "hops.ages=12 windows, logarithmic"
bad "misspelt schedule" "log 5 per decade" "trajectory.schedule=log per decade"
bad "no room for a frame" "do not fit" "trajectory={every: 0.1 tau, keep: 10 kB}"
expect 2 "no temperature to begin with" "first stage must say its temperature" -- "$GLINT" check "$ROOT/inputs/wahnstrom-waiting/short.yaml" --set "stages=[{anneal: {for: 9 steps}}]"
expect 0 "an anneal where the stage before ended" "2-anneal +anneal +9 steps +T 0.4 to 0.4" -- "$GLINT" check "$ROOT/inputs/wahnstrom-waiting/short.yaml" \
    --set "stages=[{quench: {T: 0.5 eps/kB, to: 0.4 eps/kB, for: 9 steps}}, {anneal: {for: 9 steps}}]" --set "hops.in=[]"
bad "surrogates too few" "100" "analysis.null.surrogate=20 seeds"

# ---- check --cost ----
expect 0 "check --cost: a record that is too short" "shorter than 5 tau_alpha" -- "$GLINT" check "$ROOT/inputs/wahnstrom-windows/short.yaml" --cost
expect 0 "check --cost: times of metal units are in ps" "record 2 ps; .*: 0\.4 ps" -- "$GLINT" check "$ROOT/inputs/cu50zr50-glass/short.yaml" --cost
expect 0 "check --cost: few pixels" "fewer than 3 pixels" -- "$GLINT" check "$ROOT/inputs/wahnstrom-windows/short.yaml" --cost \
    --set "speckle.windows.1d={kind: spot, pixels: 2 in a line, at: all disjoint on peak}"
expect 0 "check --cost: keep lengthens every" "lengthened to fit" -- "$GLINT" check "$ROOT/inputs/wahnstrom-waiting/short.yaml" --cost \
    --set "trajectory={every: 0.05 tau, keep: 0.4 MB at most}"
expect 0 "a trajectory in a given room" "trajectory: every [0-9]+-th frame" -- "$GLINT" run "$ROOT/inputs/wahnstrom-waiting/short.yaml" -o room \
    --set "trajectory={every: 0.05 tau, keep: 0.4 MB at most}"
size=$(stat -c %s room/trajectory.h5)
test "$size" -lt 480000 && ok "the room is kept ($size bytes; limit 400,000 for frames, the rest is HDF5's)" || not_ok "the room is kept: $size bytes"
