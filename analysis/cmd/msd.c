/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint msd — mean-square displacement and non-Gaussian parameter. */
#include "analysis/cmd/track_args.h"
#include "analysis/dynamics/msd.h"

#include <inttypes.h>
#include <stdio.h>

struct options {
    struct track_args track;
    double per_decade;
    int64_t origins;
};
static const struct arg args[] = {
    TRACK_ARGS(struct options, track),
    {"--per-decade", 0, ARG_DOUBLE, offsetof(struct options, per_decade), "N", "lags a decade (10)"},
    {"--origins", 0, ARG_INT, offsetof(struct options, origins), "N", "most time origins a lag (200)"},
    {0}};

extern const struct command cmd_msd;

static void print_table(const struct msd *m, const struct track *t)
{
    struct text d = {0};
    track_describe(t, &d);
    printf("%s# r2 = <|r(t0+t)-r(t0)|^2> over atoms and origins (%s^2); alpha2 = 3<r^4>/(5<r^2>^2) - 1;\n"
           "# exponent = local slope dln(r2)/dln(t); errors from blocks of origins not shorter than the lag, "
           "'-' where\n"
           "# the record holds fewer than two\n",
           d.s ? d.s : "", t->length_unit);
    text_free(&d);
    printf("# species        lag/%-6s pairs           r2     error     alpha2     error  exponent\n",
           t->time_unit);
    char b[4][24];
    for (int g = 0; g < m->groups; g++) {
        for (int64_t k = 0; k < m->lags; k++) {
            int64_t i = g * m->lags + k;
            printf("%-9s %16.8g %6" PRId64 " %12.6g %9s %10.5f %9s %9s\n", track_args_group(t, g), m->lag[k],
                   m->pairs[k], m->r2[i], track_args_number(b[0], m->r2_error[i], 3), m->alpha2[i],
                   track_args_number(b[1], m->alpha2_error[i], 2),
                   track_args_number(b[2], m->exponent[i], 3));
        }
        if (g + 1 < m->groups) printf("\n\n");
    }
}

static void print_json(const struct msd *m, const struct track *t)
{
    struct json j = json_start();
    json_open(&j, NULL, '{');
    track_args_json(&j, t);
    json_open(&j, "msd", '{');
    for (int g = 0; g < m->groups; g++) {
        json_open(&j, track_args_group(t, g), '[');
        for (int64_t k = 0; k < m->lags; k++) {
            int64_t i = g * m->lags + k;
            json_open(&j, NULL, '{');
            json_number(&j, "lag", m->lag[k]);
            json_integer(&j, "pairs", m->pairs[k]);
            json_number(&j, "r2", m->r2[i]);
            json_number(&j, "r2_error", m->r2_error[i]);
            json_number(&j, "alpha2", m->alpha2[i]);
            json_number(&j, "alpha2_error", m->alpha2_error[i]);
            json_number(&j, "exponent", m->exponent[i]);
            json_close(&j);
        }
        json_close(&j);
    }
    json_close(&j);
    json_close(&j);
    puts(j.text.s);
    json_free(&j);
}

static status run(int argc, char **argv)
{
    status s = OK;
    struct options o = {0};
    struct track t = {0};
    struct msd m = {0};
    const char *file[1];
    int files;
    TRY(args_parse(&cmd_msd, argc, argv, &o, file, 1, 1, &files));
    GUARD(track_args_load(&t, file[0], &o.track));
    GUARD(msd_measure(&m, &t, &(struct lag_options){.per_decade = o.per_decade, .origins = o.origins}));
    if (o.track.json)
        print_json(&m, &t);
    else
        print_table(&m, &t);
done:
    msd_free(&m);
    track_free(&t);
    return s;
}

const struct command cmd_msd = {
    .name = "msd",
    .summary = "mean-square displacement and non-Gaussian parameter",
    .synopsis = "TRAJ|RUNDIR [--from T] [--to T] [--per-decade N] [--json]",
    .description =
        "Averages over atoms (all and per species) and time origins on a logarithmic axis of lags, with "
        "errors "
        "from blocks of origins. Paths are unwrapped; the change of the cell and the motion of the centre of "
        "mass are removed, and the header of the table says so.",
    .examples = "  glint msd runs/first\n"
                "  glint msd trajectory.h5 --from 100 --to 600 --per-decade 5\n"
                "  glint msd dump.lammpstrj --step-time 0.005 --json\n",
    .args = args,
    .run = run};
