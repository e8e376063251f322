#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# deposition — how fast a film grows beside a bulk of as many atoms: time per atom and step, in turn, for 1 and 2 ranks.
#
#     bash tests/bench/deposition.sh [PAIRS=3] [STEPS=20000]        some minutes on two quiet cores
#
# A Wahnström film, 12 x 12 sigma^2, is grown quickly to some 1,300 atoms and held, untimed, and stopped; what is timed goes on from there: STEPS of a
# deposition at FLUX (1e-3 /sigma^2/tau) at 0.85 T_g. Beside it a bulk of as many atoms at that temperature, density 1.23, the same thermostat on
# all atoms, continued in the same way for as many steps. One thread a rank; thermo.csv and film.csv as a user would have them, every 10 tau. Prints
# million atom-steps per second of both and their ratio for each pair, the medians of the ratios, and where the time of the last film
# went (phases of run.json). AREA=12 THICK=300 (time of the quick growth, tau) FLUX=1e-3 GLINT=build/glint. Give the machine to it
# alone, or read ratios only.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
glint=${GLINT:-$root/build/glint}
pairs=${1:-3} steps=${2:-20000}
area=${AREA:-12} quick=${THICK:-300} flux=${FLUX:-1e-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/glint-deposition.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl_vader_single_copy_mechanism=none

head='potential: {name: wahnstrom, cutoff: 2.5 aa, shift: energy}
Tg: {value: 0.37 eps/kB, rate: 1e-3 eps/kB/tau, construction: V(T), pressure: 0}
dt: 0.005 tau
thermo: {every: 10 tau}
thermostat: {kind: langevin, tau: 1 tau}'
rest="species: {A: 0.5, B: 0.5}, source: {T: 1.0 eps/kB}, thermostat: {langevin: 1 tau, zone: up to 4 sigma below surface}"
cat > film.yaml << END
$head
film:
  area: [$area sigma, $area sigma]
  substrate: {kind: tethered, thickness: 3 sigma, spring: 50 eps/sigma^2}
  every: 10 tau
stages:
  - deposit: {T: 0.85 Tg, flux: 0.03 /sigma^2/tau, until: {time: $quick tau}, $rest, label: quick}
  - anneal: {T: 0.85 Tg, for: 100 tau, label: held}
  - deposit: {T: 0.85 Tg, flux: $flux /sigma^2/tau, until: {time: $steps steps}, $rest, label: timed}
END

# prepare INPUT FOLDER TIME: its first part, up to that time.
prepare() {
    local code=0
    "$glint" run "$1" -o "$2" --threads 1 --set "limit.time=$3 tau" > "$2.log" 2>&1 || code=$?
    test $code = 4 || { tail -n 5 "$2.log" >&2; exit 1; }
}
field() { sed -n 's/.*"'"$1"'": *\([0-9.e+-]*\).*/\1/p' "$2/run.json" | head -n 1; }

# rate FOLDER RANKS: million atom-steps per second of the second part. Atoms: those at its end; the few that come in it are not counted twice.
rate() {
    local launch=()
    test "$2" = 1 || launch=(mpirun --bind-to none -n "$2")
    rm -rf timed && cp -r "$1" timed
    # shellcheck disable=SC2068
    ${launch[@]} "$glint" run -o timed --resume --threads 1 --set "limit.time=1e9 tau" > timed.log 2>&1 || { tail -n 5 timed.log >&2; exit 1; }
    awk -v n="$(field atoms timed)" -v s="$(field steps_per_s timed)" 'BEGIN {printf "%.4f\n", n * s / 1e6}'
}

prepare film.yaml film "$((quick + 90))"
atoms=$(field atoms film)
cat > bulk.yaml << END
$head
atoms: {N: $atoms, A: 0.5, B: 0.5, density: 1.23 /sigma^3}
stages:
  - melt: {T: 0.6 eps/kB, for: 50 tau}
  - anneal: {T: 0.85 Tg, for: 50 tau, label: held}
  - anneal: {T: 0.85 Tg, for: $steps steps, label: timed}
END
prepare bulk.yaml bulk 90
printf '%d atoms, %d steps, flux %s /sigma^2/tau\n%-8s %12s %12s %8s\n' "$atoms" "$steps" "$flux" ranks "film M/s" "bulk M/s" ratio
for ranks in 1 2; do
    test $ranks = 1 || { command -v mpirun > /dev/null && test "$(nproc)" -ge 2; } || { echo "2 ranks: no mpirun, or one core"; continue; }
    : > ratios.txt
    for _ in $(seq "$pairs"); do
        film=$(rate film $ranks)
        sed -n '/^phase /,/^other/p' timed.log > phases.txt
        bulk=$(rate bulk $ranks)
        awk -v r=$ranks -v f="$film" -v b="$bulk" 'BEGIN {printf "%-8d %12.3f %12.3f %8.3f\n", r, f, b, f / b}' | tee -a ratios.txt
    done
    awk '{print $4}' ratios.txt | sort -g | awk -v r=$ranks '{v[NR] = $1} END {printf "%d rank%s: median ratio %.3f (goal 0.70), from %.3f to %.3f\n", r, (r > 1 ? "s" : ""), (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2, v[1], v[NR]}'
    cat phases.txt
done
