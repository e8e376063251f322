/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stability/held_energy.h"
#include "analysis/stability/film_record.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>

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

static status take(struct held_energy *h, const struct film_record *r, double slope, double x0)
{
    double energy[FILM_LOOKS], time[FILM_LOOKS];
    int n = 0;
    for (int i = 0; i < r->looks; i++) {
        const struct film_look *look = &r->look[i];
        if (!isfinite(look->energy)) continue;
        if (n > 0 && !film_same_T(look->T, h->T)) n = 0; /* another isotherm begins */
        h->T = look->T;
        time[n] = look->time;
        energy[n++] = look->energy - (isnan(slope) ? 0.0 : slope * (look->fraction - x0));
    }
    if (n < HELD_LOOKS)
        return fail(BAD_INPUT,
                    "%s: %d looks at an inherent structure at its last temperature, %d are needed for a mean",
                    r->path, n, HELD_LOOKS);
    h->looks = n / 2;
    struct mean early = mean_of(energy, h->looks), late = mean_of(energy + n - h->looks, h->looks);
    h->energy = late.value;
    h->error = late.error;
    h->from = time[n - h->looks];
    h->to = time[n - 1];
    h->drift = late.value - early.value;
    h->drift_error = hypot(late.error, early.error);
    return OK;
}

status held_energy_read(struct held_energy *h, const char *folder, enum units_kind units, double slope,
                        double x0)
{
    struct film_record *r = NULL;
    *h = (struct held_energy){0};
    TRY(NEW(r, 1));
    status s = film_record_read(r, folder);
    if (s == OK) {
        snprintf(h->run, sizeof h->run, "%.63s", r->name);
        s = r->units.system.kind == units
                ? take(h, r, slope, x0)
                : fail(BAD_INPUT, "%s has energies in %s, the runs it is compared with in %s", folder,
                       units == UNITS_LJ ? "eV" : "eps", units == UNITS_LJ ? "eps" : "eV");
        film_record_free(r);
    }
    DELETE(r);
    return s;
}

void held_energy_json(struct json *j, const struct held_energy *h)
{
    json_number(j, "e_IS", h->energy);
    json_number(j, "e_IS_error", h->error);
    json_string(j, "run", h->run);
    json_integer(j, "looks", h->looks);
    json_number(j, "T", h->T);
    json_number(j, "from", h->from);
    json_number(j, "to", h->to);
    json_number(j, "drift", h->drift);
    json_number(j, "drift_error", h->drift_error);
}
