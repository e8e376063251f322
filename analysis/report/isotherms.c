/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/isotherms.h"

#include "analysis/cmd/correlate_run.h"
#include "base/h5.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_SIDE = 300, POINTS_LEAST = 5, QUARTERS = 4 };
#define STAGE  "entry/glint/stage"
#define WINDOW "entry/glint/window"
#define INSIDE "entry/glint/z_window"

const char *const isotherm_tau_names[] = {"unknown", "measured", "lower_bound"};

/* ---- which records there are ---- */

static status number(struct h5 *h, const char *name, double *value)
{
    return h5_has_attr(h, STAGE, name) ? h5_read_attr(h, STAGE, name, H5_F64, 1, value) : OK;
}

static status read_stage(struct h5 *h, struct isotherm *i)
{
    TRY(h5_read_attr_string(h, STAGE, "label", i->label, sizeof i->label));
    TRY(h5_read_attr_string(h, STAGE, "cycle", i->cycle, sizeof i->cycle));
    TRY(h5_read_attr(h, STAGE, "iteration", H5_I64, 1, &i->iteration));
    TRY(h5_read_attr(h, STAGE, "place", H5_I64, 1, &i->place));
    TRY(h5_read_attr_string(h, WINDOW, "name", i->window, sizeof i->window));
    TRY(h5_read_attr_string(h, WINDOW, "units", i->units, sizeof i->units));
    TRY(h5_read_attr(h, WINDOW, "n_independent", H5_I64, 1, &i->independent));
    TRY(number(h, "temperature", &i->T));
    i->low = i->high = (double)NAN;
    if (h5_has(h, INSIDE)) {
        TRY(h5_read_attr(h, INSIDE, "low", H5_F64, 1, &i->low));
        TRY(h5_read_attr(h, INSIDE, "high", H5_F64, 1, &i->high));
    }
    return number(h, "Tg", &i->Tg);
}

static status read_frames(struct h5 *h, struct isotherm *i)
{
    hsize_t shape[4] = {0};
    int rank = 4;
    TRY(h5_shape(h, "entry/instrument/detector_1/data", &rank, shape));
    i->frames = (int64_t)shape[0];
    TRY(h5_read(h, "entry/instrument/detector_1/frame_time", H5_F64, 1, &i->frame_time));
    if (i->frames == 0) return OK;
    return h5_read_rows(h, "entry/instrument/detector_1/time", H5_F64, 0, 1, &i->first_time);
}

/* How the sample was made: the same in all records of a run. */
static status read_sample(struct h5 *h, struct isotherms *run)
{
    char word[16] = "";
    TRY(h5_read_attr_string(h, STAGE, "preparation", word, sizeof word));
    run->film = strcmp(word, "film") == 0;
    run->T_substrate = run->T_anneal = (double)NAN;
    TRY(number(h, "T_substrate", &run->T_substrate));
    return number(h, "T_anneal", &run->T_anneal);
}

static status add_record(struct isotherms *run, size_t *capacity, const char *file)
{
    struct isotherm i = {0};
    struct h5 h;
    status s = OK;
    TRY(file_join(i.path, run->path, file));
    TRY(h5_open_ro(&h, i.path));
    if (!h5_has_attr(&h, STAGE, "cycle")) goto done;
    GUARD(read_stage(&h, &i));
    GUARD(read_frames(&h, &i));
    GUARD(GROW(run->item, *capacity, (size_t)run->n + 1));
    run->item[run->n++] = i;
done:
    h5_close(&h);
    return s;
}

static int by_time(const void *a, const void *b)
{
    const struct isotherm *x = a, *y = b;
    if (x->first_time != y->first_time) return x->first_time < y->first_time ? -1 : 1;
    return strcmp(x->window, y->window);
}

static status list(struct isotherms *run)
{
    size_t capacity = 0;
    status s = OK;
    DIR *d = opendir(run->path);
    if (!d) return fail(BAD_INPUT, "%s: %s; a run folder was expected", run->path, strerror(errno));
    for (struct dirent *e; s == OK && (e = readdir(d));) {
        size_t length = strlen(e->d_name);
        if (strncmp(e->d_name, "speckle-", 8) != 0 || length < 12 ||
            strcmp(e->d_name + length - 3, ".h5") != 0)
            continue;
        s = add_record(run, &capacity, e->d_name);
    }
    closedir(d);
    if (s == OK && run->n > 0) qsort(run->item, (size_t)run->n, sizeof *run->item, by_time);
    return s;
}

/* The window with most independent pixels in the last record's stage. */
static const char *largest_window(const struct isotherms *run)
{
    const struct isotherm *last = &run->item[run->n - 1], *most = last;
    for (int64_t i = 0; i < run->n; i++)
        if (strcmp(run->item[i].label, last->label) == 0 && run->item[i].independent > most->independent)
            most = &run->item[i];
    return most->window;
}

/* Keep the records of the last cycle seen through one window. */
static status choose(struct isotherms *run, const char *wanted)
{
    char window[RUN_NAME], cycle[RUN_NAME];
    int64_t kept = 0;
    if (run->n == 0)
        return fail(BAD_INPUT,
                    "%s holds no speckles of a cycle: speckle-*.h5 of a stage `cycle` that observes speckle",
                    run->path);
    snprintf(window, sizeof window, "%s", wanted ? wanted : largest_window(run));
    snprintf(cycle, sizeof cycle, "%s", run->item[run->n - 1].cycle);
    for (int64_t i = 0; i < run->n; i++) {
        const struct isotherm *x = &run->item[i];
        if (x->frames > 0 && strcmp(x->window, window) == 0 && strcmp(x->cycle, cycle) == 0)
            run->item[kept++] = *x;
    }
    run->n = kept;
    if (kept > 0) return OK;
    return fail(BAD_INPUT, "%s: cycle %s has no frames of a window '%s'", run->path, cycle, window);
}

static void find_name(struct isotherms *run, const char *folder)
{
    size_t end = strlen(folder), start;
    while (end > 1 && folder[end - 1] == '/') end--;
    for (start = end; start > 0 && folder[start - 1] != '/';) start--;
    snprintf(run->name, sizeof run->name, "%.*s", (int)(end - start), folder + start);
}

static status open_run(struct isotherms *run, const char *folder, const char *window)
{
    struct h5 h;
    struct run_folder *f = NULL;
    if (snprintf(run->path, sizeof run->path, "%s", folder) >= (int)sizeof run->path)
        return fail(BAD_INPUT, "the path is too long: %s", folder);
    find_name(run, folder);
    TRY(list(run));
    TRY(choose(run, window));
    TRY(h5_open_ro(&h, run->item[0].path));
    status s = read_sample(&h, run);
    h5_close(&h);
    TRY(s);
    TRY(NEW(f, 1));
    memcpy(f->path, run->path, sizeof f->path);
    for (int64_t i = 0; i < run->n; i++)
        run->item[i].watched = run_folder_crystal(f, run->item[i].label, &run->item[i].crystal);
    DELETE(f);
    return OK;
}

status isotherms_open(struct isotherms *run, const char *folder, const char *window)
{
    memset(run, 0, sizeof *run);
    status s = open_run(run, folder, window);
    if (s != OK) isotherms_free(run);
    return s;
}

static void free_curve(struct isotherm *i)
{
    DELETE(i->lag);
    DELETE(i->R);
    DELETE(i->error);
}

void isotherms_free(struct isotherms *run)
{
    for (int64_t i = 0; i < run->n; i++) {
        free_curve(&run->item[i]);
        DELETE(run->item[i].map);
    }
    DELETE(run->item);
    run->n = 0;
}

double isotherms_shortest(const struct isotherms *run)
{
    double least = INFINITY;
    for (int64_t i = 0; i < run->n; i++)
        least = fmin(least, (double)run->item[i].frames * run->item[i].frame_time);
    return least;
}

const struct isotherm *isotherms_at(const struct isotherms *run, int64_t iteration, int64_t place)
{
    for (int64_t i = 0; i < run->n; i++)
        if (run->item[i].iteration == iteration && run->item[i].place == place) return &run->item[i];
    return NULL;
}

/* ---- the two rules ---- */

void isotherm_judge(struct isotherm *i)
{
    static const double level = 0.1353352832366127; /* e^−2 */
    struct relaxation_data d = {.n = (size_t)i->lags, .lag = i->lag, .y = i->R, .sigma = i->error};
    struct relaxation_options o = relaxation_defaults();
    o.siegert_power = 2;
    o.baseline = 0.0;
    o.scale_errors = true;
    i->kind = TAU_UNKNOWN;
    i->tau = i->tau_error = (double)NAN;
    i->fitted = i->lags >= POINTS_LEAST && relaxation_fit(&d, relaxation_find("kww"), &o, &i->fit) == OK &&
                i->fit.converged;
    if (i->fitted && !i->fit.beyond_record && i->fit.error[RELAXATION_TAU] < i->fit.value[RELAXATION_TAU]) {
        i->kind = TAU_MEASURED;
        i->tau = i->fit.value[RELAXATION_TAU];
        i->tau_error = i->fit.error[RELAXATION_TAU];
        return;
    }
    for (int64_t k = 0; k < i->lags && i->R[k] - 2.0 * i->error[k] > level; k++) {
        i->kind = TAU_BOUND;
        i->tau = i->lag[k];
    }
}

void isotherm_lost(struct isotherm *i, double lag)
{
    i->lost = i->lost_error = (double)NAN;
    for (int64_t k = 0; k + 1 < i->lags; k++) {
        if (!(i->lag[k] <= lag && lag <= i->lag[k + 1])) continue;
        double x = log(lag / i->lag[k]) / log(i->lag[k + 1] / i->lag[k]);
        i->lost = 1.0 - ((1.0 - x) * i->R[k] + x * i->R[k + 1]);
        i->lost_error = (1.0 - x) * i->error[k] + x * i->error[k + 1]; /* neighbours move together */
        return;
    }
}

/* ---- the frames ---- */

/* R of age window a; with_error: only where it has one. */
static status take_curve(struct isotherm *i, const struct g2 *g, int64_t a, double frame_time,
                         bool with_error)
{
    TRY(NEW(i->lag, (size_t)g->lags + 1));
    TRY(NEW(i->R, (size_t)g->lags + 1));
    TRY(NEW(i->error, (size_t)g->lags + 1));
    for (int64_t k = a * g->lags; k < (a + 1) * g->lags; k++) {
        bool known = g->R_error[k] > 0.0 && isfinite(g->R_error[k]);
        if (g->pairs[k] == 0 || g->lag[k] < 0.5 || !isfinite(g->R[k]) || (with_error && !known)) continue;
        i->lag[i->lags] = g->lag[k] * frame_time;
        i->R[i->lags] = g->R[k];
        i->error[i->lags++] = known ? g->R_error[k] : 0.0;
    }
    return OK;
}

static status take_map(struct isotherm *i, const struct correlate *c)
{
    int64_t T = c->ttcf.frames, bin = (T + MAP_SIDE - 1) / MAP_SIDE, n = (T + bin - 1) / bin;
    i->map_side = n;
    TRY(NEW(i->map, (size_t)(n * n)));
    ttcf_matrix(&c->ttcf, bin, i->map);
    for (int64_t a = 0; a < n; a++)
        for (int64_t b = 0; b < a; b++) i->map[a * n + b] = i->map[b * n + a];
    return OK;
}

/* The error of `lost` from quarters of the record. */
static status spread_of_quarters(struct isotherm *i, const struct correlate *c, double lag)
{
    struct g2_options o = c->g2.options;
    struct g2 g;
    double sum = 0.0, square = 0.0, n = 0.0;
    o.windows = QUARTERS;
    o.log_windows = false;
    if (isnan(i->lost) || c->ttcf.frames < 2 * QUARTERS) return OK;
    TRY(g2_compute(&g, &c->ttcf, &o));
    for (int64_t a = 0; a < g.windows; a++) {
        struct isotherm part = {.lags = 0};
        status s = take_curve(&part, &g, a, i->frame_time, false);
        if (s == OK) isotherm_lost(&part, lag);
        free_curve(&part);
        if (s != OK) g2_free(&g);
        TRY(s);
        if (isnan(part.lost)) continue;
        sum += part.lost;
        square += part.lost * part.lost;
        n += 1.0;
    }
    g2_free(&g);
    if (n > 1.5) i->lost_error = sqrt(fmax(0.0, square / n - sum / n * (sum / n)) / (n - 1.0));
    return OK;
}

static status measure(struct isotherm *i, double lag)
{
    struct correlate_options o = correlate_defaults();
    struct correlate c;
    o.null = "none";
    status s = correlate_run(&c, i->path, 0, &o);
    if (s == OK) {
        snprintf(i->time_unit, sizeof i->time_unit, "%s", c.frames.time_unit);
        i->frame_time = c.frames.frame_time;
        s = take_curve(i, &c.g2, 0, i->frame_time, true);
    }
    if (s == OK) s = take_map(i, &c);
    if (s == OK) {
        isotherm_judge(i);
        isotherm_lost(i, lag);
        s = spread_of_quarters(i, &c, lag);
    }
    correlate_free(&c);
    return s;
}

static status count_hops(const struct isotherms *run, struct isotherm *i)
{
    char name[RUN_NAME + 16], path[FILE_PATH_MAX];
    snprintf(name, sizeof name, "hops-%s.h5", i->label);
    TRY(file_join(path, run->path, name));
    return hop_rate_read(&i->hops, path, i->low, i->high);
}

status isotherms_measure(struct isotherms *run, double lag)
{
    for (int64_t i = 0; i < run->n; i++) {
        TRY(measure(&run->item[i], lag));
        TRY(count_hops(run, &run->item[i]));
    }
    return OK;
}
