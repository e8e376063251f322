/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint fit — relaxation models fitted to a correlation function. */
#include "analysis/fit/ageing_law.h"
#include "analysis/fit/curves.h"
#include "analysis/fit/relaxation.h"
#include "analysis/report/run_settings.h"
#include "base/args.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *window, *baseline, *amplitude, *power, *curves;
    struct arg_list models;
    int64_t row;
    double from, to, per_decade;
    bool normalised, profile, known_errors, json;
};
static const struct arg args[] = {
    {"--window", 'w', ARG_STRING, offsetof(struct options, window), "NAME", "window of a results file"},
    {"--row", 0, ARG_INT, offsetof(struct options, row), "N", "age window, from 0 (default: all)"},
    {"--model", 'm', ARG_LIST, offsetof(struct options, models), "NAME",
     "exponential, kww, mittag_leffler or all; may be repeated (default: kww and mittag_leffler)"},
    {"--power", 'p', ARG_STRING, offsetof(struct options, power), "1|2|both",
     "Siegert power (default: both)"},
    {"--baseline", 0, ARG_STRING, offsetof(struct options, baseline), "VALUE|free",
     "g2 at long lags (default: 1)"},
    {"--amplitude", 0, ARG_STRING, offsetof(struct options, amplitude), "VALUE|free",
     "contrast (default: free)"},
    {"--normalised", 0, ARG_FLAG, offsetof(struct options, normalised), NULL,
     "data run from 1 to 0: baseline 0, amplitude 1"},
    {"--from", 0, ARG_DOUBLE, offsetof(struct options, from), "LAG", "shortest lag used"},
    {"--to", 0, ARG_DOUBLE, offsetof(struct options, to), "LAG", "longest lag used"},
    {"--per-decade", 0, ARG_DOUBLE, offsetof(struct options, per_decade), "N",
     "average to N points per decade of lag first"},
    {"--profile", 0, ARG_FLAG, offsetof(struct options, profile), NULL,
     "68 % interval of beta by profile likelihood"},
    {"--known-errors", 0, ARG_FLAG, offsetof(struct options, known_errors), NULL,
     "do not scale errors by sqrt(chi2/dof)"},
    {"--curves", 'o', ARG_STRING, offsetof(struct options, curves), "FILE",
     "write data, fitted curves and residuals as a table"},
    {"--json", 0, ARG_FLAG, offsetof(struct options, json), NULL, "machine-readable result"},
    {0}};

static status run(int argc, char **argv);
const struct command cmd_fit = {
    .name = "fit",
    .summary = "KWW and Mittag-Leffler fits of a correlation function",
    .synopsis = "FILE [--window NAME] [--row N] [--model NAME]... [--power 1|2|both] [--normalised] [--json]",
    .description =
        "Fits g2(t) = baseline + amplitude * f(t/tau; beta)^p to a text table (columns lag, g2, "
        "error; # comments) or to\n"
        "the g2 of a results file (/entry/glint/WINDOW), every age window by itself, then the ageing law\n"
        "tau = tau0 exp(age/t*) over the windows if their ages are stored. Models f: "
        "exponential, kww\n"
        "exp(-(t/tau)^beta), mittag_leffler E_beta(-(t/tau)^beta). p is the Siegert power: 2 if f "
        "is the intermediate\n"
        "scattering function, 1 if g2 itself follows f. KWW only rescales tau between them; "
        "Mittag-Leffler changes\n"
        "shape: a walk with waiting times t^-(1+beta) has g2 - 1 = A E_beta^2. Riechers et al. "
        "2024 use KWW with p = 2\n"
        "and Mittag-Leffler with p = 1.\n"
        "Errors are one standard deviation, scaled by sqrt(chi2/dof). Lower AIC or BIC is better, "
        "by more than about 6 to\n"
        "mean something, on the same points only. DW is the Durbin-Watson number of the "
        "residuals: 2 if independent,\n"
        "lower if they run together (the model misses the shape, or neighbouring lags are "
        "correlated). <f> and <f^p> are\n"
        "first moments; inf: diverges. Flags: ! not converged, b beta at its bound, t tau beyond "
        "the longest lag,\n"
        "s tau below the shortest.",
    .examples = "  glint fit g2.txt\n"
                "  glint fit g2.txt --normalised --per-decade 5 --power 1 --profile\n"
                "  glint fit runs/demo/results.h5 --window shell --row 3 --baseline 1.0024 --json\n"
                "  glint fit g2.txt --baseline free --curves fitted.txt",
    .args = args,
    .run = run};

/* ---- options ---- */

static status free_or_value(const char *option, const char *text, bool *is_free, double *value)
{
    *is_free = strcmp(text, "free") == 0;
    if (*is_free || text_to_double(text, value)) return OK;
    return fail(BAD_INPUT, "%s wants a number or 'free', found '%s'", option, text);
}

static status relaxation_setup(const struct options *o, struct relaxation_options *r, int *power_from,
                               int *power_to)
{
    *r = relaxation_defaults();
    r->baseline = o->normalised ? 0.0 : 1.0;
    r->amplitude_free = !o->normalised;
    r->profile = o->profile;
    r->scale_errors = !o->known_errors;
    if (o->baseline) TRY(free_or_value("--baseline", o->baseline, &r->baseline_free, &r->baseline));
    if (o->amplitude) TRY(free_or_value("--amplitude", o->amplitude, &r->amplitude_free, &r->amplitude));
    const char *p = o->power ? o->power : "both";
    if (strcmp(p, "1") != 0 && strcmp(p, "2") != 0 && strcmp(p, "both") != 0)
        return fail(BAD_INPUT, "--power wants 1, 2 or both, found '%s'", p);
    *power_from = strcmp(p, "2") == 0 ? 2 : 1;
    *power_to = strcmp(p, "1") == 0 ? 1 : 2;
    return OK;
}

enum { MODELS_MAX = 16 };
static status choose_models(const struct options *o, const struct relaxation_model *chosen[MODELS_MAX],
                            int *n)
{
    *n = 0;
    if (o->models.n == 0) {
        chosen[(*n)++] = relaxation_find("kww");
        chosen[(*n)++] = relaxation_find("mittag_leffler");
    }
    for (int i = 0; i < o->models.n; i++) {
        const char *names[MODELS_MAX];
        size_t known = 0;
        bool found = false;
        for (const struct relaxation_model *m = relaxation_models; m->name; m++) {
            names[known++] = m->name;
            if (strcmp(o->models.value[i], "all") != 0 && strcmp(o->models.value[i], m->name) != 0) continue;
            found = true;
            bool listed = false;
            for (int k = 0; k < *n; k++) listed |= chosen[k] == m;
            if (!listed && *n < MODELS_MAX) chosen[(*n)++] = m;
        }
        if (found) continue;
        const char *near = text_nearest(o->models.value[i], names, known);
        return fail(BAD_INPUT, "unknown model '%s'%s%s%s; models: exponential, kww, mittag_leffler, all",
                    o->models.value[i], near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    return OK;
}

/* ---- output ---- */

static void number_and_error(char out[32], const struct relaxation_fit *f, int parameter)
{
    if (!f->free[parameter])
        snprintf(out, 32, "%.5g (fixed)", f->value[parameter]);
    else
        snprintf(out, 32, "%.5g +- %.2g", f->value[parameter], f->error[parameter]);
}

static void print_head(void)
{
    printf("#%-4s %-15s %1s  %-20s %-18s %-20s %-20s %10s %4s %9s %9s %9s %5s %10s %10s %s\n", "row", "model",
           "p", "tau", "beta", "amplitude", "baseline", "chi2", "dof", "chi2/dof", "AIC", "BIC", "DW", "<f>",
           "<f^p>", "flags");
}

static void print_fit(size_t row, const struct relaxation_fit *f)
{
    char cell[RELAXATION_PARAMETERS][32];
    for (int i = 0; i < RELAXATION_PARAMETERS; i++) number_and_error(cell[i], f, i);
    printf("%-5zu %-15s %1d  %-20s %-18s %-20s %-20s %10.4g %4lld %9.4g %9.2f %9.2f %5.2f %10.4g %10.4g "
           "%s%s%s\n",
           row, f->model->name, f->siegert_power, cell[0], cell[1], cell[2], cell[3], f->chi2,
           (long long)f->dof, f->reduced_chi2, f->aic, f->bic, f->durbin_watson, f->mean_f, f->mean_fp,
           f->converged ? "" : "!", f->at_bound ? "b" : "",
           f->beyond_record      ? "t"
           : f->below_resolution ? "s"
                                 : "");
    if (isfinite(f->beta_low) || isfinite(f->beta_high))
        printf("#     beta in [%.5g, %.5g] (68 %%, profile likelihood)\n", f->beta_low, f->beta_high);
}

static void json_fit(struct json *j, size_t row, const struct relaxation_fit *f)
{
    double value[RELAXATION_COLUMNS];
    relaxation_row(f, value);
    json_open(j, NULL, '{');
    json_integer(j, "row", (int64_t)row);
    json_string(j, "model", f->model->name);
    json_string(j, "formula", f->model->formula);
    for (int i = 0; i < RELAXATION_COLUMNS; i++) {
        const char *name = relaxation_columns[i];
        if (strcmp(name, "siegert_power") == 0 || strcmp(name, "dof") == 0)
            json_integer(j, name, (int64_t)value[i]);
        else if (strcmp(name, "converged") == 0 || strcmp(name, "at_bound") == 0 ||
                 strcmp(name, "beyond_record") == 0 || strcmp(name, "below_resolution") == 0)
            json_bool(j, name, value[i] != 0.0);
        else
            json_number(j, name, value[i]);
    }
    json_bool(j, "amplitude_free", f->free[RELAXATION_AMPLITUDE]);
    json_bool(j, "baseline_free", f->free[RELAXATION_BASELINE]);
    json_string(j, "note", relaxation_mean_note(f));
    json_close(j);
}

/* Data, and for each fit its curve and residuals, one block a row. */
static status write_curves(FILE *out, size_t row, const struct relaxation_data *d,
                           const struct relaxation_fit *fits, int n)
{
    double *curve = NULL, *residual = NULL;
    status s = OK;
    GUARD(NEW(curve, d->n * (size_t)n));
    GUARD(NEW(residual, d->n * (size_t)n));
    fprintf(out, "# row %zu\n# lag g2 error", row);
    for (int k = 0; k < n; k++) {
        fprintf(out, " %s_p%d residual", fits[k].model->name, fits[k].siegert_power);
        relaxation_curve(&fits[k], d->n, d->lag, curve + (size_t)k * d->n);
        relaxation_residuals(&fits[k], d, residual + (size_t)k * d->n);
    }
    fprintf(out, "\n");
    for (size_t i = 0; i < d->n; i++) {
        fprintf(out, "%.10g %.10g %.6g", d->lag[i], d->y[i], d->sigma ? d->sigma[i] : (double)NAN);
        for (int k = 0; k < n; k++)
            fprintf(out, " %.10g %.6g", curve[(size_t)k * d->n + i], residual[(size_t)k * d->n + i]);
        fprintf(out, "\n");
    }
    fprintf(out, "\n\n");
done:
    DELETE(curve);
    DELETE(residual);
    return s;
}

/* ---- the command ---- */

struct job {
    const struct options *o;
    struct relaxation_options how;
    const struct relaxation_model *model[MODELS_MAX];
    int models, power_from, power_to;
    FILE *curves;
    struct json json;
    size_t fits, first, rows;       /* fits a row, first row, number of rows */
    struct relaxation_fit *results; /* rows × fits, filled in order */
};

static status fit_row(struct job *j, const struct curves *c, size_t row)
{
    struct curve one;
    struct relaxation_fit *fits = j->results + (row - j->first) * j->fits;
    int n = 0;
    status s = OK;
    TRY(curves_select(c, row, &one, j->o->from, j->o->to, j->o->per_decade));
    if (one.dropped)
        log_warning("row %zu: %zu points without a finite value or positive error left out", row,
                    one.dropped);
    struct relaxation_data d = {.n = one.n, .lag = one.lag, .y = one.g2, .sigma = one.error};
    for (int m = 0; m < j->models; m++)
        for (int p = j->power_from; p <= j->power_to; p++) {
            j->how.siegert_power = p;
            GUARD(relaxation_fit(&d, j->model[m], &j->how, &fits[n]));
            if (j->o->json)
                json_fit(&j->json, row, &fits[n]);
            else
                print_fit(row, &fits[n]);
            n++;
        }
    if (j->curves) GUARD(write_curves(j->curves, row, &d, fits, n));
done:
    curve_free(&one);
    return s == OK ? OK : status_context(s, "row %zu", row);
}

static void show_ageing(struct job *j, const struct relaxation_fit *f, const struct ageing_fit *a)
{
    if (!j->o->json) {
        printf("# ageing law %s p=%d: tau = tau0 exp(age/t*), tau0 = %.5g +- %.2g, ", f->model->name,
               f->siegert_power, a->tau0, a->tau0_error);
        if (a->stationary)
            printf("stationary within 2 sigma (1/t* = %.3g +- %.2g), chi2/dof %.3g, %lld ages\n", a->rate,
                   a->rate_error, a->reduced_chi2, (long long)a->points);
        else
            printf("t* = %.5g +- %.2g, chi2/dof %.3g, %lld ages\n", a->t_star, a->t_star_error,
                   a->reduced_chi2, (long long)a->points);
        return;
    }
    json_open(&j->json, NULL, '{');
    json_string(&j->json, "model", f->model->name);
    json_integer(&j->json, "siegert_power", f->siegert_power);
    json_number(&j->json, "tau0", a->tau0);
    json_number(&j->json, "tau0_error", a->tau0_error);
    json_number(&j->json, "rate", a->rate);
    json_number(&j->json, "rate_error", a->rate_error);
    json_number(&j->json, "t_star", a->t_star);
    json_number(&j->json, "t_star_error", a->t_star_error);
    json_number(&j->json, "reduced_chi2", a->reduced_chi2);
    json_integer(&j->json, "ages", a->points);
    json_bool(&j->json, "stationary", a->stationary);
    json_close(&j->json);
}

/* tau(age) of each model over the rows whose tau is determined. */
static status ageing(struct job *j, const struct curves *c)
{
    double *age = NULL, *tau = NULL, *error = NULL;
    status s = OK;
    GUARD(NEW(age, j->rows));
    GUARD(NEW(tau, j->rows));
    GUARD(NEW(error, j->rows));
    for (size_t k = 0; k < j->fits; k++) {
        size_t n = 0;
        for (size_t row = 0; row < j->rows; row++) {
            const struct relaxation_fit *f = &j->results[row * j->fits + k];
            if (!f->converged || f->at_bound || f->beyond_record || f->below_resolution ||
                !(f->error[RELAXATION_TAU] > 0.0))
                continue;
            age[n] = c->age[j->first + row];
            tau[n] = f->value[RELAXATION_TAU];
            error[n++] = f->error[RELAXATION_TAU];
        }
        struct ageing_fit a;
        if (n < 3) continue;
        GUARD(ageing_fit(n, age, tau, error, &a));
        show_ageing(j, &j->results[k], &a);
    }
done:
    DELETE(age);
    DELETE(tau);
    DELETE(error);
    return s;
}

static status fit_rows(struct job *j, const struct curves *c, const char *path)
{
    const struct options *o = j->o;
    if (o->row >= 0 && (size_t)o->row >= c->rows)
        return fail(BAD_INPUT, "--row %lld: %s has %zu row%s, counted from 0", (long long)o->row, path,
                    c->rows, c->rows == 1 ? "" : "s");
    if (o->json) {
        json_open(&j->json, NULL, '{');
        json_string(&j->json, "file", path);
        json_string(&j->json, "window", c->window);
        json_bool(&j->json, "weighted", c->error != NULL);
        json_bool(&j->json, "errors_scaled", !o->known_errors || !c->error);
        json_open(&j->json, "fits", '[');
    } else {
        printf("# %s%s%s: g2 = baseline + amplitude f^p; %s\n", path, *c->window ? ", window " : "",
               c->window, c->error ? "weights 1/error^2" : "equal weights (no errors in the file)");
        print_head();
    }
    j->first = o->row < 0 ? 0 : (size_t)o->row;
    j->rows = o->row < 0 ? c->rows : 1;
    j->fits = (size_t)(j->models * (j->power_to - j->power_from + 1));
    TRY(NEW(j->results, j->rows * j->fits));
    for (size_t row = j->first; row < j->first + j->rows; row++) TRY(fit_row(j, c, row));
    if (o->json) {
        json_close(&j->json);
        json_open(&j->json, "ageing", '[');
    }
    if (c->age) TRY(ageing(j, c));
    if (o->json) {
        json_close(&j->json);
        json_close(&j->json);
        if (j->json.text.out_of_memory) return fail(FAILED, "no memory for the result");
        puts(j->json.text.s);
    }
    return OK;
}

/* What the input of the run says to which the file belongs, where the command line says nothing. */
static status run_defaults(struct options *o, const char *path)
{
    struct run_settings s;
    struct text said = {0};
    TRY(run_settings_read(&s, path));
    s.has_waiting = false;
    if (!s.has_analysis) return OK;
    if (!o->power) o->power = s.siegert == 1 ? "1" : s.siegert == 2 ? "2" : "both";
    if (o->models.n == 0) {
        if (s.fit_models & 1u) o->models.value[o->models.n++] = "kww";
        if (s.fit_models & 2u) o->models.value[o->models.n++] = "mittag_leffler";
    }
    run_settings_describe(&s, &said);
    log_info("defaults from the run's input: %s", said.s ? said.s : "");
    text_free(&said);
    return OK;
}

static status run(int argc, char **argv)
{
    struct options o = {.row = -1, .from = 0.0, .to = INFINITY};
    struct job j = {.o = &o, .json = json_start()};
    struct curves c = {0};
    struct file_new file = {0};
    const char *path[1];
    status s = OK;
    TRY(args_parse(&cmd_fit, argc, argv, &o, path, 1, 1, NULL));
    TRY(run_defaults(&o, path[0]));
    TRY(relaxation_setup(&o, &j.how, &j.power_from, &j.power_to));
    TRY(choose_models(&o, j.model, &j.models));
    if (o.per_decade < 0.0) return fail(BAD_INPUT, "--per-decade %g: want a number above 0", o.per_decade);
    TRY(curves_read(&c, path[0], o.window));
    if (o.curves) {
        GUARD(file_begin(&file, o.curves));
        j.curves = file.stream;
    }
    GUARD(fit_rows(&j, &c, path[0]));
    if (o.curves) GUARD(file_commit(&file));
done:
    if (s != OK && j.curves) file_abandon(&file);
    json_free(&j.json);
    DELETE(j.results);
    curves_free(&c);
    return s;
}
