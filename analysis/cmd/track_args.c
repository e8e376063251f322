/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/track_args.h"

#include "analysis/cmd/values.h"
#include "analysis/dynamics/track_file.h"
#include "base/log.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

status track_args_load(struct track *t, const char *path, const struct track_args *a)
{
    struct track_options o = {.from = a->from,
                              .to = a->to,
                              .every = a->every,
                              .step_time = a->step_time,
                              .units = a->units,
                              .keep_drift = a->keep_drift,
                              .keep_box_change = a->keep_box_change};
    struct values mass = {0};
    if (a->mass) TRY(values_numbers(&mass, "--mass", a->mass));
    for (int i = 0; i < mass.n; i++) {
        if (!(mass.value[i] > 0.0))
            return fail(BAD_INPUT, "--mass: %g, a mass must be positive", mass.value[i]);
        if (i < SPECIES_MAX) o.mass[i] = mass.value[i];
    }
    if (o.from != 0.0 && o.to == 0.0) o.to = INFINITY;
    if (o.from > o.to) return fail(BAD_INPUT, "--from %g lies after --to %g", o.from, o.to);
    if (a->every < 0) return fail(BAD_INPUT, "--every %" PRId64 ": a positive number was expected", a->every);
    TRY(track_load(t, path, &o));
    if (a->mass && mass.n != t->species.count) {
        int count = t->species.count;
        track_free(t);
        return fail(BAD_INPUT, "--mass '%s': the file has %d species, one mass each was expected", a->mass,
                    count);
    }
    if (!t->from_images)
        log_warning(
            "%s has no image numbers: paths are unwrapped by nearest image, which is wrong if an atom moves "
            "half a cell between frames",
            path);
    return OK;
}

void track_args_json(struct json *j, const struct track *t)
{
    json_open(j, "record", '{');
    json_integer(j, "frames", t->frames);
    json_number(j, "from", t->time[0]);
    json_number(j, "to", t->time[t->frames - 1]);
    json_bool(j, "equally_spaced", t->uniform);
    json_number(j, "interval", t->interval);
    json_string(j, "time_unit", t->time_unit);
    json_string(j, "length_unit", t->length_unit);
    json_integer(j, "atoms", t->atoms);
    json_integer(j, "atoms_left_out", t->atoms_dropped);
    json_integer(j, "frames_skipped", t->frames_skipped);
    json_string(j, "unwrapped_by", t->from_images ? "image numbers" : "nearest image");
    json_string(j, "box_change", !t->box_changed ? "none" : t->box_removed ? "removed" : "kept");
    json_string(j, "drift",
                !t->drift_removed  ? "kept"
                : t->mass_weighted ? "centre of mass held"
                                   : "centre held");
    json_close(j);
}

const char *track_args_number(char out[24], double value, int digits)
{
    if (isnan(value))
        snprintf(out, 24, "-");
    else
        snprintf(out, 24, "%.*g", digits, value);
    return out;
}

const char *track_args_group(const struct track *t, int group)
{
    return group == 0 ? "all" : t->species.name[group - 1];
}
