/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint report — a run folder to results.h5, figures and one page. */
#include "analysis/report/campaign_page.h"
#include "analysis/report/run_page.h"
#include "base/args.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/members.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct options {
    const char *output;
    int64_t seeds, pixels, replicates;
    bool quick, json;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--output", 'o', ARG_STRING, AT(output), "FILE", "the page (default: RUNDIR/report.html)"},
    {"--quick", 0, ARG_FLAG, AT(quick), NULL, "smaller surrogates, no subsets of pixels: a first look"},
    {"--seeds", 0, ARG_INT, AT(seeds), "N",
     "surrogate records per window (default: the run's input, else 100; 200 and more for publication)"},
    {"--surrogate-pixels", 0, ARG_INT, AT(pixels), "N",
     "most pixels of a surrogate; variances scale as 1/n beyond (default 128)"},
    {"--goodness", 0, ARG_INT, AT(replicates), "N",
     "synthetic data sets for the goodness of fit of the waiting-time laws (default 0: none)"},
    {"--json", 0, ARG_FLAG, AT(json), NULL, "summary for machines on standard output"},
    {0}};

extern const struct command cmd_report;

/* ---- summary ---- */

static void json_window(struct json *j, const struct window_report *w)
{
    int m, power;
    const struct surrogate_null *s = &w->c.surrogate;
    json_open(j, NULL, '{');
    json_string(j, "window", w->title);
    json_integer(j, "frames", w->c.ttcf.frames);
    json_integer(j, "pixels", w->c.frames.pixels);
    json_integer(j, "n_independent", w->c.independent);
    json_number(j, "contrast", w->c.plateau);
    json_number(j, "contrast_sd", sqrt(s->diagonal_variance.measured));
    json_number(j, "surrogate_sd", sqrt(s->diagonal_variance.p50));
    json_number(j, "surrogate_p_value", s->diagonal_variance.p_value);
    json_integer(j, "events", w->c.events.count);
    json_integer(j, "spots", w->spots);
    if (window_report_best(w, 0, &m, &power)) {
        const struct relaxation_fit *f = &w->fit[0][m][power - 1];
        json_open(j, "least_bic", '{');
        json_string(j, "model", f->model->name);
        json_integer(j, "siegert_power", power);
        json_number(j, "tau", f->value[RELAXATION_TAU]);
        json_number(j, "tau_error", f->error[RELAXATION_TAU]);
        json_number(j, "beta", f->value[RELAXATION_BETA]);
        json_number(j, "beta_error", f->error[RELAXATION_BETA]);
        json_bool(j, "beyond_record", f->beyond_record);
        json_close(j);
    }
    json_close(j);
}

static void json_motion(struct json *j, const struct motion_report *m)
{
    int64_t row = motion_report_row(m);
    json_open(j, NULL, '{');
    json_string(j, "label", m->label);
    json_string(j, "hops_from", m->in_situ ? m->hops_from : "trajectory");
    json_integer(j, "frames", m->frames);
    json_integer(j, "atoms", m->track.atoms);
    if (m->has[MOTION_STRUCTURE]) {
        json_number(j, "q1", m->structure.q1.x);
        json_number(j, "r1", m->structure.r1.x);
    }
    if (m->has[MOTION_ISF]) json_number(j, "tau_alpha", m->isf.tau[0]);
    if (row >= 0) {
        const struct hop_law *x = &m->hops.row[row].exchange;
        json_number(j, "distance_r1", m->hops.row[row].distance_r1);
        json_number(j, "alpha", x->fit.alpha);
        json_number(j, "alpha_error", x->fit.sigma);
        json_bool(j, "power_law_quotable", x->fit.quotable);
        json_string(j, "verdict", x->verdict);
    }
    json_close(j);
}

static void summary_json(const struct report *r, const char *page)
{
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "results", r->results);
    json_string(&j, "page", page);
    json_open(&j, "windows", '[');
    for (int i = 0; i < r->windows; i++) json_window(&j, &r->window[i]);
    json_close(&j);
    json_open(&j, "trajectories", '[');
    for (int i = 0; i < r->motions; i++) json_motion(&j, &r->motion[i]);
    json_close(&j);
    json_close(&j);
    puts(j.text.s);
    json_free(&j);
}

static void summary_text(const struct report *r, const char *page)
{
    printf("%-20s %7s %7s %9s %9s %11s %7s\n", "# window", "frames", "pixels", "contrast", "s.d.",
           "surrogates", "events");
    for (int i = 0; i < r->windows; i++) {
        const struct window_report *w = &r->window[i];
        const struct surrogate_statistic *d = &w->c.surrogate.diagonal_variance;
        printf("%-20s %7" PRId64 " %7" PRId64 " %9.3f %9.4f %11.4f %7" PRId64 "\n", w->title,
               w->c.ttcf.frames, w->c.independent, w->c.plateau, sqrt(d->measured), sqrt(d->p50),
               w->c.events.count);
    }
    for (int i = 0; i < r->motions; i++) {
        const struct motion_report *m = &r->motion[i];
        int64_t row = motion_report_row(m);
        printf("# %s%s%s:", m->in_situ ? "hops in situ" : "trajectory", m->label[0] ? " " : "", m->label);
        if (m->has[MOTION_ISF]) printf(" tau_alpha %.5g %s;", m->isf.tau[0], m->track.time_unit);
        printf(" %s\n", row >= 0 ? m->hops.row[row].exchange.verdict : "no fit of the waiting times");
    }
    printf("%s\n%s\n", r->results, page);
}

/* ---- */

static status draw(const struct report *r, const char *page, const char *command)
{
    char folder[FILE_PATH_MAX];
    struct figures g = {0};
    status s = OK;
    GUARD(file_join(folder, r->folder.path, "figures"));
    GUARD(figures_draw(&g, r, folder));
    int missing = 0;
    for (int i = 0; i < g.n; i++) missing += !g.figure[i].drawn;
    if (missing > 0)
        log_warning("%d of %d figures were not drawn: %s", missing, g.n,
                    g.figure[0].drawn ? "see the page" : g.figure[0].why);
    GUARD(run_page_write(page, r, &g, folder, command));
done:
    figures_free(&g);
    return s;
}

static status check_options(const struct options *o, struct report_options *ro)
{
    if (o->seeds < 0 || o->pixels < 0 || o->replicates < 0)
        return fail(BAD_INPUT, "numbers must not be negative");
    *ro = report_defaults();
    ro->quick = o->quick;
    if (o->quick) ro->surrogate_pixels = 64;
    if (o->seeds) ro->seeds = o->seeds;
    if (o->pixels) ro->surrogate_pixels = o->pixels;
    ro->replicates = o->replicates;
    return OK;
}

/* The report of one run; `page` NULL: report.html in its folder. */
static status report_run(struct report *r, const char *folder, const struct options *o,
                         char page[FILE_PATH_MAX], const char *command)
{
    struct report_options ro;
    TRY(check_options(o, &ro));
    TRY(report_make(r, folder, &ro, command));
    status s = file_join(page, r->folder.path, "report.html");
    if (s == OK && o->output) snprintf(page, FILE_PATH_MAX, "%s", o->output);
    if (s == OK) s = draw(r, page, command);
    if (s != OK) report_free(r);
    return s;
}

static status one_run(const char *folder, const struct options *o, const char *command)
{
    struct report r;
    char page[FILE_PATH_MAX];
    double start = clock_now();
    TRY(report_run(&r, folder, o, page, command));
    log_info("report of %s in %.1f s", r.folder.path, clock_now() - start);
    if (o->json)
        summary_json(&r, page);
    else
        summary_text(&r, page);
    report_free(&r);
    return OK;
}

/* ---- campaigns ---- */

/* Is there a finished run, and no page that is younger? */
static bool wants_page(const char *folder)
{
    char path[FILE_PATH_MAX];
    struct stat run, page;
    if (file_join(path, folder, "run.json") != OK || stat(path, &run) != 0) return false;
    if (file_join(path, folder, "report.html") != OK || stat(path, &page) != 0) return true;
    return page.st_mtim.tv_sec < run.st_mtim.tv_sec ||
           (page.st_mtim.tv_sec == run.st_mtim.tv_sec && page.st_mtim.tv_nsec < run.st_mtim.tv_nsec);
}

static status member_page(const char *folder, const struct options *o, const char *command)
{
    struct report *r = NULL;
    struct options own = *o;
    char page[FILE_PATH_MAX];
    own.output = NULL;
    TRY(NEW(r, 1));
    status s = report_run(r, folder, &own, page, command);
    if (s == OK) report_free(r);
    if (s == BAD_INPUT || s == UNPHYSICAL) { /* the others may be better */
        log_warning("%s: %s", folder, status_message());
        s = OK;
    }
    DELETE(r);
    return s;
}

static status campaign(const char *folder, const struct options *o, const char *command)
{
    struct members m;
    struct report_options checked;
    char member[FILE_PATH_MAX], page[FILE_PATH_MAX];
    status s = OK;
    TRY(check_options(o, &checked));
    if (o->json)
        return fail(BAD_INPUT, "--json is for one run; the numbers of a campaign: glint table --json");
    TRY(members_read(&m, folder));
    for (size_t i = 0; i < m.n && s == OK; i++) {
        s = file_join(member, folder, m.name[i]);
        if (s != OK || !wants_page(member)) continue;
        log_info("%s (%zu of %zu)", m.name[i], i + 1, m.n);
        s = member_page(member, o, command);
    }
    members_free(&m);
    TRY(s);
    TRY(file_join(page, folder, "report.html"));
    if (o->output) snprintf(page, sizeof page, "%s", o->output);
    TRY(campaign_page_write(folder, page, command));
    printf("%s\n", page);
    return OK;
}

static status run(int argc, char **argv)
{
    struct options o = {0};
    const char *folder[1];
    struct text line = {0};
    TRY(args_parse(&cmd_report, argc, argv, &o, folder, 1, 1, NULL));
    text_add(&line, "glint");
    for (int i = 0; i < argc; i++) text_add(&line, " %s", argv[i]);
    status s = line.out_of_memory         ? fail(FAILED, "out of memory")
               : members_there(folder[0]) ? campaign(folder[0], &o, line.s)
                                          : one_run(folder[0], &o, line.s);
    text_free(&line);
    return s;
}

const struct command cmd_report = {
    .name = "report",
    .summary = "results.h5, figures and one self-contained page of a run",
    .synopsis = "RUNDIR [-o FILE] [--quick] [--seeds N] [--json]",
    .description =
        "Every observed window: TTCF, g2 by age, KWW and Mittag-Leffler fits with both Siegert "
        "powers, contrast beside the exact\n"
        "and the surrogate null, events. Every trajectory: g(r), S(q), MSD, alpha2, F_s, waiting "
        "times with their laws and a\n"
        "verdict. All numbers go to RUNDIR/results.h5, figures with data and gnuplot scripts to "
        "RUNDIR/figures, the page to\n"
        "RUNDIR/report.html. Without gnuplot the page has no pictures and names the data files. "
        "What a record is too short for\n"
        "is said on the page, not a failure. The blocks analysis: and waiting: of the run's input "
        "give the defaults.\n\n"
        "Of a campaign's folder: the page of every member that has none younger than its run, and one "
        "page with their results,\n"
        "means over the seeds, each result against the first swept key, and waiting times pooled over "
        "the replicas.",
    .examples = "  glint report runs/first\n"
                "  glint report runs/glass -o glass.html --seeds 200 --goodness 200\n"
                "  glint report runs/first --quick --json | jq .windows\n"
                "  glint report runs/sweep --quick\n",
    .args = args,
    .run = run};
