#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 at random moments of a run that writes a checkpoint every few milliseconds, then --resume: the same bits at the
# end, whatever was hit; streams as without the kill, or moved aside with a warning, never lost silently.
# limit: 1500
. "$(dirname "$0")/../common.sh"
KILLS=${KILLS:-200}
SET=(--set "stages.0.melt.for=200 steps" --set "stages.1.quench.for=300 steps" --set "checkpoint.every=0.004 s"
     --set "thermo.every=5 steps" --set "trajectory.every=0.025 tau")

begin=$(date +%s%N)
timeout 100 "$GLINT" run "$SHORT" -o whole "${SET[@]}" > whole.log 2>&1
if test -z "$(digest whole)"; then not_ok "the run without a kill" whole.log; exit 1; fi
length=$((($(date +%s%N) - begin) / 1000000)) # ms

RANDOM=20240601
kills=0 runs=0 wrong=0 moved=0 lost=0 resumed=0
: > trouble.txt
while test $kills -lt "$KILLS" && test $wrong -lt 5; do
    runs=$((runs + 1))
    rm -rf hit
    killed=0
    while :; do
        if test -e hit/checkpoint.h5; then arguments=(-o hit --resume) resumed=$((resumed + 1)); else rm -rf hit; arguments=("$SHORT" -o hit "${SET[@]}"); fi
        timeout 100 "$GLINT" run "${arguments[@]}" > hit.log 2>&1 &
        pid=$!
        if test $killed -lt 4 && test $kills -lt "$KILLS"; then
            sleep "$(printf '0.%03d' $(((RANDOM * 32768 + RANDOM) % (length < 900 ? length : 900))))"
            # timeout passes no SIGKILL on: its child is the run
            if pkill -9 -P $pid 2>/dev/null; then
                wait $pid 2>/dev/null
                killed=$((killed + 1)) kills=$((kills + 1))
                moved=$((moved + $(grep -c 'moved aside' hit.log)))
                continue
            fi
        fi
        wait $pid
        code=$?
        moved=$((moved + $(grep -c 'moved aside' hit.log)))
        break
    done
    if test $code != 0 || test "$(digest hit)" != "$(digest whole)"; then
        wrong=$((wrong + 1))
        { echo "after $killed kills: exit code $code, digest $(digest hit)"; tail -n 5 hit.log; } >> trouble.txt
        continue
    fi
    cmp -s whole/thermo.csv hit/thermo.csv || { wrong=$((wrong + 1)); echo "after $killed kills: thermo.csv differs" >> trouble.txt; }
    for f in whole/speckle-*.h5 whole/trajectory.h5; do
        case $f in *speckle*) group=/entry/instrument/detector_1 ;; *) group=/particles ;; esac
        name=$(basename "$f")
        ls hit/"$name".unreadable* > /dev/null 2>&1 && continue # said so
        h5diff -q "$f" "hit/$name" $group $group > diff.txt 2>&1 || { lost=$((lost + 1)); echo "after $killed kills: $name differs" >> trouble.txt; }
    done
done 2> /dev/null
if test $wrong = 0 && test $kills -ge "$KILLS"; then ok "$kills kills in $runs runs, $resumed resumed: the same bits and thermo.csv"
else not_ok "$wrong of $runs runs with $kills kills did not end as the run without a kill" trouble.txt; fi
if test $lost = 0; then ok "no stream lost frames silently ($moved moved aside with a warning)"
else not_ok "$lost streams lost frames silently" trouble.txt; fi
