#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# engine — what the engine samples, against theory and recorded LAMMPS numbers (engine_physics.c); and, where LAMMPS is
# installed, the energy wander of NVE with shift=energy beside it. usage: engine.sh [drift|metal|kinetic|ratio|…|lammps]
# limit: 1500
cd "$(dirname "$0")/../.." || exit 1
export BUILD=${BUILD:-$PWD/build} PYTHON=${PYTHON:-/usr/bin/python3}
failed=0
make -s all "$BUILD/tests/engine_physics" || { echo "not ok - engine physics: does not build"; exit 1; }
for check in drift drift-mixed metal metal-mixed kinetic ratio pressure anchor quench; do
    test -n "$1" && test "$1" != $check && continue
    "$BUILD/tests/engine_physics" $check || failed=1
done
test -n "$1" && test "$1" != lammps && exit $failed
if ! command -v lmp >/dev/null; then
    echo "skip - NVE wander, shift=energy, beside LAMMPS: no lmp here"
    exit $failed
fi

# With an energy shift the force jumps at the cutoff, and the energy walks at random by the same amount in every code.
# The same 1000 atoms, 60,000 steps; the step of the walk is the root mean square difference of successive means over
# 600 steps (100 of them: 7 % error each, so 1.5 is five standard errors).
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
"$BUILD/tests/engine_physics" wander "$work" > "$work/glint.txt" || { echo "not ok - NVE wander: run failed"; exit 1; }
cat > "$work/in.lmp" <<'END'
units lj
atom_style atomic
read_data start.data
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
pair_coeff 1 2 1.0 0.91666666666666667 2.5
pair_coeff 2 2 1.0 0.83333333333333333 2.5
pair_modify shift yes
neighbor 0.4 bin
neigh_modify every 1 delay 0 check yes
fix 1 all nve
timestep 0.005
variable e equal etotal
thermo 10000
thermo_modify norm no
fix 2 all ave/time 10 60 600 v_e file lammps.txt format " %.12g"
run 60000
END
(cd "$work" && OMP_NUM_THREADS=1 lmp -in in.lmp -log log.lammps > lmp.out 2>&1) || { echo "not ok - NVE wander: LAMMPS failed"; tail -3 "$work/lmp.out"; exit 1; }
"$PYTHON" - "$work" <<'END' || failed=1
import sys
def wander(name, column):
    e = [float(l.split()[column]) for l in open(sys.argv[1] + "/" + name) if not l.startswith("#")]
    d = [(b - a) / 1000 for a, b in zip(e, e[1:])]
    return (sum(x * x for x in d) / len(d)) ** 0.5, (e[-1] - e[0]) / 1000, len(e)
g, gd, ng = wander("glint.txt", 0)
l, ld, nl = wander("lammps.txt", 1)
good = g <= 1.5 * l and ng >= 99 and nl >= 99
print("%s - NVE wander, shift=energy, beside LAMMPS (rms step of means over 600 steps: %.2g, LAMMPS %.2g epsilon per atom; change over 60,000 steps: %.1g, LAMMPS %.1g)"
      % ("ok" if good else "not ok", g, l, gd, ld))
sys.exit(not good)
END
exit $failed
