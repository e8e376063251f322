/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint isf — self intermediate scattering function, relaxation time, chi4. */
#include "analysis/cmd/track_args.h"
#include "analysis/cmd/values.h"
#include "analysis/dynamics/hops.h"
#include "analysis/dynamics/isf.h"

#include <inttypes.h>
#include <stdio.h>

enum { AGES_MAX = 16 };
struct options {
    struct track_args track;
    const char *q;
    bool lattice, linear;
    double per_decade;
    int64_t origins, ages;
};
static const struct arg args[] = {
    {"--q", 'q', ARG_STRING, offsetof(struct options, q), "Q",
     "wavenumber: '7.65' or '7.65 /sigma' or '2.63 /angstrom'"},
    {"--lattice", 0, ARG_FLAG, offsetof(struct options, lattice), NULL,
     "average over reciprocal-lattice vectors nearest to Q instead of over the sphere sin(qr)/(qr)"},
    {"--ages", 0, ARG_INT, offsetof(struct options, ages), "N",
     "N age windows for the origins, each as long as the record before it"},
    {"--linear-ages", 0, ARG_FLAG, offsetof(struct options, linear), NULL, "age windows of equal length"},
    TRACK_ARGS(struct options, track),
    {"--per-decade", 0, ARG_DOUBLE, offsetof(struct options, per_decade), "N", "lags a decade (10)"},
    {"--origins", 0, ARG_INT, offsetof(struct options, origins), "N", "most time origins a lag (200)"},
    {0}};

extern const struct command cmd_isf;

static void print_head(const struct isf *r, const struct track *t)
{
    struct text d = {0};
    track_describe(t, &d);
    printf("%s# F_s(q,t) = <exp(iq.(r(t0+t)-r(t0)))> at q = %.6g /%s, ", d.s ? d.s : "", r->q,
           t->length_unit);
    if (r->form == ISF_SPHERE)
        printf("all directions (sin(qr)/(qr))\n");
    else
        printf("%d reciprocal-lattice vectors of the mean cell, q is their mean length\n", r->vectors);
    printf("# tau_alpha: F_s = 1/e, not extrapolated ('-': the record is too short); halves: origins in the "
           "first and the\n"
           "# second half of the window; error = half their difference; chi4 = N Var(f) over origins of this "
           "one run;\n"
           "# age = start: the age window holds the origins, lags may reach beyond it\n");
    text_free(&d);
}

static void print_table(const struct isf *r, const struct track *t, double from, double to)
{
    char b[4][24];
    printf("# age window %g to %g %s\n", from, to, t->time_unit);
    for (int g = 0; g < r->groups; g++)
        printf("# tau_alpha %-4s %10s error %9s (halves %s, %s) %s\n", track_args_group(t, g),
               track_args_number(b[0], r->tau[g], 5), track_args_number(b[1], r->tau_error[g], 2),
               track_args_number(b[2], r->tau_half[g][0], 4), track_args_number(b[3], r->tau_half[g][1], 4),
               t->time_unit);
    printf("#        lag/%-6s pairs", t->time_unit);
    for (int g = 0; g < r->groups; g++) printf("    F_s(%-3s)     error", track_args_group(t, g));
    printf("      chi4\n");
    for (int64_t k = 0; k < r->lags; k++) {
        printf("%18.8g %5" PRId64, r->lag[k], r->pairs[k]);
        for (int g = 0; g < r->groups; g++)
            printf(" %11.6f %9s", r->f[g * r->lags + k],
                   track_args_number(b[0], r->f_error[g * r->lags + k], 2));
        printf(" %9s\n", track_args_number(b[0], r->chi4[k], 4));
    }
}

static void print_json(struct json *j, const struct isf *r, const struct track *t, double from, double to)
{
    json_open(j, NULL, '{');
    json_number(j, "age_from", from);
    json_number(j, "age_to", to);
    for (int g = 0; g < r->groups; g++) {
        json_open(j, track_args_group(t, g), '{');
        json_number(j, "tau_alpha", r->tau[g]);
        json_number(j, "tau_alpha_error", r->tau_error[g]);
        json_number(j, "tau_alpha_first_half", r->tau_half[g][0]);
        json_number(j, "tau_alpha_second_half", r->tau_half[g][1]);
        json_open(j, "f", '[');
        for (int64_t k = 0; k < r->lags; k++) json_number(j, NULL, r->f[g * r->lags + k]);
        json_close(j);
        json_open(j, "f_error", '[');
        for (int64_t k = 0; k < r->lags; k++) json_number(j, NULL, r->f_error[g * r->lags + k]);
        json_close(j);
        json_close(j);
    }
    json_open(j, "lag", '[');
    for (int64_t k = 0; k < r->lags; k++) json_number(j, NULL, r->lag[k]);
    json_close(j);
    json_open(j, "chi4", '[');
    for (int64_t k = 0; k < r->lags; k++) json_number(j, NULL, r->chi4[k]);
    json_close(j);
    json_close(j);
}

/* One age window after the other; `j` NULL prints tables. */
static status all_ages(const struct track *t, const struct options *o, double q, struct json *j)
{
    double edge[AGES_MAX + 1];
    int ages = o->ages > 1 ? (int)o->ages : 1;
    hop_ages(t->time[0], t->time[t->frames - 1], ages, !o->linear, edge);
    for (int i = 0; i < ages; i++) {
        struct isf r = {0};
        struct isf_options io = {.q = q,
                                 .form = o->lattice ? ISF_LATTICE : ISF_SPHERE,
                                 .lags = {.per_decade = o->per_decade, .origins = o->origins}};
        if (ages > 1) {
            io.lags.origin_from = edge[i];
            io.lags.origin_to = edge[i + 1];
        }
        TRY(isf_measure(&r, t, &io));
        if (j && i == 0) {
            json_number(j, "q", r.q);
            json_string(j, "directions", r.form == ISF_SPHERE ? "sphere" : "reciprocal lattice");
            json_open(j, "ages", '[');
        }
        if (!j && i == 0) print_head(&r, t);
        if (!j && i > 0) printf("\n\n");
        if (j)
            print_json(j, &r, t, edge[i], edge[i + 1]);
        else
            print_table(&r, t, edge[i], edge[i + 1]);
        isf_free(&r);
    }
    if (j) json_close(j);
    return OK;
}

static status run(int argc, char **argv)
{
    status s = OK;
    struct options o = {0};
    struct track t = {0};
    struct json j = {0};
    struct values q;
    const char *file[1];
    int files;
    TRY(args_parse(&cmd_isf, argc, argv, &o, file, 1, 1, &files));
    if (!o.q)
        return fail(
            BAD_INPUT,
            "--q is missing: the wavenumber, usually the first peak of S(q) ('glint structure %s --sq' "
            "prints it)",
            file[0]);
    if (o.ages < 0 || o.ages > AGES_MAX)
        return fail(BAD_INPUT, "--ages %" PRId64 ": a number from 1 to %d was expected", o.ages, AGES_MAX);
    GUARD(track_args_load(&t, file[0], &o.track));
    GUARD(values_wavenumbers(&q, "--q", o.q, t.length_unit));
    if (o.track.json) {
        j = json_start();
        json_open(&j, NULL, '{');
        track_args_json(&j, &t);
    }
    GUARD(all_ages(&t, &o, q.value[0], o.track.json ? &j : NULL));
    if (o.track.json) {
        json_close(&j);
        puts(j.text.s);
    }
done:
    json_free(&j);
    track_free(&t);
    return s;
}

const struct command cmd_isf = {
    .name = "isf",
    .summary = "self intermediate scattering function F_s(q,t), tau_alpha and chi4",
    .synopsis = "TRAJ|RUNDIR --q Q [--lattice] [--ages N] [--from T] [--to T] [--json]",
    .description =
        "F_s(q,t) of all atoms and of each species with block errors; the relaxation time where it falls to "
        "1/e, "
        "with the same from the two halves of the record (they differ when the sample ages); chi4 from the "
        "variance over time origins.",
    .examples = "  glint isf runs/first --q 7.65\n"
                "  glint isf runs/glass --q '7.65 /sigma' --ages 3\n"
                "  glint isf trajectory.h5 --q '2.63 /angstrom' --lattice --json\n",
    .args = args,
    .run = run};
