/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/run_accuracy.h"
#include "base/log.h"

#include <stdio.h>

status run_accuracy_start(struct run_accuracy *a, struct engine *e)
{
    a->first_step = -1;
    if (e->precision == PRECISION_DOUBLE) return OK;
    TRY(engine_precision_error(e, &a->force));
    log_info("mixed precision: forces of the start differ from double precision by %.2g %s/%s rms, %.2g of "
             "their own rms",
             a->force.error, units_label(&e->units, QUANTITY_ENERGY), units_label(&e->units, QUANTITY_LENGTH),
             a->force.error / a->force.force);
    return OK;
}

void run_accuracy_begin(struct run_accuracy *a, const struct engine *e)
{
    bool nve = e->ensemble.thermostat == THERMOSTAT_NONE && e->ensemble.barostat == BAROSTAT_NONE;
    a->first_step = nve && e->has_energy ? e->step : -1;
    a->first_energy = engine_conserved(e);
}

void run_accuracy_end(struct run_accuracy *a, const struct engine *e, const struct stage *s)
{
    if (s->action != STAGE_DYNAMICS || a->first_step < 0 || !e->has_energy) return;
    a->steps = e->step - a->first_step;
    a->change = (engine_conserved(e) - a->first_energy) / (double)e->domain.total;
    snprintf(a->stage, sizeof a->stage, "%s", s->label);
    log_info("stage %s: total energy changed by %.2g %s per atom in %lld steps", s->label, a->change,
             units_label(&e->units, QUANTITY_ENERGY), (long long)a->steps);
}

void run_accuracy_write(const struct run_accuracy *a, const struct engine *e, struct json *j)
{
    json_string(j, "precision", potential_precisions[e->precision]);
    if (e->precision == PRECISION_MIXED) {
        json_number(j, "force_rms", a->force.force);
        json_number(j, "force_error_rms", a->force.error);
    }
    if (a->stage[0] == '\0') return;
    json_open(j, "nve", '{');
    json_string(j, "stage", a->stage);
    json_integer(j, "steps", a->steps);
    json_number(j, "energy_change_per_atom", a->change);
    json_close(j);
}
