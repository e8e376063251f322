#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Hops found while the atoms move: the same as in a trajectory of the same frames, for any number of ranks, and after
# many stops. A warm, small, dense liquid, so that there are thousands of hops in seconds.
# limit: 200
. "$(dirname "$0")/../common.sh"
cat > hops.yaml <<'END'
potential: {name: wahnstrom, cutoff: 2.5 aa, shift: energy}
atoms: {N: 300, A: 0.5, B: 0.5}
dt: 0.005 tau
seed: 1
stages:
  - melt:   {T: 1.2 eps/kB, for: 100 steps}
  - anneal: {T: 1.0 eps/kB, for: 3000 steps, label: run, observe: trajectory}
hops:
  in: run
  every: 20 steps
  reference: cage mean over 0.5 tau
  distance: [0.4, 0.6] r1
  persist: [0, 0.4] tau
  also: {p_hop: {window: 1 tau, threshold: 0.2 sigma^2}, preset: riechers}
  ages: 3 windows, logarithmic
trajectory: {every: 20 steps, precision: double}
END
GROUP=/entry/glint/waiting_times

equal() { # NAME FILE FILE: every dataset, bit for bit; h5diff -c says what only one of them has
    h5diff -c "$2" "$3" $GROUP $GROUP > differ.txt 2>&1
    local code=$?
    if test $code = 0 && ! grep -q "Not comparable\|^<" differ.txt; then ok "$1"; else not_ok "$1" differ.txt; fi
}
hops_in() { h5dump -d "$GROUP/hops" -m %.0f "$1" 2>/dev/null | grep -o ': [0-9, ]*' | tr -d ': ' | tr -d '\n'; }

timeout 100 "$GLINT" run hops.yaml -o whole > whole.log 2>&1
if ! test -f whole/hops-run.h5; then not_ok "a run that watches hops" whole.log; exit 1; fi
counts=$(hops_in whole/hops-run.h5)
if test "${counts%%,*}" -gt 500 2>/dev/null; then ok "hops are found ($counts)"; else echo "hops: $counts" > few.txt; not_ok "hops are found" few.txt; fi

# The trajectory holds the same frames in double precision: the same detector must say the same, to the last bit.
r1=$(h5dump -a $GROUP/r1 -m %.17g whole/hops-run.h5 | sed -n 's/.*(0): //p')
expect 0 "waiting times from the trajectory" "" -- "$GLINT" waiting whole/trajectory.h5 --r1 "$r1" --cage 0.5 -d '0.4,0.6 r1' \
    -p '0,0.4' --p-hop 1,0.2 --preset riechers --ages 3 -o trajectory.h5
h5diff trajectory.h5 whole/hops-run.h5 $GROUP/row_1 $GROUP/row_1 > differ.txt 2>&1 || not_ok "row 1 differs" differ.txt
for r in $(seq 24); do
    h5diff -q trajectory.h5 whole/hops-run.h5 $GROUP/row_$r $GROUP/row_$r || echo "row $r" >> rows.txt
done
for c in age_from age_to hops atoms_that_hopped reversible straight_returns excursions; do
    h5diff -q trajectory.h5 whole/hops-run.h5 $GROUP/$c $GROUP/$c || echo "$c" >> rows.txt
done
if test -s rows.txt; then not_ok "hops in situ are those of the trajectory, bit for bit" rows.txt
else ok "hops in situ are those of the trajectory, bit for bit"; fi

# Stops everywhere: the request is there before the stage begins, then a little later each time.
mkdir stops && touch stops/stop
timeout 100 "$GLINT" run hops.yaml -o stops > stops.log 2>&1
rm stops/stop
n=0 code=4
while test $code = 4 && test $n -lt 40; do
    timeout 100 "$GLINT" run -o stops --resume --set "limit.time=$((30 + 20 * n)) steps" > stops.log 2>&1
    code=$?
    n=$((n + 1))
done
if test $code = 0 && test $n -gt 3; then ok "stopped $n times, then done"; else echo "exit code $code after $n stops" >> stops.log; not_ok "stops" stops.log; fi
equal "$n stops: the same hops" whole/hops-run.h5 stops/hops-run.h5
test -e stops/hops-run.h5.safe && not_ok "no copy is left behind" || ok "no copy is left behind"

# Another block, another length: not the same observation.
started() { local i; for i in $(seq 300); do grep -q '^hops of stage' "$1.log" 2>/dev/null && return 0; sleep 0.1; done; return 1; }
"$GLINT" run hops.yaml -o other --set "stages.1.anneal.for=1000000 steps" > other.log 2>&1 &
pid=$!
started other; sleep 0.3
kill -USR1 $pid; wait $pid
expect 2 "--resume with another block is refused" "another .hops:. block" -- "$GLINT" run -o other --resume --set "hops.distance=[0.5, 0.6] r1"
expect 2 "--resume with another length is refused" "another length of stage run" -- "$GLINT" run -o other --resume --set "stages.1.anneal.for=5000 steps"

# Killed after the stage, before the next checkpoint: the restart leads back into the stage, and to the same table.
mkdir later && touch later/stop
LATER=(--set "stages.2={anneal: {T: 1.0 eps/kB, for: 10000000 steps}}")
timeout 100 "$GLINT" run hops.yaml -o later "${LATER[@]}" > later.log 2>&1
rm later/stop
timeout 100 "$GLINT" run -o later --resume --set "limit.time=500 steps" > later.log 2>&1
grep -q "stopped on request at step" later.log && grep -q "hops of stage run" later.log && ok "stopped within the stage" || not_ok "stopped within the stage" later.log
"$GLINT" run -o later --resume > killed.log 2>&1 & # a log of its own: an old one would already say what is waited for
pid=$!
for i in $(seq 600); do grep -qs '^stage 3' killed.log && break; sleep 0.05; done
kill -9 $pid; wait $pid 2>/dev/null
test -e later/hops-run.h5.safe && ok "killed after the stage: the stream has its copy" || not_ok "killed after the stage: the stream has its copy" killed.log
"$GLINT" run -o later --resume --set "limit.wall=20 s" > last.log 2>&1 &
pid=$!
for i in $(seq 600); do grep -qs '^stage 3' last.log && break; sleep 0.05; done
kill -USR1 $pid; wait $pid
equal "killed after the stage, resumed: the same hops" whole/hops-run.h5 later/hops-run.h5
test -e later/hops-run.h5.safe && not_ok "the next checkpoint removes the copy" last.log || ok "the next checkpoint removes the copy"

has_mpi || { skip "ranks: no mpirun here"; exit 0; }
ranks 3 timeout 100 "$GLINT" run hops.yaml -o three --threads 1 > three.log 2>&1
equal "3 ranks: the same hops" whole/hops-run.h5 three/hops-run.h5

# A free box: its change is taken out, and a restart does not show, neither in the hops nor in logarithmic frames.
FREE=(--set "stages.1.anneal.P=0" --set "stages.1.anneal.T=0.7 eps/kB"
      --set "trajectory={schedule: log 5 per decade, every: 700 steps, precision: double}")
timeout 100 "$GLINT" run hops.yaml -o free "${FREE[@]}" > free.log 2>&1
mkdir cut && touch cut/stop
timeout 100 "$GLINT" run hops.yaml -o cut "${FREE[@]}" > cut.log 2>&1
rm cut/stop
timeout 100 "$GLINT" run -o cut --resume --set "limit.time=500 steps" > cut.log 2>&1
ranks 2 timeout 100 "$GLINT" run -o cut --resume --threads 1 > cut.log 2>&1
equal "free box, stops and 2 ranks: the same hops" free/hops-run.h5 cut/hops-run.h5
if h5diff -q free/trajectory.h5 cut/trajectory.h5 /particles /particles > differ.txt 2>&1; then ok "logarithmic frames as without a stop"
else not_ok "logarithmic frames as without a stop" differ.txt; fi
steps=$(h5dump -d /particles/trajectory/position/step -m %lld free/trajectory.h5 | sed -n 's/.*): //p' | tr -d '\n ')
case $steps in 100,101,102,103,104,106,110,116,*,800,*,1500,*) ok "logarithmic and linear frames ($steps)" ;; *) echo "$steps" > steps.txt; not_ok "logarithmic and linear frames" steps.txt ;; esac
