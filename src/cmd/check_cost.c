/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/check_cost.h"

#include "protocol/runner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void print_bytes(const char *what, double bytes)
{
    printf("  %-34s %8.3g %s\n", what, bytes >= 1e9 ? bytes / 1e9 : bytes / 1e6, bytes >= 1e9 ? "GB" : "MB");
}

/* ---- relaxation time ---- */

double check_cost_tau_alpha(const char *spec, double T, bool *bound)
{
    static const double known[][2] = {{0.55, 1.02}, {0.50, 1.54},  {0.46, 3.0},   {0.43, 7.7},
                                      {0.41, 37.0}, {0.39, 170.0}, {0.37, 570.0}, {0.35, 2500.0}};
    enum { N = sizeof known / sizeof *known };
    *bound = false;
    if (strncmp(spec, "wahnstrom", 9) != 0 || !(T > 0.0)) return (double)NAN;
    if (T >= known[0][0]) return known[0][1];
    *bound = T < known[N - 1][0];
    if (*bound) return known[N - 1][1];
    int i = 0;
    while (T < known[i + 1][0]) i++;
    double a = 1.0 / known[i][0], b = 1.0 / known[i + 1][0], x = (1.0 / T - a) / (b - a);
    return exp((1.0 - x) * log(known[i][1]) + x * log(known[i + 1][1]));
}

/* ---- pixels ---- */

double check_cost_pixels(const struct window_spec *w, double atoms, double density)
{
    double peak = 2.0 * M_PI * 1.17 * cbrt(density), spacing = 2.0 * M_PI * cbrt(density / atoms),
           low = w->on_peak ? 0.9 * peak : w->low, high = w->on_peak ? 1.1 * peak : w->high;
    if (w->kind == WINDOW_SPOT) return (double)w->pixels[0] * w->pixels[1] * w->pixels[2];
    if (w->kind == WINDOW_PLANE) return 0.5 * M_PI * (high * high - low * low) / (spacing * spacing);
    if (w->kind == WINDOW_CONE)
        return (1.0 - cos(w->angle * M_PI / 180.0)) * 0.5 * 4.0 / 3.0 * M_PI * (pow(high, 3) - pow(low, 3)) /
               pow(spacing, 3);
    if (w->kind == WINDOW_SHELLS && w->number > 1) high = low + (high - low) / w->number; /* the smallest */
    return 0.5 * 4.0 / 3.0 * M_PI * (pow(high, 3) - pow(low, 3)) / pow(spacing, 3);
}

/* Of all groups of a window: what is written. */
static double stored_pixels(const struct window_spec *w, double atoms, double density)
{
    double peak = 2.0 * M_PI * 1.17 * cbrt(density), spacing = 2.0 * M_PI * cbrt(density / atoms);
    if (w->kind == WINDOW_SPOT && w->place == PLACE_ALL)
        return 0.5 * 4.0 / 3.0 * M_PI * (pow(1.1 * peak, 3) - pow(0.9 * peak, 3)) / pow(spacing, 3);
    struct window_spec whole = *w;
    whole.number = 1;
    return check_cost_pixels(&whole, atoms, density);
}

/* ---- one stage ---- */

static void print_resolution(const struct run_input *r, const struct stage *s, double record)
{
    const char *unit = units_label(&r->input.units, QUANTITY_TIME);
    double size =
        units_size(&r->input.units, QUANTITY_TIME); /* of the unit printed; times here are internal */
    bool bound;
    double tau = check_cost_tau_alpha(r->potential.spec, fmin(s->T_from, s->T_to), &bound);
    printf("  record %.5g %s; longest relaxation time it resolves (a fifth of it): %.4g %s\n", record / size,
           unit, record / 5.0 / size, unit);
    if (!isfinite(tau)) {
        printf("  tau_alpha of this model is not known here: compare with your own\n");
        return;
    }
    printf("  tau_alpha at T = %.4g: %s %.3g %s (model at P = 0, F_s = 1/e at the peak, N = 1000; "
           "docs/physics.md)\n",
           fmin(s->T_from, s->T_to), bound ? "more than" : "about", tau / size, unit);
    if (record < 5.0 * tau)
        printf("  warning: the record is %s 5 tau_alpha: relaxation times and exponents will be "
               "extrapolations\n",
               bound && record > tau ? "perhaps shorter than" : "shorter than");
}

/* Atoms that scatter: all, or those inside of a film. */
static double atoms_seen(const struct run_input *r, const struct check_cost *c)
{
    if (!r->film) return c->atoms;
    double layer = c->density * r->film->area[0] * r->film->area[1]; /* atoms per height */
    if (!isnan(r->speckle.heights[0])) return layer * (r->speckle.heights[1] - r->speckle.heights[0]);
    return fmax(1.0, c->atoms - layer * (r->film->substrate.thickness + 2.0 * r->interior.drop));
}

static double print_speckles(const struct run_input *r, const struct stage *s, const struct check_cost *c)
{
    double frames = (double)s->steps * r->dt / r->speckle.every, bytes = 0.0, atoms = atoms_seen(r, c);
    printf("  speckle: %.0f frames\n", frames);
    for (int64_t w = 0; w < r->speckle.windows; w++) {
        const struct window_spec *spec = &r->speckle.window[w];
        double pixels = check_cost_pixels(spec, atoms, c->density),
               all = stored_pixels(spec, atoms, c->density);
        char what[96];
        snprintf(what, sizeof what, "window %s, about %.3g pixels%s", spec->name, pixels,
                 all > 1.5 * pixels ? " each" : "");
        print_bytes(what, 4.0 * all * frames);
        bytes += 4.0 * all * frames;
        if (pixels < 3.0)
            printf(
                "  warning: window %s has fewer than 3 pixels; its fluctuations are mostly counting noise\n",
                spec->name);
    }
    return bytes;
}

static void print_hops(const struct run_input *r, const struct stage *s, const struct check_cost *c)
{
    const char *names[HOPS_ROWS];
    struct hop_options how[HOPS_ROWS];
    double interval = fmax(1.0, nearbyint(r->hops.every / r->dt)) * r->dt;
    int n = hops_rows(&r->hops, 1.0, names, how);
    int64_t kept = 1;
    for (int i = 0; i < n; i++) {
        int64_t needed = hop_frames_needed(&how[i], interval);
        if (needed > kept) kept = needed;
    }
    double sets = r->hops.ages.count > 1 ? 2.0 : 1.0;
    printf(
        "  hops: %.0f looks every %.4g %s, %d criteria, %lld age windows beside the whole record; %.3g MB of "
        "memory on "
        "rank 0; about 64 bytes a hop, row and age on disk\n",
        (double)s->steps * r->dt / interval + 1.0, interval / units_size(&r->input.units, QUANTITY_TIME),
        units_label(&r->input.units, QUANTITY_TIME), n,
        (long long)(r->hops.ages.count > 1 ? r->hops.ages.count : 0),
        1e-6 * c->atoms * (24.0 * (double)(kept + 1) + sets * n * (double)sizeof(struct hop_cursor)));
}

/* ---- */

double check_cost_speed(const struct run_input *r, double asked)
{
    return asked > 0.0 ? asked : r->input.units.kind == UNITS_METAL ? 3.0 : 8.0;
}

status check_cost_print(const struct run_input *r, const struct check_cost *c)
{
    double steps = (double)runner_total_steps(r->stages, r->n_stages), bytes = 0.0,
           speed = check_cost_speed(r, c->speed);
    bool trajectory = false;
    printf(
        "\n%.0f steps of %.0f atoms: %.3g core-hours at %.3g million atom-steps per second and core (%s)\n",
        steps, c->atoms, steps * c->atoms / (speed * 1e6) / 3600.0, speed,
        c->speed > 0.0 ? "--speed"
        : r->input.units.kind == UNITS_METAL
            ? "a stated rate; `glint bench eam` measures this machine's, then --speed"
            : "a stated rate; `glint bench lj` measures this machine's, then --speed");
    for (size_t i = 0; i < r->n_stages; i++) {
        const struct stage *s = &r->stages[i];
        if (s->observe_crystal)
            printf("stage %s is watched for crystals: %.0f looks\n", s->label,
                   floor((double)s->steps * r->dt / r->crystal_alarm.every + 1e-9));
        if (!s->observe_speckle && !s->observe_trajectory && !s->observe_hops) continue;
        printf("stage %s observes:\n", s->label);
        print_resolution(r, s, (double)s->steps * r->dt);
        if (s->observe_speckle) bytes += print_speckles(r, s, c);
        if (s->observe_hops) print_hops(r, s, c);
        trajectory = trajectory || s->observe_trajectory;
    }
    if (trajectory) {
        struct record_plan p;
        TRY(record_plan(&p, &r->trajectory, r->dt, c->atoms, r->stages, r->n_stages));
        printf("trajectory: %lld frames, %s%s\n", (long long)p.frames, p.words,
               p.factor > 1 ? " (lengthened to fit into `keep`)" : "");
        print_bytes("trajectories, at most", p.bytes);
        bytes += p.bytes;
    }
    print_bytes("two checkpoints", 2.0 * 72.0 * c->atoms);
    print_bytes("disk in all, without hops", bytes + 144.0 * c->atoms);
    return OK;
}
