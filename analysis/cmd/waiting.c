/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint waiting — hops of atoms and their waiting times. */
#include "analysis/cmd/track_args.h"
#include "analysis/cmd/values.h"
#include "analysis/dynamics/hop_table.h"
#include "analysis/dynamics/hop_table_file.h"
#include "base/file.h"
#include "base/log.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct options {
    struct track_args track;
    const char *distance, *r1, *persist, *cage, *p_hop, *preset, *burst, *hops, *species, *output;
    bool linear;
    int64_t ages, replicates, seed;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--distance", 'd', ARG_STRING, AT(distance), "LIST",
     "hop distances, in r1 or a length ('0.4,0.6,0.8,1.0 r1')"},
    {"--persist", 'p', ARG_STRING, AT(persist), "LIST",
     "persistence times ('0,5 tau', '0,2 ps': the defaults)"},
    {"--cage", 0, ARG_STRING, AT(cage), "TIME",
     "time over which a cage's mean position is taken (5 tau, 2 ps)"},
    {"--r1", 0, ARG_STRING, AT(r1), "LENGTH", "first peak of g(r); measured if not given"},
    {"--p-hop", 0, ARG_STRING, AT(p_hop), "W,P",
     "add the p_hop criterion: window (time), threshold (length^2): '10,0.2'"},
    {"--preset", 0, ARG_STRING, AT(preset), "riechers",
     "add: displaced by r1 from where it stood, no mean, no persistence"},
    {"--ages", 0, ARG_INT, AT(ages), "N", "N age windows, each as long as the record before it"},
    {"--linear-ages", 0, ARG_FLAG, AT(linear), NULL, "age windows of equal length"},
    {"--species", 0, ARG_STRING, AT(species), "NAME", "atoms of one species only"},
    {"--burst", 0, ARG_STRING, AT(burst), "TIME",
     "also hops per window of this length, for the first row ('50 tau', '20 ps')"},
    {"--hops", 0, ARG_STRING, AT(hops), "FILE", "write the list of hops of the first row (CSV)"},
    {"--output", 'o', ARG_STRING, AT(output), "FILE.h5",
     "write the table and all waiting times (/entry/glint/waiting_times)"},
    {"--replicates", 0, ARG_INT, AT(replicates), "N", "synthetic samples for the goodness of fit (0: none)"},
    {"--seed", 0, ARG_INT, AT(seed), "N", "seed of those samples (1)"},
    TRACK_ARGS(struct options, track),
    {0}};

extern const struct command cmd_waiting;

/* ---- options ---- */
static status one(double *out, const struct values *v, const char *option)
{
    if (v->n != 1) return fail(BAD_INPUT, "%s: one number was expected, found %d", option, v->n);
    *out = v->value[0];
    return OK;
}

static status read_p_hop(struct hop_table_options *h, const char *text, const struct track *t)
{
    struct values v;
    TRY(values_times(&v, "--p-hop", text, t->time_unit));
    if (v.n != 2 || !(v.value[0] > 0.0 && v.value[1] > 0.0))
        return fail(BAD_INPUT, "--p-hop: window and threshold were expected, like '10,0.2', found '%s'",
                    text);
    h->window = v.value[0];
    h->threshold = v.value[1];
    return OK;
}

static status read_lists(struct hop_table_options *h, const struct options *o, const struct track *t)
{
    struct values v;
    if (o->distance) {
        TRY(values_lengths(&v, "--distance", o->distance, t->length_unit, h->r1, "r1"));
        h->distances = v.n;
        for (int i = 0; i < v.n; i++) {
            if (!(v.value[i] > 0.0))
                return fail(BAD_INPUT, "--distance '%s': a distance must be positive", o->distance);
            h->distance[i] = v.value[i] / h->r1;
        }
    }
    if (o->persist) {
        TRY(values_times(&v, "--persist", o->persist, t->time_unit));
        h->persists = v.n;
        memcpy(h->persist, v.value, sizeof v.value);
    }
    if (o->cage) {
        TRY(values_times(&v, "--cage", o->cage, t->time_unit));
        TRY(one(&h->cage, &v, "--cage"));
    }
    return o->p_hop ? read_p_hop(h, o->p_hop, t) : OK;
}

static status read_options(struct hop_table_options *h, const struct options *o, const struct track *t,
                           bool *measured)
{
    struct values v;
    *h = hop_table_defaults(t->units);
    bool clock = strcmp(t->time_unit, "steps") != 0 && strcmp(t->time_unit, "frames") != 0;
    if (!clock && (!o->persist || !o->cage))
        return fail(
            BAD_INPUT,
            "the file has no times, so the defaults (5 tau, 2 ps) mean nothing: give --step-time, or --cage "
            "and --persist in %s",
            t->time_unit);
    if (!t->uniform)
        log_warning(
            "the frames are not equally spaced: hops there and back inside a gap are not seen, and \"in all "
            "frames for t_p\" may rest on two frames");
    *measured = o->r1 == NULL;
    if (o->r1) {
        TRY(values_lengths(&v, "--r1", o->r1, t->length_unit, 0.0, t->length_unit));
        TRY(one(&h->r1, &v, "--r1"));
        if (!(h->r1 > 0.0)) return fail(BAD_INPUT, "--r1: %g, it must be positive", h->r1);
    } else {
        TRY(hop_table_r1(t, &h->r1));
    }
    TRY(read_lists(h, o, t));
    if (o->preset && strcmp(o->preset, "riechers") != 0)
        return fail(BAD_INPUT, "--preset '%s' is unknown; there is 'riechers'", o->preset);
    if (o->ages < 0 || o->ages > HOP_TABLE_LIST)
        return fail(BAD_INPUT, "--ages %" PRId64 ": a number from 1 to %d was expected", o->ages,
                    HOP_TABLE_LIST);
    if (o->replicates < 0) return fail(BAD_INPUT, "--replicates %" PRId64 " is negative", o->replicates);
    h->riechers = o->preset != NULL;
    h->ages = (int)o->ages;
    h->linear_ages = o->linear;
    h->replicates = o->replicates;
    h->seed = (uint64_t)o->seed;
    if (!o->species) return OK;
    h->group = 1 + species_find(&t->species, o->species);
    if (h->group == 0) return fail(BAD_INPUT, "--species '%s': the file has no such species", o->species);
    return OK;
}

/* ---- text ---- */
static void print_head(const struct hop_table *h, const struct hop_table_options *ho, const struct track *t,
                       bool measured)
{
    struct text d = {0};
    track_describe(t, &d);
    printf("%s# r1 = %.5g %s (%s); cage mean over %g %s\n", d.s ? d.s : "", h->r1, t->length_unit,
           measured ? "first peak of g(r), measured" : "given", ho->cage, t->time_unit);
    printf(
        "# hop: |r - cage mean| > d in all frames for at least t_p; time of its first frame; p_hop, "
        "riechers: see --help\n"
        "# rev: hops in loops that lead back to within d/2 of an old cage; persistence: to the first hop; "
        "exchange: between\n"
        "# hops; cens: of these cut off by the end of the record (Kaplan-Meier uses them); '-': not reached "
        "or no fit\n"
        "# alpha: exponent of p(w) ~ w^-alpha for w >= xmin (maximum likelihood with censoring, xmin by "
        "least KS distance;\n"
        "# fits start at max(10 frame intervals, t_p)); flat: decades of xmin over which alpha stays within "
        "2 "
        "sigma;\n"
        "# law: of least BIC among five for all w >= max(10 frame intervals, t_p); quote: yes if all tests "
        "allow alpha as a power law\n");
    text_free(&d);
    printf("# kind     d/r1   d/%-8s t_p/%-6s age_from   age_to     hops movers  rev%%  persist   cens  "
           "median | exchange  "
           "cens  median  alpha  error    xmin   tail  flat law               quote\n",
           t->length_unit, t->time_unit);
}

static void print_row(const struct hop_row *r)
{
    char b[8][24];
    const struct hops *h = &r->hops;
    const struct hop_law *x = &r->exchange;
    const double nan = (double)NAN;
    bool phop = r->how.criterion == HOP_PHOP;
    double reversible = h->n > 0 ? 100.0 * (double)h->reversible / (double)h->n : nan;
    printf("%-8s %6s %10s %10.4g %8.6g %8.6g %8" PRId64 " %6" PRId64 " %5s %8" PRId64 " %6" PRId64
           " %7s | %8" PRId64 " %5" PRId64 " %7s",
           r->name, track_args_number(b[0], phop ? nan : r->distance_r1, 3),
           track_args_number(b[1], phop ? nan : r->how.distance, 4), phop ? r->how.window : r->how.persist,
           h->begin, h->end, h->n, h->hopped, track_args_number(b[2], reversible, 3), h->persistence.n,
           h->persistence.censored, track_args_number(b[3], r->persistence.median, 4), h->exchange.n,
           h->exchange.censored, track_args_number(b[4], x->median, 4));
    if (!x->has_fit) {
        printf("      -      -       -      -     - -                 -\n");
        return;
    }
    const struct waiting_analysis *a = &x->fit;
    printf(" %6.3f %6.3f %7.4g %6zu %5.2f %-17s %s\n", a->alpha, a->sigma, a->xmin,
           a->scan.point[a->scan.best].events, a->flat_decades, x->preferred, a->quotable ? "yes" : "no");
}

static status print_table(const struct hop_table *h, const struct hop_table_options *ho,
                          const struct track *t, bool measured, double burst)
{
    print_head(h, ho, t, measured);
    for (int64_t i = 0; i < h->rows; i++) print_row(h->row + i);
    for (int64_t i = 0; i < h->rows; i++)
        printf("# row %" PRId64 " exchange: %s\n", i + 1, h->row[i].exchange.verdict);
    if (!(burst > 0.0)) return OK;
    struct hop_bursts b;
    TRY(hops_bursts(&b, &h->row[0].hops, burst));
    printf("\n\n# hops of row 1 per %g %s: mean %.5g, variance/mean %.4g (1: independent hops at a constant "
           "rate)\n"
           "# start/%s  hops  atoms\n",
           b.width, t->time_unit, b.mean, b.fano, t->time_unit);
    for (int64_t i = 0; i < b.n; i++)
        printf("%12.8g %6" PRId64 " %6" PRId64 "\n", b.time[i], b.hops[i], b.atoms[i]);
    hop_bursts_free(&b);
    return OK;
}

/* ---- JSON ---- */
static void json_laws(struct json *j, const char *name, const struct waiting_fit *fit)
{
    json_open(j, name, '{');
    for (int m = 0; m < WAITING_MODELS; m++) {
        json_open(j, waiting_models[m].name, '{');
        json_number(j, "xmin", fit[m].xmin);
        json_integer(j, "events", (int64_t)fit[m].events);
        json_number(j, "log_likelihood", fit[m].log_likelihood);
        json_number(j, "aic", fit[m].aic);
        json_number(j, "bic", fit[m].bic);
        for (int p = 0; p < waiting_models[m].parameters; p++)
            json_number(j, waiting_models[m].parameter[p], fit[m].parameter[p]);
        json_close(j);
    }
    json_close(j);
}

static void json_fit(struct json *j, const struct hop_law *l)
{
    const struct waiting_analysis *a = &l->fit;
    json_open(j, "tail", '{');
    json_number(j, "alpha", a->alpha);
    json_number(j, "alpha_error", a->sigma);
    json_number(j, "xmin", a->xmin);
    json_integer(j, "events", (int64_t)a->scan.point[a->scan.best].events);
    json_number(j, "ks_distance", a->ks);
    json_number(j, "p_value", a->p_value);
    json_number(j, "flat_decades", a->flat_decades);
    json_bool(j, "quotable", a->quotable);
    json_laws(j, "laws", a->fit);
    json_open(j, "alpha_of_xmin", '[');
    for (size_t i = 0; i < a->scan.n; i++) {
        json_open(j, NULL, '[');
        json_number(j, NULL, a->scan.point[i].xmin);
        json_number(j, NULL, a->scan.point[i].alpha);
        json_number(j, NULL, a->scan.point[i].sigma);
        json_close(j);
    }
    json_close(j);
    json_close(j);
}

static void json_law(struct json *j, const char *name, const struct hop_law *l, const struct waits *w)
{
    json_open(j, name, '{');
    json_integer(j, "times", w->n);
    json_integer(j, "censored", w->censored);
    json_number(j, "median", l->median);
    json_string(j, "verdict", l->verdict);
    if (l->has_fit) {
        json_string(j, "least_bic", l->preferred);
        json_laws(j, "whole", l->whole);
        json_fit(j, l);
    }
    if (l->has_survival) {
        /* At most 200 points of the step function, spread over its steps. */
        json_open(j, "survival", '[');
        size_t n = l->survival.n, shown = n < 200 ? n : 200;
        for (size_t i = 0; i < shown; i++) {
            size_t k = shown > 1 ? i * (n - 1) / (shown - 1) : 0;
            json_open(j, NULL, '[');
            json_number(j, NULL, l->survival.time[k]);
            json_number(j, NULL, l->survival.survival[k]);
            json_number(j, NULL, l->survival.error[k]);
            json_close(j);
        }
        json_close(j);
    }
    json_close(j);
}

static void json_row(struct json *j, const struct hop_row *r)
{
    json_open(j, NULL, '{');
    json_string(j, "criterion", r->name);
    if (r->how.criterion == HOP_PHOP) {
        json_number(j, "window", r->how.window);
        json_number(j, "threshold", r->how.threshold);
    } else {
        json_number(j, "distance_r1", r->distance_r1);
        json_number(j, "distance", r->how.distance);
        json_number(j, "persist", r->how.persist);
        json_number(j, "cage", r->how.cage);
    }
    json_number(j, "age_from", r->hops.begin);
    json_number(j, "age_to", r->hops.end);
    json_integer(j, "atoms", r->hops.atoms);
    json_integer(j, "hops", r->hops.n);
    json_integer(j, "atoms_that_hopped", r->hops.hopped);
    json_integer(j, "reversible", r->hops.reversible);
    json_integer(j, "straight_returns", r->hops.returns);
    json_integer(j, "excursions", r->hops.excursions);
    json_law(j, "persistence", &r->persistence, &r->hops.persistence);
    json_law(j, "exchange", &r->exchange, &r->hops.exchange);
    json_close(j);
}

static status print_json(const struct hop_table *h, const struct track *t, bool measured, double burst)
{
    struct json j = json_start();
    json_open(&j, NULL, '{');
    track_args_json(&j, t);
    json_number(&j, "r1", h->r1);
    json_bool(&j, "r1_measured", measured);
    json_string(&j, "correction", waiting_correction_names[WAITING_CENSORED]);
    json_open(&j, "rows", '[');
    for (int64_t i = 0; i < h->rows; i++) json_row(&j, h->row + i);
    json_close(&j);
    if (burst > 0.0) {
        struct hop_bursts b;
        status s = hops_bursts(&b, &h->row[0].hops, burst);
        if (s != OK) {
            json_free(&j);
            return s;
        }
        json_open(&j, "bursts", '{');
        json_number(&j, "width", b.width);
        json_number(&j, "mean", b.mean);
        json_number(&j, "fano", b.fano);
        json_open(&j, "hops", '[');
        for (int64_t i = 0; i < b.n; i++) json_integer(&j, NULL, b.hops[i]);
        json_close(&j);
        json_open(&j, "atoms", '[');
        for (int64_t i = 0; i < b.n; i++) json_integer(&j, NULL, b.atoms[i]);
        json_close(&j);
        json_close(&j);
        hop_bursts_free(&b);
    }
    json_close(&j);
    puts(j.text.s);
    json_free(&j);
    return OK;
}

/* ---- the list of hops ---- */
static status write_hops(const char *path, const struct hops *h, const struct track *t)
{
    struct file_new f;
    TRY(file_begin(&f, path));
    fprintf(f.stream, "# hops, positions unwrapped in the mean cell; time in %s, lengths in %s\n",
            t->time_unit, t->length_unit);
    fprintf(f.stream, "id,species,time,from_x,from_y,from_z,to_x,to_y,to_z,length,reversible\n");
    for (int64_t k = 0; k < h->n; k++) {
        const struct hop *p = h->hop + k;
        fprintf(f.stream, "%" PRIu64 ",%s,%.10g,%.9g,%.9g,%.9g,%.9g,%.9g,%.9g,%.6g,%d\n", t->id[p->atom],
                t->species.name[t->type[p->atom]], p->time, p->from[0], p->from[1], p->from[2], p->to[0],
                p->to[1], p->to[2], p->length, p->reversible);
    }
    return file_commit(&f);
}

static status write_output(const char *path, const struct hop_table *h, const struct track *t)
{
    struct h5 f;
    status s = OK;
    TRY(h5_begin(&f, path));
    GUARD(hop_table_write(&f, h, t));
    return h5_commit(&f);
done:
    h5_close(&f);
    return s;
}

static status run(int argc, char **argv)
{
    status s = OK;
    struct options o = {.seed = 1};
    struct track t = {0};
    struct hop_table h = {0};
    struct hop_table_options ho;
    struct values v;
    double burst = 0.0;
    bool measured = false;
    const char *file[1];
    int files;
    TRY(args_parse(&cmd_waiting, argc, argv, &o, file, 1, 1, &files));
    GUARD(track_args_load(&t, file[0], &o.track));
    GUARD(read_options(&ho, &o, &t, &measured));
    if (o.burst) {
        GUARD(values_times(&v, "--burst", o.burst, t.time_unit));
        GUARD(one(&burst, &v, "--burst"));
    }
    GUARD(hop_table_make(&h, &t, &ho));
    if (o.hops) GUARD(write_hops(o.hops, &h.row[0].hops, &t));
    if (o.output) GUARD(write_output(o.output, &h, &t));
    s = o.track.json ? print_json(&h, &t, measured, burst) : print_table(&h, &ho, &t, measured, burst);
done:
    hop_table_free(&h);
    track_free(&t);
    return s;
}

const struct command cmd_waiting = {
    .name = "waiting",
    .summary = "hops of atoms and their waiting times, for several distances at once",
    .synopsis = "TRAJ|RUNDIR [--distance LIST] [--persist LIST] [--ages N] [--preset riechers] [--json]",
    .description = "An atom hops when it is farther than d from the mean position of its cage for at least "
                   "t_p; the waiting times "
                   "between hops (exchange) and to the first hop (persistence) are kept apart, atoms that "
                   "never hop count as censored. "
                   "Every d and t_p is a row, because the result depends on them; an exponent is printed "
                   "with its xmin, how long it "
                   "is flat, the law the likelihood prefers, and whether it may be quoted. p_hop: Candelier "
                   "et al. 2010. riechers: "
                   "displaced by one bond length r1 from where it stood (Riechers et al. 2024).",
    .examples =
        "  glint waiting runs/wt\n"
        "  glint waiting runs/wt --distance '0.4,0.6,0.8,1.0 r1' --persist '0,5,10 tau' --ages 3 --json\n"
        "  glint waiting trajectory.h5 --distance 0.6 --persist 5 --preset riechers --p-hop 10,0.2\n"
        "  glint waiting runs/wt --burst '50 tau' --hops hops.csv -o waiting.h5\n",
    .args = args,
    .run = run};
