/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cmd/eis_level.h"
#include "analysis/stability/film_record.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mean {
    double value, error;
};

static struct mean mean_of(const double *v, int n)
{
    struct mean m = {0};
    double square = 0.0;
    for (int i = 0; i < n; i++) m.value += v[i] / n;
    for (int i = 0; i < n; i++) square += (v[i] - m.value) * (v[i] - m.value);
    m.error = sqrt(square / (n - 1) / n);
    return m;
}

static status take_mean(struct eis_level *l, const struct film_record *r, double slope, double fraction)
{
    double energy[FILM_LOOKS], time[FILM_LOOKS];
    int n = 0;
    for (int i = 0; i < r->looks; i++) {
        const struct film_look *look = &r->look[i];
        if (!isfinite(look->energy)) continue;
        if (n > 0 && !film_same_T(look->T, l->T)) n = 0; /* another isotherm begins */
        l->T = look->T;
        time[n] = look->time;
        energy[n++] = look->energy - (isnan(slope) ? 0.0 : slope * (look->fraction - fraction));
    }
    if (n < 4)
        return fail(BAD_INPUT,
                    "%s: %d looks at an inherent structure at its last temperature, 4 are needed for a level",
                    r->path, n);
    l->looks = n / 2;
    struct mean early = mean_of(energy, l->looks), late = mean_of(energy + n - l->looks, l->looks);
    l->energy = late.value;
    l->error = late.error;
    l->from = time[n - l->looks];
    l->to = time[n - 1];
    l->drift = late.value - early.value;
    l->drift_error = hypot(late.error, early.error);
    return OK;
}

static status read_run(struct eis_level *l, const char *folder, double slope, double fraction)
{
    struct film_record *r = NULL;
    TRY(NEW(r, 1));
    status s = film_record_read(r, folder);
    if (s == OK) {
        snprintf(l->run, sizeof l->run, "%.63s", r->name);
        s = take_mean(l, r, slope, fraction);
        film_record_free(r);
    }
    DELETE(r);
    return s;
}

status eis_level_read(struct eis_level *l, const char *text, double slope, double fraction)
{
    const char *equal = strchr(text, '=');
    char *end = NULL;
    *l = (struct eis_level){
        .energy = NAN, .error = NAN, .T = NAN, .from = NAN, .to = NAN, .drift = NAN, .drift_error = NAN};
    if (!equal || equal == text || !equal[1])
        return fail(BAD_INPUT,
                    "--level '%s': a name and an energy or a run folder were expected, like liquid=-7.15",
                    text);
    snprintf(l->name, sizeof l->name, "%.*s", (int)(equal - text), text);
    l->energy = strtod(equal + 1, &end);
    if (!*end) return OK;
    status s = read_run(l, equal + 1, slope, fraction);
    return s == OK ? OK : status_context(s, "--level '%s'", text);
}
