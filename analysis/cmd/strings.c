/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint strings — string-like cooperative motion. */
#include "analysis/cmd/track_args.h"
#include "analysis/cmd/values.h"
#include "analysis/dynamics/hop_table.h"
#include "analysis/dynamics/msd.h"
#include "analysis/dynamics/strings.h"

#include <inttypes.h>
#include <stdio.h>

struct options {
    struct track_args track;
    const char *lag, *delta, *r1;
    double fraction;
    int64_t origins, seed;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--lag", 0, ARG_STRING, AT(lag), "TIME", "time over which atoms move (where alpha2 is largest)"},
    {"--fraction", 0, ARG_DOUBLE, AT(fraction), "F", "fraction of atoms called mobile (0.05)"},
    {"--delta", 0, ARG_STRING, AT(delta), "LENGTH", "one takes the other's place within this ('0.6 r1')"},
    {"--r1", 0, ARG_STRING, AT(r1), "LENGTH", "first peak of g(r); measured if not given"},
    {"--origins", 0, ARG_INT, AT(origins), "N", "most time origins (100)"},
    {"--seed", 0, ARG_INT, AT(seed), "N", "seed of the control (1)"},
    TRACK_ARGS(struct options, track),
    {0}};

extern const struct command cmd_strings;

static status lag_of_alpha2(const struct track *t, double *lag)
{
    struct msd m;
    TRY(msd_measure(&m, t, &(struct lag_options){.origins = 100}));
    int64_t best = 0;
    for (int64_t k = 1; k < m.lags; k++)
        if (m.alpha2[k] > m.alpha2[best]) best = k;
    *lag = m.lag[best];
    msd_free(&m);
    return OK;
}

static status read_options(struct strings_options *so, const struct options *o, const struct track *t,
                           double *r1)
{
    struct values v;
    *so = (struct strings_options){.fraction = o->fraction, .origins = o->origins, .seed = (uint64_t)o->seed};
    if (o->r1) {
        TRY(values_lengths(&v, "--r1", o->r1, t->length_unit, 0.0, t->length_unit));
        *r1 = v.value[0];
    } else {
        TRY(hop_table_r1(t, r1));
    }
    if (!(*r1 > 0.0)) return fail(BAD_INPUT, "--r1: %g, it must be positive", *r1);
    so->delta = 0.6 * *r1;
    if (o->delta) {
        TRY(values_lengths(&v, "--delta", o->delta, t->length_unit, *r1, "r1"));
        so->delta = v.value[0];
    }
    if (!o->lag) return lag_of_alpha2(t, &so->lag);
    TRY(values_times(&v, "--lag", o->lag, t->time_unit));
    so->lag = v.value[0];
    return OK;
}

static void print_table(const struct strings *s, const struct strings_options *so, const struct track *t,
                        bool lag_given, double r1)
{
    struct text d = {0};
    char b[24];
    track_describe(t, &d);
    printf("%s# lag %g %s (%s), %" PRId64 " mobile atoms, delta %.4g %s = %.3g r1, %" PRId64 " origins\n",
           d.s ? d.s : "", s->lag, t->time_unit, lag_given ? "given" : "largest alpha2", s->mobile, so->delta,
           t->length_unit, so->delta / r1, s->origins);
    text_free(&d);
    printf("# control: the same atoms with their displacements dealt out at random\n"
           "# mean length %.4f error %s (control %.4f), weighted %.4f (%.4f), longest %" PRId64 " (%" PRId64
           ")\n"
           "#  n  strings/origin    control\n",
           s->mean, track_args_number(b, s->mean_error, 2), s->null_mean, s->weighted, s->null_weighted,
           s->largest, s->null_largest);
    for (int64_t n = 1; n <= s->longest; n++)
        if (s->count[n] > 0.0 || s->null_count[n] > 0.0)
            printf("%4" PRId64 " %14.5f %12.5f\n", n, s->count[n], s->null_count[n]);
}

static void print_json(const struct strings *s, const struct strings_options *so, const struct track *t,
                       double r1)
{
    struct json j = json_start();
    json_open(&j, NULL, '{');
    track_args_json(&j, t);
    json_number(&j, "lag", s->lag);
    json_integer(&j, "mobile", s->mobile);
    json_number(&j, "delta", so->delta);
    json_number(&j, "r1", r1);
    json_integer(&j, "origins", s->origins);
    json_number(&j, "mean_length", s->mean);
    json_number(&j, "mean_length_error", s->mean_error);
    json_number(&j, "weighted_length", s->weighted);
    json_number(&j, "control_mean_length", s->null_mean);
    json_number(&j, "control_weighted_length", s->null_weighted);
    json_open(&j, "strings_per_origin", '[');
    for (int64_t n = 1; n <= s->longest; n++) json_number(&j, NULL, s->count[n]);
    json_close(&j);
    json_open(&j, "control_per_origin", '[');
    for (int64_t n = 1; n <= s->longest; n++) json_number(&j, NULL, s->null_count[n]);
    json_close(&j);
    json_close(&j);
    puts(j.text.s);
    json_free(&j);
}

static status run(int argc, char **argv)
{
    status s = OK;
    struct options o = {.seed = 1};
    struct track t = {0};
    struct strings found = {0};
    struct strings_options so = {0};
    double r1 = 0.0;
    const char *file[1];
    int files;
    TRY(args_parse(&cmd_strings, argc, argv, &o, file, 1, 1, &files));
    GUARD(track_args_load(&t, file[0], &o.track));
    GUARD(read_options(&so, &o, &t, &r1));
    GUARD(strings_find(&found, &t, &so));
    if (o.track.json)
        print_json(&found, &so, &t, r1);
    else
        print_table(&found, &so, &t, o.lag != NULL, r1);
done:
    strings_free(&found);
    track_free(&t);
    return s;
}

const struct command cmd_strings = {
    .name = "strings",
    .summary = "string-like motion: mobile atoms that take each other's places",
    .synopsis = "TRAJ|RUNDIR [--lag TIME] [--fraction F] [--delta LENGTH] [--json]",
    .description = "Clusters of the most mobile atoms in which one atom arrives where another was (Donati et "
                   "al. 1998), beside "
                   "a control with the same displacements dealt out at random.",
    .examples = "  glint strings runs/glass\n"
                "  glint strings trajectory.h5 --lag '50 tau' --fraction 0.065 --delta '0.6 r1' --json\n",
    .args = args,
    .run = run};
