/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/dynamics/track.h"

#include "base/mem.h"
#include "system/unwrap.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void track_free(struct track *t)
{
    DELETE(t->id);
    DELETE(t->type);
    DELETE(t->time);
    DELETE(t->x);
    DELETE(t->box);
    DELETE(t->gone);
    DELETE(t->last_fraction);
    DELETE(t->found_image);
    *t = (struct track){0};
}

static status first_frame(struct track *t, const struct config *c)
{
    size_t n = (size_t)c->atoms;
    if (n == 0)
        return fail(BAD_INPUT, "the first frame has no atoms, at least one is needed to follow anything");
    TRY(NEW(t->id, n));
    TRY(NEW(t->type, n));
    TRY(NEW(t->gone, n));
    TRY(NEW(t->last_fraction, 3 * n));
    TRY(NEW(t->found_image, 3 * n));
    t->atoms = c->atoms;
    t->species = c->species;
    t->from_images = c->image != NULL;
    memcpy(t->units, c->units, sizeof t->units);
    bool metal = strcmp(c->units, "metal") == 0;
    snprintf(t->time_unit, sizeof t->time_unit, "%s", metal ? "ps" : "tau");
    snprintf(t->length_unit, sizeof t->length_unit, "%s", metal ? "angstrom" : "sigma");
    memcpy(t->id, c->id, n * sizeof *t->id);
    memcpy(t->type, c->type, n * sizeof *t->type);
    return OK;
}

static void unwrap(struct track *t, const struct config *c, const double inverse[3][3], int64_t from,
                   int64_t slot, double x[3])
{
    double shift[3];
    memcpy(x, c->x + 3 * from, 3 * sizeof *x);
    if (c->image) {
        box_shift(&c->box, c->image + 3 * from, shift);
    } else {
        double s[3], *last = t->last_fraction + 3 * slot;
        int32_t *n = t->found_image + 3 * slot;
        box_fractional(&c->box, inverse, x, s);
        for (int k = 0; k < 3; k++) {
            if (t->frames > 0 && c->box.periodic[k]) n[k] -= (int32_t)nearbyint(s[k] - last[k]);
            last[k] = s[k];
        }
        box_shift(&c->box, n, shift);
    }
    for (int k = 0; k < 3; k++) x[k] += shift[k];
}

static status check_frame(const struct track *t, const struct config *c, double time)
{
    if (t->from_images != (c->image != NULL))
        return fail(BAD_INPUT,
                    "frame %" PRId64 " %s image numbers, the first frame %s: unwrapping needs them in all "
                    "frames or in none",
                    t->frames, c->image ? "has" : "has no", t->from_images ? "has" : "has not");
    if (t->frames > 0 && !(time > t->time[t->frames - 1]))
        return fail(BAD_INPUT, "frame %" PRId64 " has time %g after time %g: times must increase", t->frames,
                    time, t->time[t->frames - 1]);
    for (int64_t i = 1; i < c->atoms; i++)
        if (c->id[i] <= c->id[i - 1])
            return fail(BAD_INPUT,
                        "frame %" PRId64 " is not sorted by atom id (%" PRIu64 " after %" PRIu64 ")",
                        t->frames, c->id[i], c->id[i - 1]);
    return box_check(&c->box);
}

status track_add(struct track *t, const struct config *c, double time)
{
    if (t->frames == 0 && !t->id) TRY(first_frame(t, c));
    TRY(check_frame(t, c, time));
    size_t frame = (size_t)t->frames, atoms = (size_t)t->atoms;
    TRY(GROW(t->time, t->frame_capacity, frame + 1));
    TRY(GROW(t->box, t->box_capacity, frame + 1));
    TRY(GROW(t->x, t->x_capacity, 3 * atoms * (frame + 1)));
    double inverse[3][3], *x = t->x + 3 * atoms * frame;
    box_inverse(&c->box, inverse);
    int64_t j = 0, late = 0;
    for (int64_t i = 0; i < t->atoms; i++) {
        while (j < c->atoms && c->id[j] < t->id[i]) j++, late++;
        if (j == c->atoms || c->id[j] != t->id[i]) {
            t->gone[i] = true;
            continue;
        }
        if (c->type[j] != t->type[i])
            return fail(BAD_INPUT,
                        "atom %" PRIu64 " has species %d in frame %" PRId64 " and %d in the first: an id "
                        "must stay with its atom",
                        t->id[i], c->type[j], t->frames, t->type[i]);
        unwrap(t, c, inverse, j++, i, x + 3 * i);
    }
    late += c->atoms - j;
    if (late > t->late_atoms) t->late_atoms = late;
    t->time[frame] = time;
    t->box[frame] = c->box;
    t->frames++;
    return OK;
}

/* ---- finishing ---- */
static void compact(struct track *t)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < t->atoms; i++) {
        if (t->gone[i]) continue;
        t->id[kept] = t->id[i];
        t->type[kept++] = t->type[i];
    }
    t->atoms_dropped = t->atoms - kept + t->late_atoms;
    if (kept == t->atoms) return;
    double *to = t->x;
    for (int64_t f = 0; f < t->frames; f++)
        for (int64_t i = 0; i < t->atoms; i++) {
            if (t->gone[i]) continue;
            memmove(to, t->x + 3 * (f * t->atoms + i), 3 * sizeof *to);
            to += 3;
        }
    t->atoms = kept;
}

static void mean_box(struct track *t)
{
    t->mean = t->box[0];
    t->box_changed = false;
    for (int64_t f = 1; f < t->frames; f++)
        t->box_changed = t->box_changed || memcmp(t->box[f].h, t->box[0].h, sizeof t->mean.h) != 0 ||
                         memcmp(t->box[f].origin, t->box[0].origin, sizeof t->mean.origin) != 0;
    if (!t->box_changed) return;
    double h[3][3] = {{0}}, origin[3] = {0};
    for (int64_t f = 0; f < t->frames; f++)
        for (int k = 0; k < 3; k++) {
            origin[k] += t->box[f].origin[k] / (double)t->frames;
            for (int i = 0; i < 3; i++) h[k][i] += t->box[f].h[k][i] / (double)t->frames;
        }
    memcpy(t->mean.h, h, sizeof h);
    memcpy(t->mean.origin, origin, sizeof origin);
}

static void remove_box_change(struct track *t)
{
    for (int64_t f = 0; f < t->frames; f++)
        unwrap_strain(&t->box[f], &t->mean, t->atoms, t->x + 3 * f * t->atoms);
    t->box_removed = true;
}

static void remove_drift(struct track *t, const double given[SPECIES_MAX])
{
    bool all_given = true;
    for (int a = 0; a < t->species.count; a++) all_given = all_given && given[a] > 0.0;
    for (int a = 0; a < t->species.count && all_given; a++) t->species.mass[a] = given[a];
    double mass[SPECIES_MAX];
    t->mass_weighted = true;
    for (int a = 0; a < t->species.count; a++)
        t->mass_weighted = t->mass_weighted && t->species.mass[a] > 0.0;
    for (int a = 0; a < SPECIES_MAX; a++) mass[a] = t->mass_weighted ? t->species.mass[a] : 1.0;
    for (int64_t f = 1; f < t->frames; f++)
        unwrap_hold_centre(t->atoms, t->type, mass, t->x, t->x + 3 * t->atoms * f);
    t->drift_removed = true;
}

status track_finish(struct track *t, const struct track_options *o)
{
    if (t->frames < 2)
        return fail(BAD_INPUT, "%" PRId64 " frame%s in the chosen range, motion needs at least 2", t->frames,
                    t->frames == 1 ? "" : "s");
    compact(t);
    DELETE(t->gone);
    DELETE(t->last_fraction);
    DELETE(t->found_image);
    if (t->atoms == 0) return fail(BAD_INPUT, "no atom is present in all %" PRId64 " frames", t->frames);
    mean_box(t);
    if (t->box_changed && !o->keep_box_change) remove_box_change(t);
    if (!o->keep_drift) remove_drift(t, o->mass);
    for (int64_t i = 0; i < 3 * t->atoms * t->frames; i++)
        if (!isfinite(t->x[i]))
            return fail(UNPHYSICAL, "atom %" PRIu64 " has a position that is not a number in frame %" PRId64,
                        t->id[i / 3 % t->atoms], i / 3 / t->atoms);
    t->interval = track_span(t) / (double)(t->frames - 1);
    t->uniform = true;
    for (int64_t f = 0; f < t->frames; f++)
        if (fabs(t->time[f] - t->time[0] - (double)f * t->interval) > 0.01 * t->interval) t->uniform = false;
    return OK;
}

void track_describe(const struct track *t, struct text *out)
{
    text_add(out, "# %" PRId64 " frames, time %g to %g %s, %s %g; %" PRId64 " atoms (", t->frames, t->time[0],
             t->time[t->frames - 1], t->time_unit, t->uniform ? "every" : "not equally spaced, mean interval",
             t->interval, t->atoms);
    for (int a = 0; a < t->species.count; a++) {
        int64_t n = 0;
        for (int64_t i = 0; i < t->atoms; i++) n += t->type[i] == a;
        text_add(out, "%s%s %" PRId64, a ? ", " : "", t->species.name[a], n);
    }
    text_add(out, ")\n# unwrapped %s; box change: %s; drift: %s\n",
             t->from_images ? "with image numbers"
                            : "by nearest image between frames (no image numbers in the file)",
             !t->box_changed  ? "none"
             : t->box_removed ? "removed (fractional coordinates in the mean cell)"
                              : "kept in the displacements",
             !t->drift_removed ? "kept"
             : t->mass_weighted
                 ? "centre of mass of all followed atoms held fixed"
                 : "centre of all followed atoms held fixed (equal masses: the file has none)");
    if (t->atoms_dropped > 0)
        text_add(out, "# %" PRId64 " atoms are not in all frames and are left out\n", t->atoms_dropped);
    if (t->frames_skipped > 0)
        text_add(out, "# %" PRId64 " frames repeated the time before them and were skipped\n",
                 t->frames_skipped);
}
