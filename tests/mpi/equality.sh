#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One trajectory, bit for bit, for any number of ranks and threads (Law 1); another one for another seed.
# limit: 280
. "$(dirname "$0")/../common.sh"

# A shorter cut of the short case: 600 steps with ramp, free and fixed box, speckles and trajectory.
BRIEF=(--set "stages.0.melt.for=100 steps" --set "stages.1.quench.for=200 steps" --set "stages.2.anneal.for=300 steps")

# simulate FOLDER RANKS THREADS ARGUMENTS…: 0 ranks: without a launcher.
simulate() {
    local folder=$1 n=$2 threads=$3
    shift 3
    if test "$n" = 0; then
        timeout 100 "$GLINT" run "$SHORT" -o "$folder" --threads "$threads" "${BRIEF[@]}" "$@" > "$folder.log" 2>&1
    else
        ranks "$n" timeout 100 "$GLINT" run "$SHORT" -o "$folder" --threads "$threads" "${BRIEF[@]}" "$@" > "$folder.log" 2>&1
    fi
}
equal_files() { # NAME A B: thermo.csv byte for byte, streams number for number
    if ! cmp -s "$2/thermo.csv" "$3/thermo.csv"; then
        diff "$2/thermo.csv" "$3/thermo.csv" > differ.txt
        not_ok "$1: thermo.csv" differ.txt
    else ok "$1: thermo.csv"; fi
    local bad= group
    for f in "$2"/speckle-*.h5 "$2"/trajectory*.h5; do
        case $f in *speckle*) group=/entry/instrument/detector_1 ;; *) group=/particles ;; esac
        h5diff -q "$f" "$3/$(basename "$f")" $group $group || bad="$bad $(basename "$f")"
    done
    if test -z "$bad"; then ok "$1: streams"; else not_ok "$1: streams differ:$bad"; fi
}

simulate one 0 1
if test -z "$(digest one)"; then not_ok "the run on one rank" one.log; exit 1; fi
simulate two-threads 0 2
same "1 process, 2 threads" one two-threads
equal_files "1 process, 2 threads" one two-threads
simulate other-seed 0 2 --set seed=2
if test -n "$(digest other-seed)" && test "$(digest one)" != "$(digest other-seed)"; then ok "another seed, another trajectory"
else not_ok "another seed, another trajectory" other-seed.log; fi

has_mpi || { skip "ranks: no mpirun here"; exit 0; }
for n in 1 2 3 4 8; do
    for threads in 1 2; do
        test $((n * threads)) -gt 6 && test $threads = 2 && continue # more busy threads on a small machine show nothing new
        simulate "r$n-t$threads" $n $threads
        same "$n ranks x $threads threads" one "r$n-t$threads"
    done
done
equal_files "3 ranks" one r3-t1
equal_files "8 ranks" one r8-t1

# Other ensembles: three independent axes; MTK with Nosé–Hoover; Langevin noise.
variant() { # NAME ARGUMENTS…
    local name=$1
    shift
    simulate "$name-1" 0 1 "$@"
    simulate "$name-3" 3 2 "$@"
    same "$name: 3 ranks x 2 threads" "$name-1" "$name-3"
    if test "$(digest "$name-1")" = "$(digest one)"; then not_ok "$name: --set had no effect"; else ok "$name is another ensemble"; fi
}
variant per-axis --set barostat.coupling=per-axis
variant mtk --set barostat.kind=mtk
variant mtk-per-axis --set barostat.kind=mtk --set barostat.coupling=per-axis
variant langevin --set thermostat.kind=langevin
variant bussi --set thermostat.kind=bussi
variant mixed --set precision=mixed
simulate mixed-4 4 1 --set precision=mixed
same "mixed: 4 ranks" mixed-1 mixed-4

# Two passes with a number shared through the halo: an embedded-atom alloy.
SHORT=$ROOT/inputs/cu50zr50-glass/short.yaml
simulate metal-1 0 1
for n in 2 3 4; do
    simulate "metal-$n" $n 1
    same "Cu-Zr: $n ranks" metal-1 "metal-$n"
done
simulate metal-mixed-1 0 1 --set precision=mixed
simulate metal-mixed-3 3 2 --set precision=mixed
same "Cu-Zr in mixed precision: 3 ranks x 2 threads" metal-mixed-1 metal-mixed-3
