/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint anti-ageing — temperature cycles of several samples compared, as Lüttich et al. (2018) did. */
#include "analysis/cmd/run_names.h"
#include "analysis/report/anti_ageing.h"
#include "base/args.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = RUN_NAMES_MOST };
struct options {
    const char *output, *window;
    double lag;
    int64_t iteration;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--output", 'o', ARG_STRING, AT(output), "FOLDER", "where figures and table go (made if needed)"},
    {"--window", 'w', ARG_STRING, AT(window), "NAME", "q window (that with most independent pixels)"},
    {"--lag", 0, ARG_DOUBLE, AT(lag), "T",
     "time of 1 - R, in the unit of the records (a tenth of the shortest)"},
    {"--iteration", 0, ARG_INT, AT(iteration), "I",
     "compared across samples, from 0 (1 if all have it, else 0)"},
    {0}};
extern const struct command cmd_anti_ageing;

static status open_all(struct isotherms *run, int n, const char *const *folder, const struct options *o)
{
    struct run_names_of names[RUNS];
    for (int k = 0; k < n; k++) {
        TRY(isotherms_open(&run[k], folder[k], o->window));
        names[k] = (struct run_names_of){run[k].path, run[k].name};
        if (strcmp(run[k].item[0].units, run[0].item[0].units) != 0)
            return fail(BAD_INPUT, "%s and %s are in different units", run[0].path, run[k].path);
    }
    return run_names_apart(names, n);
}

static void print_tau(const struct isotherm *i)
{
    char tau[40] = "-", beta[40] = "-";
    if (i->kind == TAU_MEASURED) snprintf(tau, sizeof tau, "%.4g ± %.2g", i->tau, i->tau_error);
    if (i->kind == TAU_BOUND) snprintf(tau, sizeof tau, "> %.4g", i->tau);
    if (i->kind == TAU_MEASURED)
        snprintf(beta, sizeof beta, "%.3g ± %.2g", i->fit.value[RELAXATION_BETA],
                 i->fit.error[RELAXATION_BETA]);
    printf("  %-18s  %-14s", tau, beta);
}

static void print_run(const struct isotherms *run)
{
    char sample[100];
    anti_ageing_sample(run, sample, sizeof sample);
    printf("\n# %s: %s; window %s, %lld independent pixels\n", run->name, sample, run->item[0].window,
           (long long)run->item[0].independent);
    printf("#  i  place       T    T/Tg  frames  tau                 beta            1 - R              "
           "hops/atom/%-8s  Laves\n",
           run->item[0].time_unit);
    for (int64_t k = 0; k < run->n; k++) {
        const struct isotherm *i = &run->item[k];
        printf("%4lld %6lld %7.4g %7.4g %7lld", (long long)i->iteration, (long long)i->place, i->T,
               i->Tg > 0.0 ? i->T / i->Tg : (double)NAN, (long long)i->frames);
        print_tau(i);
        printf("  %7.4f ± %-6.2g", i->lost, i->lost_error);
        if (i->hops.known)
            printf("  %9.3g ± %-7.2g", i->hops.rate, i->hops.error);
        else
            printf("  %-19s", "not watched");
        if (i->watched)
            printf(" %.2g %%\n", 100.0 * i->crystal.most);
        else
            printf(" not watched\n");
    }
}

static void print_hops_convention(const struct isotherms *run, int n)
{
    const char *criterion = NULL;
    bool several = false;
    for (int k = 0; k < n; k++)
        for (int64_t i = 0; i < run[k].n; i++) {
            const struct hop_rate *h = &run[k].item[i].hops;
            if (!h->known) continue;
            several = several || (criterion && strcmp(criterion, h->criterion) != 0);
            if (!criterion) criterion = h->criterion;
        }
    if (!criterion) return;
    printf("# hops: %s (times and lengths in units of the run); atoms inside the film (all of a bulk) at the "
           "beginning of the "
           "isotherm, all hops;\n# their error from ten stretches in time, or sqrt(hops), the larger\n",
           criterion);
    if (several)
        printf("# the criterion differs between isotherms (r1 is measured in each, unless `hops: r1:` is "
               "given): see "
               "anti-ageing.csv\n");
}

static status compare(struct isotherms *run, int n, struct options *o)
{
    char path[FILE_PATH_MAX];
    double shortest = INFINITY;
    for (int k = 0; k < n; k++) shortest = fmin(shortest, isotherms_shortest(&run[k]));
    if (isnan(o->lag)) o->lag = 0.1 * shortest;
    if (!(o->lag > 0.0 && o->lag < shortest))
        return fail(BAD_INPUT, "--lag is %g; expected more than 0 and less than the shortest record, %g",
                    o->lag, shortest);
    if (o->iteration < 0) o->iteration = anti_ageing_iteration(run, n);
    for (int k = 0; k < n; k++) TRY(isotherms_measure(&run[k], o->lag));
    TRY(file_make_folder(o->output));
    TRY(file_join(path, o->output, "anti-ageing.csv"));
    TRY(anti_ageing_table(run, n, o->lag, path));
    TRY(anti_ageing_figures(run, n, &(struct anti_ageing_options){o->lag, o->iteration}, o->output));
    printf("# tau (%s): R = A exp(-2 (t/tau)^beta); >: lower bound; 1 - R at lag %.6g\n",
           run[0].item[0].time_unit, o->lag);
    print_hops_convention(run, n);
    for (int k = 0; k < n; k++) print_run(&run[k]);
    log_info("figures and anti-ageing.csv in %s", o->output);
    return OK;
}

static status run(int argc, char **argv)
{
    struct options o = {.lag = (double)NAN, .iteration = -1};
    const char *folder[RUNS];
    struct isotherms *runs = NULL;
    int n;
    TRY(args_parse(&cmd_anti_ageing, argc, argv, &o, folder, 1, RUNS, &n));
    if (!o.output) return fail(BAD_INPUT, "no folder for the figures given; say -o FOLDER");
    TRY(NEW(runs, RUNS));
    status s = open_all(runs, n, folder, &o);
    if (s == OK) s = compare(runs, n, &o);
    for (int k = 0; k < n; k++) isotherms_free(&runs[k]);
    DELETE(runs);
    return s;
}

const struct command cmd_anti_ageing = {
    .name = "anti-ageing",
    .summary = "temperature cycles of films and quenched glasses compared: relaxation times, figures",
    .synopsis = "RUNDIR... -o FOLDER [--window NAME] [--lag T] [--iteration I]",
    .description =
        "Takes the speckles of the last `cycle` of each run and writes the figures of M. Lüttich et al.\n"
        "(Phys. Rev. Lett. 120, 135504 (2018)) into FOLDER: cycle-RUN (two-time maps of the first four "
        "isotherms on one colour\n"
        "scale, protocol, R(t)), iterations (tau, beta and 1 - R against the iteration), anneal and "
        "substrate (against the\n"
        "temperature of the pre-anneal and of the substrate), each as data, gnuplot script, SVG and PNG; and "
        "anti-ageing.csv.\n"
        "tau and beta: KWW fit of R = (g2 - 1)/(g2(first lag) - 1), Siegert power 2. Where R does not decay "
        "within the record\n"
        "tau has a lower bound; then compare 1 - R at a fixed lag. Laves: crystal alarm, the most in the "
        "isotherm.\n"
        "RUN is the name of the run's folder; runs of equal names have that of the folder above in front: "
        "FOLDER-RUN.",
    .examples = "  glint anti-ageing runs/film runs/film-097 runs/film-103 runs/quench -o runs/figures\n"
                "  glint anti-ageing runs/aa/*/ -o runs/aa-figures --window 3d --lag 500",
    .args = args,
    .run = run};
