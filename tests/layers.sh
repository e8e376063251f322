#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# layers — includes point upstream only (docs/architecture.md has the picture).
#
# usage: tests/layers.sh [ROOT]     prints each wrong include as FILE:LINE: reason; exit 1 if there is one.
# Without ROOT it first proves itself: on a small tree of deliberately wrong files it must complain about each.
set -u
cd "$(dirname "$0")/.."

check() { # ROOT: print the wrong includes below it
    (cd "$1" && find src analysis \( -name '*.[ch]' -o -name '*.cc' \) 2>/dev/null | sort | xargs awk '
    BEGIN {
        n = split("base par input system neighbor force integrate protocol scatter observe cmd", order, " ")
        for (i = 1; i <= n; i++) level[order[i]] = i
        split("base system scatter", a, " ")
        for (i in a) analysis_may[a[i]] = 1
    }
    function wrong(reason) { printf "%s:%d: %s\n", FILENAME, FNR, reason }
    FNR == 1 { gsl = cblas = 0; split(FILENAME, part, "/"); in_analysis = part[1] == "analysis"
               home = part[3] == "" ? "main" : part[2] }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
        split($0, quoted, "\""); target = quoted[2]; k = split(target, t, "/")
        if (k == 1) {
            if (target == "commands.h" && home != "main" && home != "cmd") wrong("only main and commands include commands.h")
            else if (target != "commands.h" && home != "main") wrong("write the folder: #include \"" home "/" target "\"")
            next
        }
        if (t[1] == "analysis") {
            if (!in_analysis && home != "main") wrong("src/" home " may not include " target ": analysis is downstream of src")
        } else if (!(t[1] in level)) wrong("unknown folder in \"" target "\"")
        else if (in_analysis) {
            # A command of the analysis reads its arguments like any other: base/args.h is in base.
            if (!(t[1] in analysis_may)) wrong("analysis may not include " target ": only base, system, scatter and analysis")
        } else if (home != "main" && level[t[1]] > level[home])
            wrong("src/" home " may not include " target ": " t[1] " is downstream of " home)
    }
    /^[ \t]*#[ \t]*include[ \t]*</ {
        split($0, angle, /[<>]/); target = angle[2]
        if (target == "mpi.h" && !(part[1] == "src" && home == "par")) wrong("mpi.h is for src/par only")
        if (target == "hdf5.h" && !(part[1] == "src" && home == "base")) wrong("hdf5.h comes through base/h5.h")
        if (target ~ /^gsl\//) { gsl = 1; if (!in_analysis && home != "scatter") wrong("GSL is for analysis and src/scatter") }
        if (target == "cblas.h") cblas = 1
        if (gsl && cblas) { wrong("GSL and cblas.h do not compile in one file"); gsl = cblas = 0 }
    }')
}

prove() { # the checker must find each of these, and nothing in the last two
    local root count
    root=$(mktemp -d) || return 1
    mkdir -p "$root"/src/{base,force,cmd,par} "$root"/analysis/fit
    echo '#include "force/lj.h"' > "$root/src/base/a.c"
    echo '#include "analysis/fit/kww.h"' > "$root/src/force/b.c"
    echo '#include <mpi.h>' > "$root/src/force/c.c"
    echo '#include "par/par.h"' > "$root/analysis/fit/d.c"
    printf '#include <gsl/gsl_errno.h>\n#include <cblas.h>\n' > "$root/analysis/fit/e.c"
    echo '#include <hdf5.h>' > "$root/analysis/fit/f.c"
    echo '#include "lj.h"' > "$root/src/force/g.c"
    echo '#include <gsl/gsl_errno.h>' > "$root/src/force/h.c"
    echo '  #  include "cmd/run_input.h"' > "$root/src/force/i.c"
    printf '#include <mpi.h>\n#include "base/status.h"\n' > "$root/src/par/j.c"
    printf '#include "force/lj.h"\n#include "analysis/fit/kww.h"\n' > "$root/src/main.c"
    count=$(check "$root" | cut -d: -f1 | sort -u | wc -l)
    rm -rf "$root"
    test "$count" = 9 || { echo "layers: the checker found $count of 9 planted mistakes: it is broken" >&2; return 1; }
}

if test $# -ge 1; then root=$1; else root=.; prove || exit 1; fi
found=$(check "$root")
if test -n "$found"; then
    echo "$found"
    echo "layers: $(echo "$found" | wc -l) includes point downstream" >&2
    exit 1
fi
echo "layers: $(cd "$root" && find src analysis -name '*.[ch]' | wc -l) files, all includes point upstream"
