#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# surface — how much of the first species gathers at the free surface of each film of a campaign.
#
#     bash runs/gallery/surface.sh runs/pvd
#
# From profile-cold.csv (layers across the film after the final cool-down). x is the fraction of the first species inside: from the sixth layer up to
# the fifth below the top. Excess: atoms of it in the four uppermost layers more than x times all atoms there, per area (Gibbs). Vapor is left out:
# layers above the last one that is denser than 0.1.
set -eu
test $# = 1 -a -d "${1:-}" || { sed -n '3,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
printf '%-28s %8s %8s %8s\n' member x excess top
for profile in "$1"/*/profile-cold.csv; do
    test -f "$profile" || { echo "no profile-cold.csv in the folders of $1: a campaign of films with 'measure: {profiles: z, label: cold}'" >&2; exit 1; }
    awk -F, -v name="$(basename "$(dirname "$profile")")" '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        { n++; all[n] = $column["atoms"]; first[n] = all[n] > 0 ? all[n] * $column["fraction_A"] : 0; density[n] = $column["density"]
          if (density[n] > 0.1 && n == top + 1) { top = n; area = all[n] / (density[n] * $column["thickness"]) } }
        END {
            for (k = 6; k <= top - 4; k++) { inside += all[k]; inside_first += first[k] }
            if (!inside) exit
            x = inside_first / inside
            for (k = top - 3; k <= top; k++) { surface += all[k]; surface_first += first[k] }
            printf "%-28s %8.3f %8.2f %8.2f\n", name, x, (surface_first - x * surface) / area,
                   (first[top] + first[top - 1]) / (all[top] + all[top - 1])
        }' "$profile"
done
