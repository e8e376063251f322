/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The output of ttcf and g2: results.h5, the table, JSON. */
#include "analysis/cmd/correlate_run.h"
#include "analysis/correlate/contrast.h"
#include "analysis/report/results.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool exact_null(const struct correlate *c, struct contrast_null *null)
{
    return strcmp(c->o->null, "none") != 0 && c->independent >= 2 &&
           contrast_exact_null(c->independent, null) == OK;
}

/* ---- results.h5 ---- */

static status write_statistic(struct results *r, const char *object, const struct surrogate_statistic *s,
                              const double *values, int64_t n, const char *text)
{
    hsize_t shape[1] = {(hsize_t)n};
    TRY(results_series(r, object, H5_F64, 1, shape, values, "", text));
    TRY(results_number(r, object, "mean", s->mean));
    TRY(results_number(r, object, "sd", s->sd));
    TRY(results_number(r, object, "percentile_2.5", s->p025));
    TRY(results_number(r, object, "percentile_50", s->p50));
    TRY(results_number(r, object, "percentile_97.5", s->p975));
    TRY(results_number(r, object, "percentile_99", s->p99));
    TRY(results_number(r, object, "measured", s->measured));
    return results_number(r, object, "p_value", s->p_value);
}

static status write_events(struct results *r, const struct correlate *c, const char *name)
{
    int64_t n = c->events.count;
    double *x = NULL;
    char object[160];
    status s = OK;
    GUARD(NEW(x, (size_t)(5 * n) + 1));
    for (int64_t i = 0; i < n; i++) {
        const struct event *e = &c->events.event[i];
        x[i] = (double)e->frame;
        x[n + i] = (double)e->frame * c->frames.frame_time;
        x[2 * n + i] = e->drop;
        x[3 * n + i] = e->z;
        x[4 * n + i] = (double)e->frames;
    }
    const struct results_column column[] = {
        {"frame", "frames", "loss between frame and frame+1", x},
        {"time", c->frames.time_unit, "time since the first frame used", x + n},
        {"drop", "", "(local plateau - C(t,t+1))/(plateau - baseline)", x + 2 * n},
        {"z", "", "robust z", x + 3 * n},
        {"frames", "frames", "length of the run above the threshold", x + 4 * n}};
    snprintf(object, sizeof object, "%s/events", name);
    GUARD(results_table(r, object, n, 5, column));
    GUARD(results_number(r, object, "threshold_z", c->surrogate.threshold));
    GUARD(results_number(r, object, "false_alarm_rate", c->surrogate.false_alarm_rate));
    GUARD(results_integer(r, object, "block_frames", events_block(c->ttcf.frames)));
    GUARD(results_text(r, object, "local_plateau",
                       c->frames.simulated ? "mean of C(t,t), C(t+1,t+1)" : "mean of C(t-1,t), C(t+1,t+2)"));
    hsize_t shape[1] = {(hsize_t)(c->ttcf.frames - 1)};
    snprintf(object, sizeof object, "%s/drop", name);
    GUARD(results_series(r, object, H5_F64, 1, shape, c->drop, "",
                         "(local plateau - C(t,t+1))/(plateau - baseline)"));
    snprintf(object, sizeof object, "%s/drop_z", name);
    GUARD(results_series(r, object, H5_F64, 1, shape, c->z, "",
                         "robust z of drop against block median and MAD"));
done:
    DELETE(x);
    return s;
}

static status write_null(struct results *r, const struct correlate *c, const char *name)
{
    struct contrast_null exact;
    char object[160];
    if (exact_null(c, &exact)) {
        TRY(results_number(r, name, "null_diagonal_mean", exact.diagonal_mean));
        TRY(results_number(r, name, "null_diagonal_sd", exact.diagonal_sd));
        TRY(results_number(r, name, "null_off_mean", exact.off_mean));
        TRY(results_number(r, name, "null_off_sd", exact.off_sd));
    }
    const struct surrogate_null *n = &c->surrogate;
    if (!n->values) return OK;
    snprintf(object, sizeof object, "%s/null/diagonal_variance", name);
    TRY(write_statistic(r, object, &n->diagonal_variance, n->values, n->seeds,
                        "temporal variance of C(t,t)"));
    snprintf(object, sizeof object, "%s/null/lag_variance", name);
    TRY(write_statistic(r, object, &n->lag_variance, n->values + n->seeds, n->seeds,
                        "temporal variance of C(t,t+lag)"));
    TRY(results_integer(r, object, "lag_frames", c->o->lag ? c->o->lag : 1));
    snprintf(object, sizeof object, "%s/null/largest_z", name);
    TRY(write_statistic(r, object, &n->largest_z, n->values + 2 * n->seeds, n->seeds,
                        "largest z of a drop in a record"));
    snprintf(object, sizeof object, "%s/null", name);
    TRY(results_text(
        r, object, "model",
        c->o->field ? "independent stationary complex Gaussian pixels with the |f|^2 of a larger window and S"
                    : "independent stationary complex Gaussian pixels with the measured |f|^2 and S"));
    TRY(results_integer(r, object, "seeds", n->seeds));
    TRY(results_integer(r, object, "seed", c->o->seed));
    int64_t most = c->o->surrogate_pixels, used = most > 0 && c->independent > most ? most : c->independent;
    TRY(results_integer(r, object, "pixels", c->independent));
    TRY(results_integer(r, object, "pixels_simulated", used));
    TRY(results_number(r, object, "clipped_spectrum", n->clipped));
    TRY(results_number(r, object, "threshold_z", n->threshold));
    TRY(results_number(r, object, "false_alarm_rate", n->false_alarm_rate));
    return write_events(r, c, name);
}

static status write_envelope(struct results *r, const struct correlate *c, const char *name)
{
    char object[160];
    TRY(results_text(r, name, "flatten", c->flattened ? "S(|q|)" : "none"));
    if (c->has_envelope) TRY(results_text(r, name, "envelope_from", c->envelope_from));
    TRY(results_text(r, name, "baseline_from", c->baseline_from));
    TRY(results_number(r, name, "plateau", c->plateau));
    TRY(results_text(r, name, "plateau_from", c->frames.simulated ? "mean of C(t,t)" : "mean of C(t,t+1)"));
    TRY(results_integer(r, name, "first_frame", c->o->first));
    if (!c->has_envelope) return OK;
    const struct results_column column[] = {
        {"q", c->frames.q_unit, "mean |q| of the group", c->envelope.q},
        {"S", "", "intensity averaged over group and frames", c->envelope.s}};
    snprintf(object, sizeof object, "%s/envelope", name);
    TRY(results_table(r, object, c->envelope.groups, 2, column));
    TRY(results_integer(r, object, "smallest_group", c->envelope.smallest));
    return results_number(r, object, "static_baseline", c->envelope.baseline);
}

status correlate_write(struct results *r, const struct correlate *c, bool with_map)
{
    TRY(results_window(r, &(struct results_window){.name = c->name,
                                                   .frames = &c->frames,
                                                   .ttcf = &c->ttcf,
                                                   .g2 = &c->g2,
                                                   .contrast = c->contrast,
                                                   .mean_pixel = c->mean_pixel,
                                                   .map_frames = with_map ? c->o->map_frames : -1}));
    TRY(write_envelope(r, c, c->name));
    return write_null(r, c, c->name);
}

static status begin_results(struct correlate_output *out, const struct correlate *c, int argc, char **argv)
{
    struct text line = {0};
    text_add(&line, "glint");
    for (int i = 0; i < argc; i++) text_add(&line, " %s", argv[i]);
    status s = results_begin(&out->results, out->o->out,
                             &(struct results_source){.command = line.s, .frames = &c->frames});
    text_free(&line);
    out->writing = s == OK;
    return s;
}

/* ---- JSON ---- */

static void json_statistic(struct json *j, const char *key, const struct surrogate_statistic *s)
{
    json_open(j, key, '{');
    json_number(j, "mean", s->mean);
    json_number(j, "sd", s->sd);
    json_number(j, "p2.5", s->p025);
    json_number(j, "p50", s->p50);
    json_number(j, "p97.5", s->p975);
    json_number(j, "p99", s->p99);
    json_number(j, "measured", s->measured);
    json_number(j, "p_value", s->p_value);
    json_close(j);
}

static void json_null_models(struct json *j, const struct correlate *c)
{
    struct contrast_null exact;
    if (exact_null(c, &exact)) {
        json_open(j, "null_exact", '{');
        json_number(j, "diagonal_mean", exact.diagonal_mean);
        json_number(j, "diagonal_sd", exact.diagonal_sd);
        json_number(j, "off_mean", exact.off_mean);
        json_number(j, "off_sd", exact.off_sd);
        json_close(j);
    }
    if (!c->surrogate.values) return;
    json_open(j, "null_surrogate", '{');
    json_integer(j, "seeds", c->surrogate.seeds);
    json_statistic(j, "diagonal_variance", &c->surrogate.diagonal_variance);
    json_statistic(j, "lag_variance", &c->surrogate.lag_variance);
    json_statistic(j, "largest_z", &c->surrogate.largest_z);
    json_number(j, "threshold_z", c->surrogate.threshold);
    json_number(j, "false_alarm_rate", c->surrogate.false_alarm_rate);
    json_close(j);
    json_open(j, "events", '[');
    for (int64_t i = 0; i < c->events.count; i++) {
        json_open(j, NULL, '{');
        json_integer(j, "frame", c->events.event[i].frame);
        json_number(j, "drop", c->events.event[i].drop);
        json_number(j, "z", c->events.event[i].z);
        json_close(j);
    }
    json_close(j);
}

static void json_g2(struct json *j, const struct correlate *c)
{
    const struct g2 *g = &c->g2;
    json_open(j, "g2", '[');
    for (int64_t a = 0; a < g->windows; a++) {
        json_open(j, NULL, '{');
        json_number(j, "age_from", (double)g->edge[a] * c->frames.frame_time);
        json_number(j, "age_to", (double)g->edge[a + 1] * c->frames.frame_time);
        json_bool(j, "error_is_lower_bound", g->error_is_lower_bound[a]);
        const char *const keys[] = {"lag", "g2", "error", "R", "R_error"};
        const double *const columns[] = {g->lag, g->g2, g->error, g->R, g->R_error};
        for (int k = 0; k < 5; k++) {
            json_open(j, keys[k], '[');
            for (int64_t i = 0; i < g->lags; i++)
                json_number(j, NULL, columns[k][a * g->lags + i] * (k == 0 ? c->frames.frame_time : 1.0));
            json_close(j);
        }
        json_close(j);
    }
    json_close(j);
}

static void json_one(struct json *j, const struct correlate *c)
{
    struct moments m = {0};
    if (c->contrast) m = moments_of(c->contrast, c->ttcf.frames);
    json_open(j, NULL, '{');
    json_string(j, "file", c->frames.path);
    json_string(j, "window", c->name);
    json_integer(j, "frames", c->ttcf.frames);
    json_integer(j, "pixels", c->ttcf.pixels);
    json_integer(j, "n_independent", c->independent);
    json_integer(j, "bad_frames", c->ttcf.bad_frames);
    json_number(j, "frame_time", c->frames.frame_time);
    json_string(j, "time_unit", c->frames.time_unit);
    json_string(j, "variant", ttcf_variant_name(c->ttcf.variant));
    json_string(j, "age", g2_age_name(c->g2.options.age));
    json_string(j, "diagonal", g2_diagonal_name(c->g2.options.diagonal));
    json_string(j, "flatten", c->flattened ? "S(|q|)" : "none");
    json_number(j, "baseline", c->baseline);
    json_string(j, "baseline_from", c->baseline_from);
    json_integer(j, "error_block_frames", c->g2.block);
    if (c->contrast) json_number(j, "contrast_mean", m.mean);
    if (c->contrast) json_number(j, "contrast_sd", sqrt(m.variance));
    json_null_models(j, c);
    json_g2(j, c);
    json_close(j);
}

/* ---- table ---- */

static void print_statistic(const char *name, const struct surrogate_statistic *s)
{
    printf("# surrogate %-18s %.4g ± %.2g (95 %%: %.4g … %.4g), measured %.4g, p = %.3f\n", name, s->mean,
           s->sd, s->p025, s->p975, s->measured, s->p_value);
}

static void print_nulls(const struct correlate *c)
{
    struct contrast_null exact;
    if (c->contrast) {
        struct moments m = moments_of(c->contrast, c->ttcf.frames);
        printf("# contrast <I^2>/<I>^2: %.4f, s.d. over time %.4f", m.mean, sqrt(m.variance));
        if (exact_null(c, &exact))
            printf("   (chance alone, %" PRId64 " exponential pixels: %.4f, s.d. %.4f)", c->independent,
                   exact.diagonal_mean, exact.diagonal_sd);
        printf("\n");
    }
    if (!c->surrogate.values) return;
    print_statistic("var C(t,t)", &c->surrogate.diagonal_variance);
    print_statistic("var C(t,t+lag)", &c->surrogate.lag_variance);
    print_statistic("largest drop z", &c->surrogate.largest_z);
    printf("# events above z = %.2f (false-alarm rate %.3f per record): %" PRId64 "\n",
           c->surrogate.threshold, c->surrogate.false_alarm_rate, c->events.count);
    for (int64_t i = 0; i < c->events.count; i++)
        printf("#   frame %8" PRId64 "  time %12.6g  drop %8.4f  z %7.2f\n", c->events.event[i].frame,
               (double)c->events.event[i].frame * c->frames.frame_time, c->events.event[i].drop,
               c->events.event[i].z);
}

static void print_table(const struct correlate *c, bool again)
{
    if (again) printf("\n\n");
    const struct g2 *g = &c->g2;
    double dt = c->frames.frame_time;
    printf("# %s: window %s (%s), %" PRId64 " frames every %g %s, %" PRId64 " pixels (%" PRId64
           " independent), %" PRId64 " bad frames\n",
           c->frames.path, c->name, c->frames.kind, c->ttcf.frames, dt, c->frames.time_unit, c->ttcf.pixels,
           c->independent, c->ttcf.bad_frames);
    printf("# C: %s; age: %s; diagonal: %s; flatten: %s; baseline %.6g (%s); errors from blocks of %" PRId64
           " frames\n",
           ttcf_variant_name(c->ttcf.variant), g2_age_name(g->options.age),
           g2_diagonal_name(g->options.diagonal), c->flattened ? "S(|q|)" : "none", c->baseline,
           c->baseline_from, g->block);
    print_nulls(c);
    printf("# %12s %14s %12s %12s %12s %12s\n", "age", "lag", "g2", "error", "R", "R error");
    for (int64_t a = 0; a < g->windows; a++) {
        if (g->error_is_lower_bound[a])
            printf("# this window is shorter than 4 correlation times: errors are lower bounds\n");
        for (int64_t k = 0; k < g->lags; k++) {
            int64_t i = a * g->lags + k;
            if (g->pairs[i] == 0) continue;
            printf("  %12.6g %14.6g %12.6f %12.6f %12.6f %12.6f\n", (double)g->edge[a] * dt, g->lag[i] * dt,
                   g->g2[i], g->error[i], g->R[i], g->R_error[i]);
        }
        if (a + 1 < g->windows) printf("\n");
    }
}

/* ---- one after the other ---- */

status correlate_output_add(struct correlate_output *out, const struct correlate *c, int argc, char **argv)
{
    if (out->o->out && out->n == 0) TRY(begin_results(out, c, argc, argv));
    if (out->writing) TRY(correlate_write(&out->results, c, out->with_map));
    if (out->o->json && out->n == 0) out->json = json_start();
    if (out->o->json && out->n == 0 && out->total > 1) json_open(&out->json, NULL, '[');
    if (out->o->json)
        json_one(&out->json, c);
    else
        print_table(c, out->n > 0);
    out->n++;
    return OK;
}

status correlate_output_end(struct correlate_output *out, status s)
{
    if (out->writing && s == OK) {
        s = results_commit(&out->results);
    } else if (out->writing) {
        results_abandon(&out->results);
    }
    if (out->n == 0 || !out->o->json) return s;
    if (out->total > 1) json_close(&out->json);
    if (s == OK) puts(out->json.text.s);
    json_free(&out->json);
    return s;
}
