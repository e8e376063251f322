#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# records — what `glint stability` needs of a campaign, small enough to keep: no positions, and of film.csv and thermo.csv every
# fourth line beside the first and last of each stage. Members that are not done keep their input, so the campaign can go on from it;
# those that were stopped, their checkpoint and all they wrote, so that they go on where they were (on the same instruction set: GLINT_ISA).
#
#     bash runs/gallery/records.sh runs/NAME records.tar.xz
set -eu
test $# = 2 && test -s "$1/campaign.yaml" && test -s "$1/members.csv" && ok=1
test "${ok:-}" || { echo "usage: records.sh CAMPAIGN FILE.tar.xz (CAMPAIGN: a folder with members.csv)" >&2; exit 2; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mkdir "$out/reference"
cp "$1/members.csv" "$1/campaign.yaml" "$out/reference/"
for member in "$1"/*/; do
    to=$out/reference/$(basename "$member")
    test -s "$member/input.yaml" || continue # no run: figures
    mkdir "$to"
    cp "$member/input.yaml" "$to/"
    if ! grep -qs '"status": "done"' "$member/run.json"; then
        test ! -s "$member/checkpoint.h5" || (cd "$member" && tar c --exclude '*-previous.h5' --exclude progress.json .) | tar x -C "$to"
        continue
    fi
    for f in run.json "measure-*.json" "profile-*.csv" "crystal-*.csv"; do
        for g in "$member"/$f; do test ! -s "$g" || cp "$g" "$to/"; done
    done
    for f in film.csv thermo.csv; do
        test -s "$member/$f" || continue
        if test -e "$member/thinned"; then cp "$member/$f" "$to/"; continue; fi # from such an archive
        awk -F, 'NR == 1 {print; next}
            $3 != stage && line != "" && !printed {print line}
            {printed = $3 != stage || NR % 4 == 0; if (printed) print; stage = $3; line = $0}
            END {if (!printed) print line}' "$member/$f" > "$to/$f"
    done
    touch "$to/thinned"
done
tar cJf "$2" -C "$out" reference
