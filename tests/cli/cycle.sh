#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The stage `cycle`: the bits of the stages one would have typed, a speckle record for every isotherm, stops, refusals.
. "$(dirname "$0")/../common.sh"

begin() { # the start of an input: 500 atoms, melted for a moment
    cat <<'YAML'
potential: wahnstrom
Tg: {value: 0.37 eps/kB, rate: 1e-3 eps/kB/tau, construction: V(T), pressure: 0}
atoms: {N: 500, A: 0.5, B: 0.5, density: 1.1 /sigma^3}
seed: 3
speckle: {every: 10 steps, windows: {3d: {kind: shell, range: 5 /sigma to 7 /sigma}}}
stages:
  - melt: {T: 0.6 eps/kB, P: 0, for: 60 steps}
YAML
}
{ begin; echo '  - cycle: {T: [1.2, 1.1] Tg, hold: 40 steps, rate: 0.5 eps/kB/tau, times: 2, then: 1.0 Tg, P: 0, box: fixed at mean volume, settle: 20 steps, observe: speckle, label: c}'; } > cycle.yaml
iso='for: 40 steps, P: 0, box: fixed at mean volume, settle: 20 steps, observe: speckle'
ramp='rate: 0.5 eps/kB/tau, P: 0'
{ begin; cat <<YAML
  - quench: {to: 1.2 Tg, $ramp}
  - anneal: {T: 1.2 Tg, $iso, label: c-i0-T0}
  - quench: {to: 1.1 Tg, $ramp}
  - anneal: {T: 1.1 Tg, $iso, label: c-i0-T1}
  - heat: {to: 1.2 Tg, $ramp}
  - anneal: {T: 1.2 Tg, $iso, label: c-i1-T0}
  - quench: {to: 1.1 Tg, $ramp}
  - anneal: {T: 1.1 Tg, $iso, label: c-i1-T1}
  - quench: {to: 1.0 Tg, $ramp}
YAML
} > typed.yaml

expect 0 "cycle: check lists its stages" "c-i1-to-T0 +heat" -- "$GLINT" check cycle.yaml
expect 0 "cycle: it runs" "c-then" -- "$GLINT" run cycle.yaml -o cycle
expect 0 "cycle: as typed" "" -- "$GLINT" run typed.yaml -o typed
same "cycle: the bits of the stages it stands for" cycle typed
$PYTHON - > out.txt 2>&1 <<'PY' && ok "cycle: a record for every isotherm" || not_ok "cycle: a record for every isotherm" out.txt
import h5py, glob
names = sorted(glob.glob("cycle/speckle-*.h5"))
assert names == ["cycle/speckle-c-i%d-T%d-3d.h5" % (i, j) for i in range(2) for j in range(2)], names
for name in names:
    a, b = h5py.File(name), h5py.File(name.replace("cycle/", "typed/"))
    assert (a["entry/instrument/detector_1/data"][:] == b["entry/instrument/detector_1/data"][:]).all(), name
    assert a["entry/instrument/detector_1/data"].shape[0] == 4
PY

mkdir stops && touch stops/stop
expect 4 "cycle: stopped" "" -- "$GLINT" run cycle.yaml -o stops
rm stops/stop
n=0 code=4
while test $code = 4 && test $n -lt 40; do
    timeout 60 "$GLINT" run -o stops --resume --set "limit.time=$((7 + 5 * n)) steps" > stops.log 2>&1
    code=$?
    n=$((n + 1))
done
if test $code = 0 && test $n -gt 1; then same "cycle: stopped $n times" cycle stops; else echo "exit code $code" >> stops.log; not_ok "cycle: stops" stops.log; fi

# A pre-anneal, and the same input without it.
{ begin; echo '  - cycle: {T: 1.3 Tg, hold: 20 steps, rate: 1 eps/kB/tau, then: 0.9 Tg, label: pre}'; } > pre.yaml
expect 0 "cycle: a pre-anneal" "pre-then +quench .*T 0.481 to 0.333" -- "$GLINT" check pre.yaml
expect 0 "cycle: that does not take place" "pre-then +quench .*T 0.6 to 0.333" -- "$GLINT" check pre.yaml --set pre.times=0
expect 2 "cycle refused: no rate" "rate" -- "$GLINT" check pre.yaml --set 'pre={T: 1 Tg, hold: 3 tau}'
expect 2 "cycle refused: a free box without pressure" "needs a pressure" -- "$GLINT" check pre.yaml --set 'pre.box=free'
expect 2 "cycle refused: a label twice" "c-i0-T0. was given" -- "$GLINT" check cycle.yaml --set 'stages.2={cycle: {T: 1 Tg, hold: 3 tau, rate: 1 eps/kB/tau, label: c}}'

# An anneal that is looked at: the bits of anneals and measures one would have typed.
{ begin; echo '  - anneal: {T: 1.2 Tg, for: 60 steps, P: 0, box: fixed at mean volume, settle: 20 steps, observe: profiles, label: hold, look: {at: [0, 10, 40] steps, eis: all, profiles: z, mobility: 5 steps}}'
  echo '  - anneal: {for: 0.2 tau, P: 0, label: last, look: {every: 0.05 tau, eis: all, pressure: 0}}'; } > looks.yaml
{ begin; cat <<'YAML'
  - measure: {eis: all, profiles: z, mobility: 5 steps, label: hold-t0}
  - anneal: {T: 1.2 Tg, for: 10 steps, P: 0, box: fixed at mean volume, settle: 20 steps, observe: profiles, label: hold-2}
  - measure: {eis: all, profiles: z, mobility: 5 steps, label: hold-t0.05}
  - anneal: {for: 30 steps, observe: profiles, label: hold-3}
  - measure: {eis: all, profiles: z, mobility: 5 steps, label: hold-t0.2}
  - anneal: {for: 20 steps, observe: profiles, label: hold}
  - anneal: {for: 10 steps, P: 0, label: last-1}
  - measure: {eis: all, pressure: 0, label: last-t0.05}
  - anneal: {for: 10 steps, P: 0, label: last-2}
  - measure: {eis: all, pressure: 0, label: last-t0.1}
  - anneal: {for: 10 steps, P: 0, label: last-3}
  - measure: {eis: all, pressure: 0, label: last-t0.15}
  - anneal: {for: 10 steps, P: 0, label: last}
  - measure: {eis: all, pressure: 0, label: last-t0.2}
YAML
} > typed-looks.yaml
expect 0 "look: check lists its stages" "hold-3 +anneal +30 steps" -- "$GLINT" check looks.yaml
expect 0 "look: it runs" "" -- "$GLINT" run looks.yaml -o looks
expect 0 "look: as typed" "" -- "$GLINT" run typed-looks.yaml -o typed-looks
same "look: the bits of the stages it stands for" looks typed-looks
for f in measure-hold-t0.05.json measure-last-t0.15.json profile-hold-t0.2.csv; do
    cmp -s "looks/$f" "typed-looks/$f" && ok "look: $f" || not_ok "look: $f"
done
{ cat looks.yaml; echo '  - restore: {stage: hold}'; echo '  - anneal: {for: 10 steps, label: branch}'; echo 'keep: [hold]'; } > kept.yaml
expect 0 "look: its end can be kept and restored" "branch +anneal +10 steps" -- "$GLINT" check kept.yaml
expect 0 "look: the effective input can be read again" "hold-3 +anneal +30 steps" -- "$GLINT" check looks/input.yaml
{ begin; echo '  - anneal: {for: 20 steps, look: {at: 10 steps, eis: all}}'; } > plain.yaml
expect 0 "look: without a label" "^  t0.05 +measure" -- "$GLINT" check plain.yaml
grep -qE "^  2-anneal-1 +anneal +10 steps" out.txt && grep -qE "^  2-anneal +anneal +10 steps" out.txt && ok "look: its anneals" || not_ok "look: its anneals" out.txt
expect 2 "look: after the end" "a look at 0.5, after the end of the anneal at 0.3" -- "$GLINT" check looks.yaml --set "hold.look.at=[0.1, 0.5] tau"
expect 2 "look: times that do not increase" "a look at 0.1 after one at 0.2" -- "$GLINT" check looks.yaml --set "hold.look.at=[0.2, 0.1] tau"
expect 2 "look: both" "either .at. or .every." -- "$GLINT" check looks.yaml --set "hold.look.every=0.1 tau"
expect 2 "look: never" "would not be looked at" -- "$GLINT" check looks.yaml --set "last.look.every=1 tau"
expect 2 "look: at nothing" "nothing to measure" -- "$GLINT" check typed.yaml --set "c-i0-T0.look={at: [0.1] tau}"
expect 2 "look: a record cannot go on" "would end the record of 'speckle'" -- "$GLINT" check typed.yaml --set "c-i0-T0.look={at: [0.1] tau, eis: all}"
expect 2 "look: too many" "more than 60 looks" -- "$GLINT" check looks.yaml --set "hold.for=2000 tau" --set "hold.look={every: 1 tau, eis: all}"
