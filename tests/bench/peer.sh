# SPDX-License-Identifier: GPL-3.0-or-later
# peer — what the comparisons with other programs share. Sourced; afterwards the working folder is a temporary one.
#
# environment: GLINT (build/glint), PRECISION (double; mixed: glint's), STATES (folder that keeps equilibrated states),
# JSONL (file that gets a line of JSON)
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
glint=${GLINT:-$root/build/glint} precision=${PRECISION:-double}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
states=${STATES:-$folder}
mkdir -p "$states"
states=$(cd "$states" && pwd)
output=${JSONL:+$(realpath "$JSONL")}
cd "$folder"
export OMP_NUM_THREADS=1

# glint_rate KERNEL SPEC ATOMS STATE: million atom-steps per second of one core; the first call makes the state.
glint_rate() {
    "$glint" bench "$1" --potential "$2" --atoms "$3" --threads 1 --precision "$precision" --state "$4" --json 2> /dev/null |
        sed -n 's/.*"atom_steps_per_s": \([0-9.e+]*\),*/\1/p' | awk '{print $1 / 1e6}'
}

# pair CASE ATOMS PEER GLINT'S THEIRS: one line, also into pairs.txt.
pair() {
    awk -v c="$1" -v n="$2" -v p="$3" -v a="$4" -v b="$5" 'BEGIN {printf "%s %d atoms: glint %.3f  %s %.3f  ratio %.2f\n", c, n, a, p, b, a / b}' | tee -a pairs.txt
}

median() { # COLUMN of pairs.txt
    awk -v c="$1" '{print $c}' pairs.txt | sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

# conclude CASE ATOMS PEER HOW: medians, and the line of JSON. HOW: how the peer was run.
conclude() {
    local a b r low high n
    a=$(median 5) b=$(median 7) r=$(median 9) n=$(wc -l < pairs.txt)
    low=$(awk '{print $9}' pairs.txt | sort -n | head -n 1) high=$(awk '{print $9}' pairs.txt | sort -n | tail -n 1)
    echo "$1 $2 atoms, median of $n pairs: glint ($precision) $a  $3 ($4) $b  ratio $r ($low to $high)"
    test -z "$output" || printf '{"kernel": "peer-%s", "case": "%s", "precision": "%s", "atoms": %d, "peer": "%s", "pairs": %d, "glint_M_atom_steps_per_s": %s, "peer_M_atom_steps_per_s": %s, "ratio": %s, "ratio_min": %s, "ratio_max": %s}\n' \
        "$3" "$1" "$precision" "$2" "$4" "$n" "$a" "$b" "$r" "$low" "$high" >> "$output"
}
