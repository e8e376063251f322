#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# mobility — how far atoms move in the time of `mobility`, layer by layer, at several looks of a run: a front from the surface
# shows itself here before `glint stability` can say how fast it goes (which needs a film that is liquid in the end).
#
#     bash runs/gallery/mobility.sh FIGURE.png RUN CONTROL LABEL...
#
# Solid: RUN at its looks LABEL (profile-LABEL.csv), dark to light; grey: CONTROL at the last of them. Lengths in sigma, times in tau.
set -eu
test $# -ge 4 || { echo "usage: mobility.sh FIGURE.png RUN CONTROL LABEL..." >&2; exit 2; }
figure=$1 run=$2 control=$3
shift 3
last=${*: -1}
for f in "$run" "$control"; do
    test -s "$f/profile-$last.csv" || { echo "mobility.sh: $f/profile-$last.csv: not there; looks with 'profiles: z' and 'mobility' were expected" >&2; exit 2; }
done
number() { sed -n "s/^ *\"$1\": \([0-9.eE+-]*\),*$/\1/p" "$run/measure-$last.json" | head -n 1; }
time=$(printf '%.4g' "$(number mobility_time)") top=$(number substrate_top)
surface=$(awk -F, 'NR > 1 && $4 > 0.1 {z = $1 + 0.5 * $2} END {print z}' "$run/profile-$last.csv") # above it: vapor
colours=('#1b1b3a' '#1d3f8c' '#2a7f9e' '#3aa76d' '#c8a415' '#c8590c')
{
    echo "set terminal pngcairo size 900,560 enhanced font 'Sans,15'; set output '$figure'; set datafile separator ','"
    echo "set xlabel 'height above the bottom of the substrate (σ)'; set ylabel 'mean square displacement in $time τ (σ^2)'"
    echo "set logscale y; set xrange [${top:-0}:$surface]; set key top left reverse Left; set border 3; set tics nomirror"
    echo -n "plot '$control/profile-$last.csv' every ::1 using 1:(\$4>0.1?\$9:NaN) with lines lw 3 dt 2 lc rgb '#aaaaaa' title '$(basename "$control"), $last'"
    i=0
    for label in "$@"; do
        echo -n ", '$run/profile-$label.csv' every ::1 using 1:(\$4>0.1?\$9:NaN) with linespoints lw 2 pt 7 ps 0.7 lc rgb '${colours[i % 6]}' title '$(basename "$run"), $label'"
        i=$((i + 1))
    done
    echo
} | gnuplot
