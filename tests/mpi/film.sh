#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A growing film: the same bits for any number of ranks and threads (its box is badly balanced, cuts move), and after a
# stop in the middle of the flux on another number of ranks.
# limit: 280
. "$(dirname "$0")/../common.sh"
FILM=$ROOT/inputs/deposition-wahnstrom/short.yaml
SET=(--set "film.substrate.time=600 steps" --set "stages.0.deposit.until={time: 700 steps}" --set "stages.1.quench.for=100 steps"
     --set "stages.0.deposit.flux=0.1 /sigma^2/tau" --set "stages.0.deposit.source={energy: 3 eps, angle: 20 deg}" --set "thermo.every=50 steps"
     --set "stages.2.measure={profiles: z, mobility: 20 steps, label: cold}")

grow() { # FOLDER RANKS THREADS ARGUMENTS…: 0 ranks: without a launcher
    local folder=$1 n=$2 threads=$3
    shift 3
    if test "$n" = 0; then timeout 100 "$GLINT" run "$FILM" -o "$folder" --threads "$threads" "${SET[@]}" "$@" > "$folder.log" 2>&1
    else ranks "$n" timeout 100 "$GLINT" run "$FILM" -o "$folder" --threads "$threads" "${SET[@]}" "$@" > "$folder.log" 2>&1; fi
}
logs() { # NAME A B
    local f bad=
    for f in film.csv thermo.csv profile-cold.csv; do cmp -s "$2/$f" "$3/$f" || bad="$bad $f"; done
    if test -z "$bad"; then ok "$1: logs and profile"; else
        { echo "different:$bad"; diff "$2/film.csv" "$3/film.csv"; } > differ.txt
        not_ok "$1: logs and profile" differ.txt
    fi
}

grow one 0 1
if test -z "$(digest one)"; then not_ok "a film on one rank" one.log; exit 1; fi
grow threads 0 2
same "film: 1 process, 2 threads" one threads
logs "film: 1 process, 2 threads" one threads

# Many stops in a longer flux, so that most of them fall into it; by simulated time: a clock would ask how fast the machine is.
LONG=(--set "stages.0.deposit.until={time: 4000 steps}")
grow long 0 1 "${LONG[@]}"
mkdir limit && touch limit/stop
grow limit 0 1 "${LONG[@]}"
rm limit/stop
stops=0 code=4
while test $code = 4 && test $stops -lt 60; do
    timeout 100 "$GLINT" run -o limit --resume --threads $((stops % 2 + 1)) --set "limit.time=$((300 + 20 * stops)) steps" > limit.log 2>&1
    code=$?
    stops=$((stops + 1))
done
if test $code = 0 && test $stops -gt 2; then ok "film: stopped $stops times"; else echo "code $code after $stops" >> limit.log; not_ok "film: stops" limit.log; fi
same "film: many stops" long limit
logs "film: many stops" long limit

# Speckles of its inside and profiles on the isotherms of a cycle: a thicker film.
THICK=(--set "stages.0.deposit.flux=0.3 /sigma^2/tau" --set "stages.0.deposit.until={thickness: 2.4 sigma}" --set "film.substrate.time=600 steps"
       --set "stages.1={cycle: {T: [0.8, 0.7] Tg, hold: 120 steps, rate: 0.2 eps/kB/tau, thermostat: {kind: langevin, tau: 1 tau}, observe: [speckle, profiles], label: c}}"
       --set "stages.2={minimise: {box: fixed, most: 5 steps}}" --set "interior={drop: 0.2 sigma, edge: 0.4 sigma}"
       --set "profiles={every: 10 steps, lag: 30 steps}"
       --set "speckle={every: 20 steps, exposure: 2 frames, windows: {par: {kind: plane, range: 5 /sigma to 8 /sigma}, perp: {kind: cone, range: 5 /sigma to 8 /sigma}}}")
inside() { # NAME A B: the frames of all records are equal
    if $PYTHON - "$2" "$3" > inside.txt 2>&1 <<'PY'
import glob, h5py, os, sys
names = sorted(os.path.basename(f) for f in glob.glob(sys.argv[1] + "/speckle-*.h5"))
assert len(names) == 4, names
for name in names:
    a, b = (h5py.File(f"{d}/{name}") for d in sys.argv[1:])
    for key in "data", "time", "step":
        x, y = (f["entry/instrument/detector_1/" + key][:] for f in (a, b))
        assert len(x) == 6 and (x == y).all(), (name, key)
for place in 0, 1:
    a, b = (open(f"{d}/profiles-c-i0-T{place}.csv").read() for d in sys.argv[1:])
    assert a == b and "12 frames" in a, (a, b)
PY
    then ok "$1"; else not_ok "$1" inside.txt; fi
}
thick() { # FOLDER RANKS ARGUMENTS…
    local folder=$1 n=$2
    shift 2
    if test "$n" = 0; then timeout 100 "$GLINT" run "$FILM" -o "$folder" --threads 1 "${THICK[@]}" "$@" > "$folder.log" 2>&1
    else ranks "$n" timeout 100 "$GLINT" run "$FILM" -o "$folder" --threads 1 "${THICK[@]}" "$@" > "$folder.log" 2>&1; fi
}
thick thick 0
mkdir part && touch part/stop
thick part 0
rm part/stop
stops=0 code=4
while test $code = 4 && test $stops -lt 60; do
    timeout 100 "$GLINT" run -o part --resume --threads $((stops % 2 + 1)) --set "limit.time=$((100 + 10 * stops)) steps" > part.log 2>&1
    code=$?
    stops=$((stops + 1))
done
same "speckles of a film: stopped $stops times" thick part
inside "speckles of a film: stopped, the same frames" thick part

has_mpi || { skip "film over ranks: no mpirun here"; exit 0; }
for case in 2:1 3:1 4:1 2:2; do
    grow "r$case" "${case%:*}" "${case#*:}" --set "keep=[film]"
    same "film: ${case%:*} ranks x ${case#*:} threads" one "r$case"
    logs "film: ${case%:*} ranks x ${case#*:} threads" one "r$case"
done
mkdir ranks && touch ranks/stop
grow ranks 3 1
rm ranks/stop
ranks 2 timeout 100 "$GLINT" run -o ranks --resume --threads 1 --set "limit.wall=0.8 s" > ranks.log 2>&1
timeout 100 "$GLINT" run -o ranks --resume --threads 1 > ranks2.log 2>&1
same "film: 3 ranks, 2 ranks, then 1 process" one ranks
logs "film: 3 ranks, 2 ranks, then 1 process" one ranks

# A film that three ranks kept, in a run of its own on two.
cat > later.yaml <<'YAML'
potential: {name: wahnstrom, cutoff: 2.5 aa, shift: energy}
Tg: {value: 0.37 eps/kB, rate: 1e-3 eps/kB/tau, construction: V(T), pressure: 0}
film: {from: r3:1/state-film.h5, every: 100 steps}
stages:
  - quench: {T: 0.85 Tg, to: 0.3 Tg, for: 100 steps, thermostat: {kind: langevin, tau: 1 tau}}
thermo: {every: 50 steps}
YAML
ranks 2 timeout 100 "$GLINT" run later.yaml -o later --threads 1 > later.log 2>&1
same "film: kept by 3 ranks, gone on with by 2" one later

for n in 2 3; do
    thick "thick$n" "$n"
    same "speckles of a film: $n ranks" thick "thick$n"
    inside "speckles of a film: $n ranks, the same frames" thick "thick$n"
done
