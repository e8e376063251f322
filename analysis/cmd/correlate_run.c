/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/correlate_run.h"
#include "analysis/report/run_settings.h"
#include "analysis/correlate/contrast.h"
#include "base/h5.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct correlate_options correlate_defaults(void)
{
    return (struct correlate_options){.age = "start",
                                      .variant = "eq1",
                                      .flatten = "auto",
                                      .group = -1,
                                      .baseline = "auto",
                                      .per_decade = 5,
                                      .null = "exact",
                                      .seeds = 200,
                                      .lag = 0};
}

status correlate_defaults_of(struct correlate_options *o, struct run_settings *s, const char *path,
                             bool with_null)
{
    struct text said = {0};
    *o = correlate_defaults();
    TRY(run_settings_read(s, path));
    s->has_waiting = false; /* no business of speckles */
    if (!s->has_analysis) return OK;
    o->age = s->age;
    o->diagonal = s->diagonal;
    o->per_decade = s->per_decade;
    if (with_null && s->surrogates > 0) {
        o->null = "surrogate";
        o->seeds = s->surrogates;
    } else if (with_null && !s->null_exact) {
        o->null = "none";
    }
    run_settings_describe(s, &said);
    log_info("defaults from the run's input: %s", said.s ? said.s : "");
    text_free(&said);
    return OK;
}

/* ---- choices ---- */

static status choose_nan(const char *word, enum frames_nan *policy)
{
    *policy = !word ? FRAMES_NAN_ERROR : strcmp(word, "pixel") == 0 ? FRAMES_NAN_PIXEL : FRAMES_NAN_FRAME;
    if (!word || strcmp(word, "pixel") == 0 || strcmp(word, "frame") == 0) return OK;
    return fail(BAD_INPUT, "--mask-nan is '%s'; pixel or frame expected", word);
}

static status choose_variant(const char *word, enum ttcf_variant *variant)
{
    *variant = strcmp(word, "pearson") == 0 ? TTCF_PEARSON : TTCF_EQ1;
    if (strcmp(word, "eq1") == 0 || strcmp(word, "pearson") == 0) return OK;
    return fail(BAD_INPUT, "--variant is '%s'; eq1 or pearson expected", word);
}

static status choose_g2(const struct correlate *c, struct g2_options *g)
{
    const struct correlate_options *o = c->o;
    *g = (struct g2_options){.windows = o->windows,
                             .log_windows = o->log_windows,
                             .per_decade = o->per_decade,
                             .baseline = c->baseline,
                             .block = o->block};
    TRY(g2_age_parse(o->age, &g->age));
    return g2_diagonal_parse(o->diagonal           ? o->diagonal
                             : c->frames.simulated ? "keep"
                                                   : "mean4",
                             &g->diagonal);
}

/* g∞ and where it comes from. */
static status choose_baseline(struct correlate *c, enum ttcf_variant variant)
{
    const char *word = c->o->baseline;
    bool automatic = strcmp(word, "auto") == 0;
    bool flat = c->flattened;
    if (variant == TTCF_PEARSON && automatic) {
        c->baseline = 0.0;
        c->baseline_from = "0 (pearson)";
    } else if (strcmp(word, "static") == 0 || (automatic && !flat && c->has_envelope)) {
        if (!c->has_envelope || c->flattened)
            return fail(BAD_INPUT, "--baseline static needs %s",
                        c->flattened ? "frames that are not flattened; after --flatten the baseline is 1"
                                     : "the |q| of every pixel, which the file does not give");
        c->baseline = c->envelope.baseline;
        c->baseline_from = "<S^2>/<S>^2 of the static envelope";
    } else if (automatic) {
        c->baseline = 1.0;
        c->baseline_from = flat ? "1 (flattened)" : "1 (no q known, pixels taken as alike)";
    } else if (text_to_double(word, &c->baseline)) {
        c->baseline_from = "given";
    } else {
        return fail(BAD_INPUT, "--baseline is '%s'; auto, static or a number expected", word);
    }
    return OK;
}

/* ---- frames ---- */

static status choose_range(struct correlate *c, int64_t *first, int64_t *count)
{
    *first = c->o->first;
    *count = c->o->count ? c->o->count : c->frames.count - *first;
    if (*first < 0 || *count < 2 || *first + *count > c->frames.count)
        return fail(BAD_INPUT,
                    "%s: frames %" PRId64 " to %" PRId64 " asked for; the file holds %" PRId64
                    ", and at least 2 are needed",
                    c->frames.path, *first, *first + *count - 1, c->frames.count);
    return OK;
}

static void mean_pixels(const float *data, const uint8_t *bad, int64_t frames, int64_t pixels, double *mean)
{
    int64_t good = 0;
    for (int64_t t = 0; t < frames; t++) {
        if (bad[t]) continue;
        good++;
        for (int64_t p = 0; p < pixels; p++) mean[p] += (double)data[t * pixels + p];
    }
    for (int64_t p = 0; p < pixels && good; p++) mean[p] /= (double)good;
}

/* The static envelope, for dividing or for the baseline: stored by the writer, or from the frames. */
static status find_envelope(struct correlate *c, const float *data, const uint8_t *bad, int64_t frames,
                            bool wanted)
{
    const struct frames *f = &c->frames;
    if (f->s_of_q && strcmp(c->o->flatten, "frames") != 0) {
        TRY(envelope_given(&c->envelope, f->s_of_q, f->q, f->pixels));
        c->envelope_from = "stored with the frames";
    } else if (f->q || wanted) {
        TRY(envelope_measure(&c->envelope, data, bad, frames, f->pixels, f->q));
        c->envelope_from = "from the frames";
    } else {
        return OK;
    }
    c->has_envelope = true;
    return OK;
}

static status flatten(struct correlate *c, float *data, const uint8_t *bad, int64_t frames)
{
    const char *how = c->o->flatten;
    bool asked = strcmp(c->frames.flatten, "none") != 0 && strcmp(how, "auto") == 0;
    bool wanted = asked || strcmp(how, "S(|q|)") == 0 || strcmp(how, "frames") == 0;
    if (!wanted && strcmp(how, "none") != 0 && strcmp(how, "auto") != 0)
        return fail(BAD_INPUT, "--flatten is '%s'; auto, none, 'S(|q|)' (in quotes) or frames expected", how);
    TRY(find_envelope(c, data, bad, frames, wanted));
    if (!wanted) return OK;
    if (c->envelope.groups < 2)
        log_warning("the window has a single |q| group; flattening changes nothing but the scale");
    envelope_divide(&c->envelope, data, frames);
    c->flattened = true;
    return OK;
}

static void count_independent(struct correlate *c)
{
    c->independent = c->frames.n_independent ? c->frames.n_independent : c->frames.pixels;
    if (c->independent == 2)
        log_warning("2 independent pixels: chance alone makes C(t,t) fluctuate by 22 %%");
}

/* ---- null model ---- */

/* |f|² of the measured record: normalised by the diagonal where that has no shot noise. */
status correlate_field(const struct correlate *c, double *f2)
{
    struct g2 g;
    struct g2_options o = {.windows = 1, .per_decade = 10, .baseline = c->baseline};
    TRY(g2_compute(&g, &c->ttcf, &o));
    double *weight = NULL;
    status s = NEW(weight, (size_t)g.lags);
    for (int64_t k = 0; s == OK && k < g.lags; k++) {
        g.R[k] = (g.g2[k] - c->baseline) / (c->plateau - c->baseline);
        weight[k] = (double)g.pairs[k];
    }
    if (s == OK) s = surrogate_correlation(g.lag, g.R, weight, g.lags, c->ttcf.frames, f2);
    DELETE(weight);
    g2_free(&g);
    return s;
}

static status measured_statistics(struct correlate *c, int64_t lag)
{
    int64_t T = c->ttcf.frames;
    double *x = NULL, largest = -INFINITY;
    TRY(NEW(x, (size_t)T));
    for (int64_t t = 0; t < T; t++) x[t] = ttcf_at(&c->ttcf, t, t);
    surrogate_compare(&c->surrogate, 0, moments_of(x, T).variance);
    for (int64_t t = 0; t + lag < T; t++) x[t] = ttcf_at(&c->ttcf, t, t + lag);
    surrogate_compare(&c->surrogate, 1, moments_of(x, T - lag).variance);
    for (int64_t t = 0; t + 1 < T; t++)
        if (c->z[t] > largest) largest = c->z[t];
    surrogate_compare(&c->surrogate, 2, largest);
    DELETE(x);
    return OK;
}

static void scale_statistic(struct surrogate_statistic *s, double factor)
{
    s->mean *= factor;
    s->sd *= factor;
    s->p025 *= factor;
    s->p50 *= factor;
    s->p975 *= factor;
    s->p99 *= factor;
}

/* Temporal variances depend on the number of pixels as the exact variance of one element does, about as 1/n;
 * largest_z is measured in its own spread and stays. */
static void scale_variances(struct surrogate_null *null, double factor)
{
    scale_statistic(&null->diagonal_variance, factor);
    scale_statistic(&null->lag_variance, factor);
    for (int64_t i = 0; i < 2 * null->seeds; i++) null->values[i] *= factor;
}

static status run_surrogate(struct correlate *c)
{
    int64_t T = c->ttcf.frames, most = c->o->surrogate_pixels, n = c->independent;
    if (most > 0 && n > most) n = most;
    struct surrogate_options o = {.pixels = n,
                                  .frames = T,
                                  .seeds = c->o->seeds,
                                  .lag = c->o->lag ? c->o->lag : 1,
                                  .block = events_block(T),
                                  .seed = (uint64_t)c->o->seed,
                                  .plateau = c->frames.simulated ? EVENTS_DIAGONAL : EVENTS_NEIGHBOURS};
    double *f2 = NULL, *S = NULL, cost = 2e-7 * (double)o.seeds * (double)n * (double)T;
    status s = OK;
    if (c->ttcf.variant != TTCF_EQ1)
        return fail(BAD_INPUT, "--null surrogate is defined for --variant eq1 only");
    GUARD(NEW(f2, (size_t)T));
    GUARD(NEW(c->drop, (size_t)T));
    GUARD(NEW(c->z, (size_t)T));
    if (cost > 60.0) log_info("%" PRId64 " surrogates: about %.0f CPU minutes", o.seeds, cost / 60.0);
    if (c->o->field)
        memcpy(f2, c->o->field, (size_t)T * sizeof *f2);
    else
        GUARD(correlate_field(c, f2));
    if (c->has_envelope && !c->flattened) {
        GUARD(NEW(S, (size_t)n));
        for (int64_t p = 0; p < n; p++) S[p] = c->envelope.s[c->envelope.group[p * c->frames.pixels / n]];
    }
    GUARD(events_drops(&c->ttcf, o.plateau, c->plateau, c->baseline, c->drop));
    GUARD(events_z(c->drop, T - 1, o.block, c->z));
    GUARD(surrogate_run(&c->surrogate, f2, S, &o));
    if (n < c->independent) {
        struct contrast_null many, few;
        GUARD(contrast_exact_null(c->independent, &many));
        GUARD(contrast_exact_null(n, &few));
        scale_variances(&c->surrogate, pow(many.diagonal_sd / few.diagonal_sd, 2.0));
    }
    GUARD(measured_statistics(c, o.lag));
    GUARD(events_find(&c->events, c->drop, c->z, T - 1, c->surrogate.threshold));
done:
    DELETE(f2);
    DELETE(S);
    return s;
}

static void find_plateau(struct correlate *c)
{
    double sum = 0.0;
    int64_t n = 0, k = c->frames.simulated ? 0 : 1;
    for (int64_t t = 0; t + k < c->ttcf.frames; t++) {
        double v = ttcf_at(&c->ttcf, t, t + k);
        if (isnan(v)) continue;
        sum += v;
        n++;
    }
    c->plateau = n ? sum / (double)n : (double)NAN;
}

/* ---- the chain ---- */

static status correlate_frames(struct correlate *c)
{
    const struct correlate_options *o = c->o;
    struct ttcf_options options = {.double_precision = o->double_precision, .progress = true};
    enum frames_nan policy;
    int64_t first, count;
    float *data = NULL;
    uint8_t *bad = NULL;
    status s = OK;
    GUARD(choose_nan(o->mask_nan, &policy));
    GUARD(choose_variant(o->variant, &options.variant));
    GUARD(choose_range(c, &first, &count));
    GUARD(frames_load(&c->frames, policy, first, count, &data, &bad));
    count_independent(c);
    if (c->independent < 2)
        GUARD(fail(BAD_INPUT,
                   "%s: one independent pixel gives C(t1,t2) = 1 for any dynamics; choose a window with at "
                   "least 2, better 3 or more",
                   c->frames.path));
    GUARD(NEW(c->mean_pixel, (size_t)c->frames.pixels));
    GUARD(NEW(c->contrast, (size_t)count));
    mean_pixels(data, bad, count, c->frames.pixels, c->mean_pixel);
    GUARD(flatten(c, data, bad, count));
    GUARD(choose_baseline(c, options.variant));
    contrast_trace(data, bad, count, c->frames.pixels, c->contrast);
    GUARD(ttcf_compute(&c->ttcf, data, bad, count, c->frames.pixels, &options));
done:
    DELETE(data);
    DELETE(bad);
    return s;
}

status correlate_run(struct correlate *c, const char *path, int64_t group, const struct correlate_options *o)
{
    struct g2_options g;
    memset(c, 0, sizeof *c);
    c->o = o;
    if (strcmp(o->null, "exact") != 0 && strcmp(o->null, "surrogate") != 0 && strcmp(o->null, "none") != 0)
        return fail(BAD_INPUT, "--null is '%s'; exact, surrogate or none expected", o->null);
    TRY(frames_open(&c->frames, path));
    const char *name = o->name ? o->name : c->frames.window;
    if (c->frames.groups > 1)
        snprintf(c->name, sizeof c->name, "%.*s-%" PRId64, FRAMES_NAME - 24, name, group);
    else
        snprintf(c->name, sizeof c->name, "%.*s", FRAMES_NAME - 1, name);
    TRY(frames_select_group(&c->frames, group));
    TRY(choose_g2(c, &g)); /* wrong words are told before the work */
    TRY(correlate_frames(c));
    TRY(choose_g2(c, &g));
    TRY(g2_compute(&c->g2, &c->ttcf, &g));
    find_plateau(c);
    return strcmp(o->null, "surrogate") == 0 ? run_surrogate(c) : OK;
}

void correlate_free(struct correlate *c)
{
    frames_close(&c->frames);
    ttcf_free(&c->ttcf);
    g2_free(&c->g2);
    envelope_free(&c->envelope);
    surrogate_free(&c->surrogate);
    events_free(&c->events);
    DELETE(c->contrast);
    DELETE(c->mean_pixel);
    DELETE(c->drop);
    DELETE(c->z);
}

static status count_groups(const char *path, int64_t *groups)
{
    struct frames f;
    TRY(frames_open(&f, path));
    *groups = f.groups;
    frames_close(&f);
    return OK;
}

status correlate_all(const char *path, const struct correlate_options *o, bool with_map, int argc,
                     char **argv)
{
    struct correlate_output out = {.o = o, .with_map = with_map};
    int64_t groups, first = o->group >= 0 ? o->group : 0;
    status s = OK;
    TRY(count_groups(path, &groups));
    out.total = o->group >= 0 ? 1 : groups;
    for (int64_t i = 0; i < out.total && s == OK; i++) { /* one TTCF in memory at a time */
        struct correlate c;
        s = correlate_run(&c, path, first + i, o);
        if (s == OK) s = correlate_output_add(&out, &c, argc, argv);
        if (s != OK && groups > 1) s = status_context(s, "group %" PRId64, first + i);
        correlate_free(&c);
    }
    return correlate_output_end(&out, s);
}

/* ---- from results.h5 ---- */

bool correlate_is_results(const char *path)
{
    struct h5 f;
    if (h5_open_ro(&f, path) != OK) return false;
    bool is =
        h5_has(&f, "entry/glint") && !h5_has(&f, "entry/glint/window") && h5_has(&f, "entry/definition");
    h5_close(&f);
    return is;
}

/* The window asked for, or the only one with a two_time. */
static status find_window(struct h5 *f, const char *wanted, char *name, size_t size)
{
    hid_t group = H5Gopen2(f->id, "entry/glint", H5P_DEFAULT);
    H5G_info_t info = {0};
    int found = 0;
    char path[300], link[FRAMES_NAME];
    if (group < 0 || H5Gget_info(group, &info) < 0) return fail(BAD_INPUT, "%s: no /entry/glint", f->path);
    for (hsize_t i = 0; i < info.nlinks; i++) {
        if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, link, sizeof link, H5P_DEFAULT) < 0)
            continue;
        snprintf(path, sizeof path, "entry/glint/%s/two_time", link);
        if (!h5_has(f, path) || (wanted && strcmp(wanted, link) != 0)) continue;
        found++;
        snprintf(name, size, "%s", link);
    }
    H5Gclose(group);
    if (found == 1) return OK;
    return fail(BAD_INPUT, "%s: %s%s%s; say which with --window", f->path,
                found ? "several windows have" : "no window ", found || !wanted ? "" : wanted,
                found ? " a two_time" : " has a two_time");
}

static status read_two_time(struct correlate *c, struct h5 *f)
{
    char path[300], group[200];
    hsize_t shape[2] = {0};
    int rank = 2;
    int64_t binning = 1;
    float *m = NULL;
    TRY(find_window(f, c->o->name, c->frames.window, sizeof c->frames.window));
    snprintf(c->name, sizeof c->name, "%s", c->frames.window);
    snprintf(group, sizeof group, "entry/glint/%s", c->frames.window);
    snprintf(path, sizeof path, "%s/two_time", group);
    TRY(h5_shape(f, path, &rank, shape));
    if (rank != 2 || shape[0] != shape[1])
        return fail(BAD_INPUT, "%s: %s is not a square matrix", f->path, path);
    if (h5_has_attr(f, path, "binning")) TRY(h5_read_attr(f, path, "binning", H5_I64, 1, &binning));
    if (binning != 1)
        return fail(BAD_INPUT,
                    "%s: %s holds means over %" PRId64 " × %" PRId64
                    " frames; g2 needs the TTCF itself: start from the frames, or store it with --map-frames",
                    f->path, path, binning, binning);
    if (h5_has_attr(f, path, "frame_time"))
        TRY(h5_read_attr(f, path, "frame_time", H5_F64, 1, &c->frames.frame_time));
    if (h5_has_attr(f, group, "baseline")) TRY(h5_read_attr(f, group, "baseline", H5_F64, 1, &c->baseline));
    if (h5_has_attr(f, group, "pixels")) TRY(h5_read_attr(f, group, "pixels", H5_I64, 1, &c->frames.pixels));
    if (h5_has_attr(f, group, "n_independent"))
        TRY(h5_read_attr(f, group, "n_independent", H5_I64, 1, &c->independent));
    status s = OK;
    GUARD(NEW(m, (size_t)(shape[0] * shape[1])));
    GUARD(h5_read(f, path, H5_F32, shape[0] * shape[1], m));
    GUARD(ttcf_from_matrix(&c->ttcf, m, (int64_t)shape[0]));
    c->ttcf.pixels = c->frames.pixels;
done:
    DELETE(m);
    return s;
}

status correlate_from_results(struct correlate *c, const char *path, const struct correlate_options *o)
{
    struct h5 f;
    struct g2_options g;
    memset(c, 0, sizeof *c);
    c->o = o;
    c->baseline = 1.0;
    c->baseline_from = "as stored";
    snprintf(c->frames.path, sizeof c->frames.path, "%s", path);
    snprintf(c->frames.time_unit, sizeof c->frames.time_unit, "frame");
    snprintf(c->frames.kind, sizeof c->frames.kind, "stored");
    snprintf(c->frames.flatten, sizeof c->frames.flatten, "as stored");
    c->frames.frame_time = 1.0;
    c->frames.simulated = true;
    TRY(h5_open_ro(&f, path));
    status s = read_two_time(c, &f);
    char unit[] = "entry/instrument/detector_1/frame_time";
    if (s == OK && h5_has_attr(&f, unit, "units"))
        s = h5_read_attr_string(&f, unit, "units", c->frames.time_unit, sizeof c->frames.time_unit);
    h5_close(&f);
    TRY(s);
    if (strcmp(o->baseline, "auto") != 0) TRY(choose_baseline(c, TTCF_EQ1));
    TRY(choose_g2(c, &g));
    TRY(g2_compute(&c->g2, &c->ttcf, &g));
    find_plateau(c);
    return OK;
}
