/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/simd_species.h"
#include "cmd/bench.h"
#include "cmd/phases.h"
#include "par/par.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct measured {
    struct bench_timing timing;
    struct phases phases;       /* of all parts together */
    int64_t steps;              /* of one part (list: rebuilds) */
    double temperature, energy; /* means over the ends of the parts */
    double force_error;         /* of mixed precision: rms of the error over rms of the forces */
    int64_t pairs, slots;       /* inside the cutoffs, in the lists: counted from both atoms, all ranks */
};

/* Pairs of the lists that are inside the cutoff of their species, this rank's atoms. */
static int64_t useful_pairs(const struct engine *e)
{
    const struct domain *d = &e->domain;
    const double *x = d->x[0];
    int64_t pairs = 0;
    for (int t = 0; t < e->list.threads; t++)
        for (int half = 0; half < 2; half++) {
            const struct list_part *part = &e->list.part[t];
            const size_t *range = half == 0 ? part->interior : part->boundary;
            for (size_t o = range[0]; o < range[1]; o++) {
                uint32_t i = d->order[o];
                const double *xi = d->x[d->slot[i]];
                const uint32_t *j = part->j + e->list.entry[o].first;
                for (uint32_t k = 0; k < e->list.entry[o].length; k++) {
                    const double *xj = x + j[k];
                    double dx = xj[0] - xi[0], dy = xj[1] - xi[1], dz = xj[2] - xi[2],
                           r2 = dx * dx + dy * dy + dz * dz,
                           cutoff = e->list.cutoff[d->type[i]][simd_species_of(xj[3])];
                    pairs += r2 < cutoff * cutoff;
                }
            }
        }
    return pairs;
}

/* Steps between two natural rebuilds, and seconds a step. */
static status try_out(struct engine *e, int64_t *interval, double *seconds)
{
    TRY(engine_advance(e, e->step + LIST_LIFETIME, true));
    int64_t from = e->step;
    double begin = clock_now();
    TRY(engine_advance(e, e->step + LIST_LIFETIME, true));
    *interval = e->step - from;
    *seconds = (clock_now() - begin) / (double)*interval;
    par_max(seconds, 1);
    return OK;
}

static status choose_steps(struct engine *e, const struct bench_options *o, int64_t *steps)
{
    int64_t interval;
    double seconds;
    TRY(try_out(e, &interval, &seconds));
    int64_t enough = (int64_t)ceil(1.1 * BENCH_SECONDS / BENCH_PARTS / seconds);
    *steps = o->steps > 0 ? o->steps : enough > interval + interval / 4 ? enough : interval + interval / 4;
    return OK;
}

static status measure(struct engine *e, const struct bench_options *o, struct measured *m)
{
    double seconds[BENCH_PARTS];
    memset(m, 0, sizeof *m);
    TRY(choose_steps(e, o, &m->steps));
    engine_count_afresh(e);
    double start = clock_now();
    for (int k = 0; k < BENCH_PARTS; k++) {
        double begin = clock_now();
        TRY(engine_advance(e, e->step + m->steps, false));
        seconds[k] = clock_now() - begin;
        m->temperature += engine_temperature(e) / BENCH_PARTS;
        m->energy += e->energy / (double)e->domain.total / BENCH_PARTS;
    }
    phases_collect(&m->phases, e,
                   &(struct phases_part){.wall = clock_now() - start, .steps = BENCH_PARTS * m->steps});
    bench_time(&m->timing, seconds);
    int64_t counts[2] = {useful_pairs(e), list_slots(&e->list, e->domain.n)};
    par_sum_int64(counts, 2);
    m->pairs = counts[0];
    m->slots = counts[1];
    if (e->precision == PRECISION_MIXED) {
        struct precision_error p;
        TRY(engine_precision_error(e, &p));
        m->force_error = p.error / p.force;
    }
    return OK;
}

static double largest_cutoff(const struct engine *e)
{
    double most = 0.0;
    for (int a = 0; a < e->potential.species.count; a++)
        for (int b = 0; b < e->potential.species.count; b++) most = fmax(most, e->list.cutoff[a][b]);
    return most;
}

static void say(const struct engine *e, const struct bench_options *o, const struct measured *m,
                double memory)
{
    struct text t = {0};
    double n = (double)o->atoms, rate = (double)m->steps / m->timing.median;
    printf("%s, %lld atoms, %d rank%s x %d thread%s, %s, %s precision\n", e->potential.spec,
           (long long)o->atoms, par_size(), par_size() == 1 ? "" : "s", e->list.threads,
           e->list.threads == 1 ? "" : "s", isa_name(e->list.isa), potential_precisions[o->precision]);
    printf("median of %d parts of %lld steps: %.4g steps/s   %.4g M atom-steps/s   %.4g ns per atom and step "
           "(spread %.0f %%)\n",
           BENCH_PARTS, (long long)m->steps, rate, 1e-6 * n * rate, 1e9 / (n * rate),
           100.0 * m->timing.spread);
    printf("T %.4g   energy per atom %.6g   cutoff %.4g   skins %.3g, %.3g   %lld rebuilds, %lld prunes\n",
           m->temperature, m->energy, largest_cutoff(e), e->list.skin, e->list.inner_skin,
           (long long)e->rebuilds, (long long)e->prunes);
    if (e->precision == PRECISION_MIXED) printf("relative error of the forces %.2g rms\n", m->force_error);
    printf("per atom: %.4g useful pairs, %.4g list slots   memory %.4g MB on the fullest rank\nall parts: ",
           (double)m->pairs / n, (double)m->slots / n, 1e-6 * memory);
    phases_table(&m->phases, &t);
    fputs(t.s ? t.s : "", stdout);
    text_free(&t);
}

static void say_json(const struct engine *e, const struct bench_options *o, const struct measured *m,
                     double memory, double memory_sum)
{
    double n = (double)o->atoms, rate = (double)m->steps / m->timing.median;
    struct json j = bench_json(o, e->list.threads);
    json_integer(&j, "steps", m->steps);
    json_number(&j, "steps_per_s", rate);
    json_number(&j, "atom_steps_per_s", n * rate);
    json_number(&j, "ns_per_atom_step", 1e9 / (n * rate));
    json_number(&j, "spread", m->timing.spread);
    phases_json(&j, &m->phases);
    json_number(&j, "temperature", m->temperature);
    json_number(&j, "energy_per_atom", m->energy);
    json_number(&j, "density", n / box_volume(&e->domain.box));
    json_number(&j, "useful_pairs_per_atom", (double)m->pairs / n);
    json_number(&j, "list_slots_per_atom", (double)m->slots / n);
    if (e->precision == PRECISION_MIXED) json_number(&j, "force_error", m->force_error);
    json_integer(&j, "rebuilds", e->rebuilds);
    json_integer(&j, "prunes", e->prunes);
    json_number(&j, "cutoff", largest_cutoff(e));
    json_number(&j, "skin", e->list.skin);
    json_number(&j, "inner_skin", e->list.inner_skin);
    json_number(&j, "memory_of_a_rank", memory);
    json_number(&j, "memory", memory_sum);
    bench_json_print(&j);
}

status bench_md(const struct bench_options *o)
{
    struct engine e = {0};
    struct measured m;
    double memory, memory_sum;
    status s = OK;
    GUARD(bench_state(&e, o));
    GUARD(measure(&e, o, &m));
    bench_memory(&memory, &memory_sum);
    if (par_rank() != 0) goto done;
    if (o->json)
        say_json(&e, o, &m, memory, memory_sum);
    else
        say(&e, o, &m, memory);
done:
    engine_free(&e);
    return s;
}

/* ---- list: a rebuild is a domain rebuild (cells, migration, sorting, halo plan) and a search ---- */

static status rebuild_often(struct engine *e, int64_t times)
{
    for (int64_t i = 0; i < times; i++) TRY(engine_forces(e));
    return OK;
}

status bench_list(const struct bench_options *o)
{
    struct engine e = {0};
    double seconds[BENCH_PARTS], trial = clock_now();
    struct bench_timing t;
    status s = OK;
    GUARD(bench_state(&e, o));
    trial = clock_now();
    GUARD(rebuild_often(&e, 1));
    trial = clock_now() - trial;
    par_max(&trial, 1);
    int64_t times = o->steps > 0 ? o->steps : (int64_t)ceil(1.1 * BENCH_SECONDS / BENCH_PARTS / trial);
    for (int k = 0; k < BENCH_PARTS; k++) {
        struct phases p;
        engine_count_afresh(&e);
        double begin = clock_now();
        GUARD(rebuild_often(&e, times));
        phases_collect(&p, &e, &(struct phases_part){.wall = clock_now() - begin, .steps = times});
        seconds[k] = p.most[PHASE_LIST];
    }
    bench_time(&t, seconds);
    if (par_rank() != 0) goto done;
    double each = t.median / (double)times, ns = 1e9 * each / (double)o->atoms;
    if (o->json) {
        struct json j = bench_json(o, e.list.threads);
        json_integer(&j, "rebuilds", times);
        json_number(&j, "seconds", each);
        json_number(&j, "ns_per_atom", ns);
        json_number(&j, "spread", t.spread);
        json_number(&j, "radius", e.list.radius);
        bench_json_print(&j);
    } else {
        printf("%s, %lld atoms, %d rank%s x %d thread%s: a rebuild of the lists takes %.4g ms, %.4g ns per "
               "atom (spread %.0f %%)\n",
               e.potential.spec, (long long)o->atoms, par_size(), par_size() == 1 ? "" : "s", e.list.threads,
               e.list.threads == 1 ? "" : "s", 1e3 * each, ns, 100.0 * t.spread);
    }
done:
    engine_free(&e);
    return s;
}
