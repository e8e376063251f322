/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine — atoms, potential, lists and ensemble, advanced step by step.
 *
 *     struct engine e = {0};
 *     TRY(engine_start(&e, &options, &config))      collective; forces and energies of the start
 *     e.ensemble = …;                               any time between advances
 *     TRY(engine_advance(&e, until, false))         to step `until`, rebuilding lists as needed
 *     engine_free(&e)
 *
 * One persistent parallel region covers all steps of an advance. The step `until` always has energies and
 * virial (one that ends early at a rebuild may not: has_energy). Whether energies are computed at a step
 * never changes the trajectory.
 *
 * Restart: state that is saved right after a step in which the lists were rebuilt (engine_at_rebuild)
 * continues to the same bits, because the forces of that step come from lists made of the saved, wrapped
 * positions. Set e.rebuild_at to force a rebuild at a step that the input knows (the end of a stage); use
 * stop_at_rebuild to return at the next natural one. */
#ifndef GLINT_INTEGRATE_ENGINE_H
#define GLINT_INTEGRATE_ENGINE_H

#include "base/clock.h"
#include "base/units.h"
#include "force/potential.h"
#include "integrate/ensemble.h"
#include "integrate/film.h"
#include "neighbor/list.h"
#include "par/team.h"
#include "system/domain.h"

struct engine_options {
    const char *potential; /* SPEC */
    double dt;
    double skin, inner_skin; /* 0: the defaults */
    int threads;             /* 0: as OpenMP says */
    uint64_t seed;
    enum precision precision; /* mixed: BAD_INPUT where the potential has no such kernel */
    struct film *film;        /* NULL: none; else the engine takes it over */
};

enum list_action { LIST_KEEP, LIST_PRUNE, LIST_REBUILD };
/* Where the time of a thread goes (engine_thread.ticks). List: rebuilds and prunes. Wait: for other threads
 * at barriers and for messages of other ranks. The end of the kick, where it is not put off, counts as force:
 * it is done block by block while the forces are in the cache. */
enum engine_phase { PHASE_FORCE, PHASE_LIST, PHASE_HALO, PHASE_INTEGRATE, PHASE_WAIT, ENGINE_PHASES };

struct engine_thread { /* what one thread contributes to global values */
    _Alignas(64) struct sum kinetic, axis_kinetic[3];
    struct sum heat; /* that langevin put in since the last rebuild */
    struct force_sums sums;
    double displacement2;
    uint64_t ticks[ENGINE_PHASES]; /* since `origin`; see clock_tick */
};

struct engine {
    struct potential potential;
    struct domain domain;
    struct list list;
    struct ensemble ensemble;
    struct film film;         /* kind FILM_NONE: no substrate */
    struct unit_system units; /* of the potential; all numbers here are internal ones */
    double dt, kB;
    double dt_scale; /* a step takes dt times this: 1, or less while atoms are fast */
    uint64_t seed;
    enum precision precision; /* of the forces; all else is double */
    int64_t step;
    double time;
    int64_t energy_every; /* energies and virial at multiples of this step number; 0: only when needed */
    int64_t rebuild_at;   /* force a rebuild at this step; -1: never */

    /* global values at the end of the last step (kinetic always when the ensemble needs it) */
    double kinetic2, axis_kinetic2[3], energy, virial[VIRIALS]; /* Σ m v², Σ m v_k² */
    double heat;     /* of langevin since the last rebuild, at the last step with energies */
    bool has_energy; /* energy and virial belong to this step */

    int64_t last_rebuild, rebuilds;
    int64_t atom_steps; /* steps, each times the number of atoms it moved */
    double scale_since_rebuild[3], scale_since_prune[3];
    double path_since_prune; /* at least as long as any atom's own way since the lists were made */
    int64_t prunes;
    struct clock_origin origin; /* of the ticks */

    /* inside an advance */
    struct team team;
    struct engine_thread *thread;
    struct step_plan plan;
    struct {
        bool due;
        double va[3], vb[3];
    } late; /* an end kick that waits for the next step; never outside an advance */
    enum list_action action;
    bool want_energy, finished;
    int64_t until;
    bool stop_at_rebuild;
    status failure;
};

status engine_start(struct engine *e, const struct engine_options *o, const struct config *c);
void engine_free(struct engine *e);
/* Collective: other atoms in place of those there (the same on every rank), and their forces. Step, time,
 * ensemble and film stay: set them before. */
status engine_load(struct engine *e, const struct config *c);
status engine_advance(struct engine *e, int64_t until, bool stop_at_rebuild); /* collective */
/* Rebuild lists, compute forces, energy, virial at the present positions. Collective. */
status engine_forces(struct engine *e);
/* After the caller moved owned atoms (and perhaps scaled the box): lists, halo, forces, energy, virial.
 * Collective. */
status engine_update(struct engine *e);
/* How far mixed-precision forces are from those in double precision at the present positions: root mean
 * squares over all components. Computes the latter and puts back all it changed: the run goes on to the same
 * bits. Collective. The sums are exact, so the numbers are those of any number of ranks and threads. */
struct precision_error {
    double force, error; /* rms of the forces, of the differences */
};
status engine_precision_error(struct engine *e, struct precision_error *p);
/* Velocities from the Maxwell–Boltzmann distribution, keyed by (seed, id, step): total momentum 0, exactly
 * temperature T with 3N−3 degrees of freedom. For a run that goes on from a minimised state. Collective. */
status engine_draw_velocities(struct engine *e, double temperature);
/* Scale the Cartesian components of the cell and of all owned positions. Not collective; engine_update
 * follows. */
void engine_scale_box(struct engine *e, const double scale[3]);
/* Counting of rebuilds, prunes, atom steps and of where the time goes begins anew. Between advances. */
void engine_count_afresh(struct engine *e);
static inline bool engine_at_rebuild(const struct engine *e)
{
    return e->last_rebuild == e->step;
}

/* Global values in the units of the run, valid when has_energy. */
double engine_kinetic(const struct engine *e);     /* total kinetic energy */
double engine_temperature(const struct engine *e); /* 2K/(g kB) */
void engine_pressure(const struct engine *e,
                     double p[VIRIALS]); /* tensor xx yy zz xy xz yz: diagonal with kinetic part */
double engine_scalar_pressure(const struct engine *e);
double engine_conserved(const struct engine *e);
/* Time and pressure as files and people see them: tau, eps/sigma³; ps, GPa in metal units. */
double engine_shown_time(const struct engine *e);
double engine_shown_pressure(const struct engine *e, double pressure);

#endif
