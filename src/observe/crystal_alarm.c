/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/crystal_alarm.h"

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "system/frank_kasper.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- input ---- */

enum { WHEN_LONG, WHEN_ASKED, WHEN_NEVER };
static const char *const when_words[] = {"long", "asked", "never", NULL};
#define AT(field) offsetof(struct crystal_alarm_input, field)
static const struct input_key keys[] = {
    {"when", INPUT_CHOICE, AT(when), .choices = when_words, .standard = "long",
     .help =
         "long: in stages longer than `longer_than` and in those that observe crystal-alarm; asked: in the "
         "latter; never"},
    {"every", INPUT_NUMBER, AT(every), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .standard = "1e3 tau", .standard_metal = "400 ps", .help = "time between looks"},
    {"longer_than", INPUT_NUMBER, AT(longer), .quantity = QUANTITY_TIME, .limit = INPUT_NOT_NEGATIVE,
     .standard = "1e4 tau", .standard_metal = "4 ns", .help = "stages that are watched without asking"},
    {"warn_above", INPUT_NUMBER, AT(warn_above), .limit = INPUT_NOT_NEGATIVE, .standard = "2 %",
     .help = "large atoms that are Laves centres: above this (and `largest`) a warning"},
    {"stop_above", INPUT_NUMBER, AT(stop_above), .limit = INPUT_NOT_NEGATIVE,
     .help = "above this (and `largest`) stop with a checkpoint, exit code 4; absent: never"},
    {"largest", INPUT_INTEGER, AT(largest), .limit = INPUT_NOT_NEGATIVE, .standard = "50",
     .help = "centres that the largest cluster must exceed for either"},
    {0}};
const struct input_table crystal_alarm_table = {"crystal_alarm", keys, sizeof(struct crystal_alarm_input),
                                                .help = "Laves crystals growing in a long stage"};

void crystal_alarm_choose(const struct crystal_alarm_input *a, double dt, struct stage *stages, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct stage *s = &stages[i];
        bool moves = s->action == STAGE_DYNAMICS || s->action == STAGE_DEPOSIT,
             is_long = moves && (double)s->steps * dt > a->longer * (1.0 + 1e-9);
        if (a->when == WHEN_LONG && is_long && !s->observe_nothing) s->observe_crystal = true;
        if (a->when == WHEN_NEVER) s->observe_crystal = false;
    }
}

/* ---- the observer ---- */

enum { MEMORY = 10, MEMORY_LEAST = 3 };

struct crystal_alarm {
    struct observer base;
    struct crystal_alarm_options options;
    char path[FILE_PATH_MAX];
    const char *stage;
    FILE *stream;
    struct config frame;
    struct { /* plain numbers: saved as they are */
        double energy[MEMORY], energies, warned;
    } state;
};
enum { STATE = MEMORY + 2 };

static const char HEADER[] =
    "# Laves centres: atoms of the larger species with Voronoi index <0,0,12,4> and 12 neighbors of another\n"
    "# species; plain tessellation of the instantaneous positions, no filter. largest_cluster: centres "
    "connected through\n"
    "# faces with six edges. energy_jump: potential_per_atom against mean and deviation of up to ten lines "
    "before.\n"
    "step,time,fraction,centres,large_atoms,largest_cluster,potential_per_atom,energy_jump\n";

static status start(struct observer *base, struct engine *e, const struct stage *s, int64_t resume_step)
{
    struct crystal_alarm *o = (struct crystal_alarm *)base;
    char name[128];
    (void)e;
    o->stage = s->label;
    if (resume_step < 0) memset(&o->state, 0, sizeof o->state);
    if (par_rank() != 0) return OK;
    snprintf(name, sizeof name, "crystal-%s.csv", s->label);
    TRY(file_join(o->path, o->options.folder, name));
    return observer_open_lines(&o->stream, o->path, HEADER, resume_step);
}

/* NaN without enough lines before. */
static double energy_jump(const struct crystal_alarm *o, double u)
{
    int n = (int)fmin(o->state.energies, MEMORY);
    double mean = 0.0, square = 0.0;
    if (n < MEMORY_LEAST) return (double)NAN;
    for (int k = 0; k < n; k++) mean += o->state.energy[k] / n;
    for (int k = 0; k < n; k++) square += (o->state.energy[k] - mean) * (o->state.energy[k] - mean);
    return square > 0.0 ? (u - mean) / sqrt(square / (n - 1)) : (double)NAN;
}

static void remember(struct crystal_alarm *o, double u)
{
    o->state.energy[(int)fmod(o->state.energies, MEMORY)] = u;
    o->state.energies += 1.0;
}

static status write_line(struct crystal_alarm *o, const struct engine *e, const struct laves *l, double u)
{
    char jump_text[32] = "";
    double jump = energy_jump(o, u);
    if (isfinite(jump)) snprintf(jump_text, sizeof jump_text, "%.4g", jump);
    fprintf(o->stream, "%lld,%.10g,%.6g,%lld,%lld,%lld,%.12g,%s\n", (long long)e->step, engine_shown_time(e),
            l->fraction, (long long)l->centres, (long long)l->large_atoms, (long long)l->largest, u,
            jump_text);
    return ferror(o->stream) ? fail(FAILED, "cannot write %s: %s", o->path, strerror(errno)) : OK;
}

static void judge(struct crystal_alarm *o, const struct engine *e, const struct laves *l)
{
    const struct crystal_alarm_input *in = o->options.input;
    char what[256];
    if (l->largest <= in->largest) return;
    snprintf(
        what, sizeof what,
        "stage %s, step %lld: %.3g %% of the large atoms are Laves centres, the largest cluster has %lld",
        o->stage, (long long)e->step, 100.0 * l->fraction, (long long)l->largest);
    if (l->fraction > in->stop_above && !o->base.wants_stop) {
        log_warning(
            "the sample crystallises: %s. The run stops (crystal_alarm: stop_above %.3g %%); to go on "
            "all the same: --resume --set crystal_alarm.when=never",
            what, 100.0 * in->stop_above);
        o->base.wants_stop = true;
    } else if (l->fraction > in->warn_above && o->state.warned == 0.0) {
        log_warning("the sample crystallises: %s. What follows in this stage is not a glass alone (%s)", what,
                    o->path);
        o->state.warned = 1.0;
    }
}

/* On rank 0. */
static status look(struct crystal_alarm *o, const struct engine *e, double u)
{
    struct laves l = {0};
    TRY(laves_of_config(&l, &o->frame, e->list.threads));
    TRY(write_line(o, e, &l, u));
    judge(o, e, &l);
    return OK;
}

static status sample(struct observer *base, struct engine *e)
{
    struct crystal_alarm *o = (struct crystal_alarm *)base;
    double u = e->energy / (double)e->domain.total;
    TRY(domain_gather(&e->domain, &o->frame, 0));
    TRY(par_agree(par_rank() == 0 ? look(o, e, u) : OK));
    remember(o, u);
    return OK;
}

static status flush(struct observer *base)
{
    struct crystal_alarm *o = (struct crystal_alarm *)base;
    return observer_flush_lines(o->stream, o->path);
}

static status stop(struct observer *base)
{
    struct crystal_alarm *o = (struct crystal_alarm *)base;
    status s = flush(base);
    if (o->stream) fclose(o->stream);
    o->stream = NULL;
    return s;
}

static size_t state_size(const struct observer *o)
{
    (void)o;
    return STATE;
}
static void save(const struct observer *o, double *state)
{
    memcpy(state, &((const struct crystal_alarm *)o)->state, STATE * sizeof *state);
}
static status load(struct observer *o, const double *state, size_t size)
{
    if (size != STATE) return fail(BAD_INPUT, "the checkpoint holds another state of the crystal alarm");
    memcpy(&((struct crystal_alarm *)o)->state, state, STATE * sizeof *state);
    return OK;
}

static void release(struct observer **base)
{
    struct crystal_alarm *o = (struct crystal_alarm *)*base;
    if (o && o->stream) fclose(o->stream);
    if (o) config_free(&o->frame);
    DELETE(*base);
}

static const struct observer_kind kind = {"crystal-alarm",
                                          "Laves crystals in crystal-LABEL.csv, a warning or a stop",
                                          start,
                                          sample,
                                          stop,
                                          flush,
                                          state_size,
                                          save,
                                          load,
                                          release,
                                          NULL};

status crystal_alarm_new(struct observer **out, const struct crystal_alarm_options *options)
{
    struct crystal_alarm *o = NULL;
    TRY(NEW(o, 1));
    *out = &o->base;
    o->base.kind = &kind;
    o->base.every = options->every;
    o->base.in_stage_only = true;
    o->options = *options;
    snprintf(o->base.name, sizeof o->base.name, "crystal");
    return OK;
}
