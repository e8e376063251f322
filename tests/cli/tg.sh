#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# glint tg: synthetic ramps with a known kink, without one, and with too little data.
. "$(dirname "$0")/../common.sh"

ramp() { # FILE KINK: a cooling ramp from 0.8 to 0.1; slopes 3 and 4.5 in E, 0.2 and 0.4 in V
    awk -v Tg="$2" 'BEGIN {
        print "step,time,stage,T_target,T,P,density,potential_per_atom,total_per_atom,P_target,units"
        for (i = 0; i <= 700; i++) {
            T = 0.8 - 0.001*i; c = T < Tg
            printf "%d,%d,cool,%.17g,%.17g,0,%.17g,%.17g,%.17g,0,lj\n", 100*i, i, T, T,
                1/(0.82 + (c ? 0.2 : 0.4)*(T - Tg)), -6 + (c ? 1.5 : 3)*(T - Tg), -5.5 + (c ? 3 : 4.5)*(T - Tg) } }' > "$1"
}
ramp kink.csv 0.35
ramp other.csv 0.33
ramp line.csv 2
head -12 kink.csv > short.csv
expect 0 "glint tg" '^H  *0\.3500 ' -- "$GLINT" tg kink.csv
expect 0 "glint tg: V(T)" '^V  *0\.3500 ' -- "$GLINT" tg kink.csv
expect 0 "glint tg: no kink" 'no kink' -- "$GLINT" tg line.csv
expect 0 "glint tg: too little data" 'too little data' -- "$GLINT" tg short.csv
expect 0 "glint tg: a table of runs" '^other.csv .* 0\.33 ' -- "$GLINT" tg kink.csv other.csv
expect 0 "glint tg --json" '"T_g": 0\.3[45]' -- "$GLINT" tg kink.csv --json
expect 0 "glint tg --figure, -o" '^H' -- "$GLINT" tg kink.csv --figure figures -o tg.h5
if test -s figures/glass-transition-kink.csv.gp; then ok "the script of the figure"; else not_ok "the script of the figure"; fi
expect 2 "glint tg --onset of a cooling ramp" 'no heating ramp' -- "$GLINT" tg kink.csv --onset
expect 2 "glint tg --windows" 'four numbers' -- "$GLINT" tg kink.csv --windows 0.4,0.7
# A run that is still going: its HDF5 files cannot be opened, thermo.csv ends within a line.
mkdir going
{ cat kink.csv; printf '70100,701,cool,0.0'; } > going/thermo.csv
echo half > going/speckle-cool-1d.h5
echo half > going/trajectory.h5
expect 0 "glint tg of a run that is going on" '^H  *0\.3500 ' -- "$GLINT" tg going
rm going/thermo.csv
expect 2 "glint tg without thermo.csv" 'no thermo.csv' -- "$GLINT" tg going
