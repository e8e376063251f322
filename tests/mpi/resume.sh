#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Stop and resume to the same bits: SIGUSR1, the stop file, the wall-clock limit, another number of ranks, stops inside
# every kind of stage (settling included); streams and thermo.csv as if nothing had happened.
# limit: 280
. "$(dirname "$0")/../common.sh"
SET=(--set "stages.0.melt.for=200 steps" --set "stages.1.quench.for=300 steps" --set "stages.2.anneal.for=1500 steps"
     --set "stages.2.anneal.box=fixed at mean volume" --set "stages.2.anneal.P=0" --set "stages.2.anneal.settle=500 steps"
     --set "thermo.every=7 steps" --set "trajectory.every=0.15 tau")

timeout 100 "$GLINT" run "$SHORT" -o whole "${SET[@]}" > whole.log 2>&1
if test -z "$(digest whole)"; then not_ok "the run without a stop" whole.log; exit 1; fi

streams() { # NAME FOLDER: thermo.csv and all streams equal those of the whole run
    local bad= f group
    if cmp -s whole/thermo.csv "$2/thermo.csv"; then ok "$1: thermo.csv as without a stop"; else
        diff whole/thermo.csv "$2/thermo.csv" | head -n 20 > differ.txt
        not_ok "$1: thermo.csv as without a stop" differ.txt
    fi
    for f in whole/speckle-*.h5 whole/trajectory*.h5; do
        case $f in *speckle*) group=/entry/instrument/detector_1 ;; *) group=/particles ;; esac
        h5diff -q "$f" "$2/$(basename "$f")" $group $group >> differ2.txt 2>&1 || bad="$bad $(basename "$f")"
    done
    if test -z "$bad"; then ok "$1: streams as without a stop"; else
        echo "different:$bad" > differ.txt
        h5diff "${f}" "$2/$(basename "$f")" $group $group 2>&1 | head -n 12 >> differ.txt
        not_ok "$1: streams as without a stop" differ.txt
    fi
}

# started FOLDER LINES: wait (at most 60 s) until thermo.csv or the log shows the run is under way.
started() {
    local i
    for i in $(seq 600); do
        test "$(grep -c '^stage' "$1.log" 2>/dev/null)" -ge "$2" && return 0
        sleep 0.1
    done
    return 1
}

# Runs slowed down by many ranks would be a matter of luck; a run long enough to be met is stopped at once instead: the
# request is there before the first step, or arrives while the stage named by $2 goes on.
"$GLINT" run "$SHORT" -o usr1 "${SET[@]}" > usr1.log 2>&1 &
pid=$!
started usr1 1 && kill -USR1 $pid
wait $pid
code=$?
if test $code = 4; then ok "SIGUSR1: exit code 4"; else echo "exit code $code" >> usr1.log; not_ok "SIGUSR1: exit code 4" usr1.log; fi
grep -q '"status": "stopped"' usr1/run.json && ok "run.json says stopped" || not_ok "run.json says stopped" usr1/run.json
expect 0 "resumed after SIGUSR1" "" -- "$GLINT" run -o usr1 --resume
same "SIGUSR1 and --resume" whole usr1
streams "SIGUSR1 and --resume" usr1

# Many stops after a little simulated time, more each time, so that every stage (and settling) is met somewhere.
mkdir limit && touch limit/stop
expect 4 "the stop file: exit code 4" "stopped on request" -- "$GLINT" run "$SHORT" -o limit "${SET[@]}"
rm limit/stop
stops=0 code=4
while test $code = 4 && test $stops -lt 60; do
    timeout 100 "$GLINT" run -o limit --resume --set "limit.time=$((60 + 10 * stops)) steps" > limit.log 2>&1
    code=$?
    stops=$((stops + 1))
done
if test $code = 0 && test $stops -gt 2; then ok "stopped $stops times, then done"
else echo "exit code $code after $stops stops" >> limit.log; not_ok "many stops, then done" limit.log; fi
same "many stops" whole limit
streams "many stops" limit

# Mixed precision: stopped at once, resumed; only in the same precision.
timeout 100 "$GLINT" run "$SHORT" -o mixed-whole "${SET[@]}" --set precision=mixed > mixed.log 2>&1
mkdir mixed && touch mixed/stop
expect 4 "mixed precision: the stop file" "mixed precision: forces of the start differ" -- "$GLINT" run "$SHORT" -o mixed "${SET[@]}" --set precision=mixed
rm mixed/stop
expect 2 "--resume in another precision is refused" "in mixed precision, the input says double" -- "$GLINT" run -o mixed --resume --set precision=double
timeout 100 "$GLINT" run -o mixed --resume --set "limit.wall=0.3 s" > mixed.log 2>&1
timeout 100 "$GLINT" run -o mixed --resume > mixed.log 2>&1
same "mixed precision and --resume" mixed-whole mixed
h5diff -q mixed-whole/trajectory.h5 mixed/trajectory.h5 /particles /particles > differ.txt 2>&1 && ok "mixed precision and --resume: trajectory" || not_ok "mixed precision and --resume: trajectory" differ.txt
if test "$(digest whole)" = "$(digest mixed)"; then not_ok "precision: mixed had no effect"; else ok "precision: mixed is another trajectory"; fi

# Another instruction set would give other bits.
cp -r usr1 isa
expect 2 "--resume with other kernels is refused" "kernels.*GLINT_ISA" -- env GLINT_ISA=sse2 "$GLINT" run -o isa --resume
expect 0 "--force accepts other kernels" "" -- env GLINT_ISA=sse2 "$GLINT" run -o isa --resume --force

has_mpi || { skip "another number of ranks: no mpirun here"; exit 0; }
mkdir ranks && touch ranks/stop
ranks 2 timeout 100 "$GLINT" run "$SHORT" -o ranks --threads 1 "${SET[@]}" > ranks.log 2>&1
code=$?
rm ranks/stop
if test $code = 4; then ok "the stop file under mpirun: exit code 4"; else echo "exit code $code" >> ranks.log; not_ok "the stop file under mpirun: exit code 4" ranks.log; fi
ranks 3 timeout 100 "$GLINT" run -o ranks --resume --threads 1 --set "limit.wall=1 s" > ranks.log 2>&1
timeout 100 "$GLINT" run -o ranks --resume --threads 2 > ranks2.log 2>&1
same "2 ranks, 3 ranks, then 1 process" whole ranks
streams "2 ranks, 3 ranks, then 1 process" ranks
