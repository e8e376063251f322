#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The claims of glint stability where nothing is true: 200 campaigns in which films, whatever their T_sub and flux, and film-quenches
# have one mean energy. Differences must not be biased, above all not "at the best T_sub", and not be seen more often than their errors say.
# limit: 300
. "$(dirname "$0")/../common.sh"

: > said.jsonl
for i in $(seq 200); do
    { $PYTHON "$ROOT/tests/claims_campaign.py" "n" "$i" depth=0 && "$GLINT" stability n --json | tr -d '\n' && echo; } >> said.jsonl 2> err.txt || break
    rm -r n
done
$PYTHON - > out.txt 2>&1 <<'PY'
import json
import numpy as np
z, beyond = {}, {}
for line in open("said.jsonl"):
    for claim in json.loads(line)["claims"]:
        if "bulk" in claim["claim"]: continue # bulk quenches differ by construction
        for d in claim["differences"]:
            if not d["error"]: continue
            name, ratio = f"{claim['claim']}: {d['of']}", d["difference"] / d["error"]
            z.setdefault(name, []).append(ratio)
            beyond.setdefault(name, []).append(abs(d["difference"]) > d["limit"])
assert len(z) == 19, len(z) # of four claims: 8, 3, 4, 4
for name, v in z.items():
    assert len(v) == 200, (name, len(v))
    # errors from 15 degrees of freedom (films) and 3 (film-quenches): Student's t, s.d. 1.07 to 1.3 by their share
    print(f"{np.mean(v):6.2f} {np.std(v):6.2f} {np.mean(np.abs(v) > 2):6.3f} {np.mean(beyond[name]):6.3f}  {name}")
    assert abs(np.mean(v)) < 4.5 * 1.3 / np.sqrt(200), name
    assert 0.8 < np.std(v) < 1.5, name
    # 4.6 % beyond the limit: of 200, by chance up to 4.5 √(0.0455·0.9545/200) = 6.6 % more
    assert np.mean(beyond[name]) < 0.0455 + 0.066, name
print(f"beyond two errors {np.mean([np.mean(np.abs(v) > 2) for v in z.values()]):.3f}, beyond the limits {np.mean([np.mean(v) for v in beyond.values()]):.3f}")
PY
test $? = 0 && ok "claims where nothing is true" || not_ok "claims where nothing is true" out.txt
sed 's/^/# /' out.txt
