/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/measure_log.h"
#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static status put(const char *folder, const char *kind, const struct stage *s, const char *ending,
                  const struct text *t)
{
    char name[128], path[FILE_PATH_MAX];
    if (t->out_of_memory) return fail(FAILED, "out of memory for the results of stage %s", s->label);
    snprintf(name, sizeof name, "%s-%s.%s", kind, s->label, ending);
    TRY(file_join(path, folder, name));
    return file_write(path, t->s);
}

static status write_profile(const struct engine *e, const struct stage *s, const char *folder)
{
    const struct measure *m = s->measure;
    const struct species *species = &e->domain.species;
    double area = film_area(e);
    struct text t = {0};
    text_add(&t, "z,thickness,atoms,density");
    for (int k = 0; k < species->count; k++) text_add(&t, ",fraction_%s", species->name[k]);
    text_add(&t, ",potential_per_atom,T,msd\n");
    for (int64_t b = 0; b < m->layers; b++) {
        const struct measure_layer *l = &m->layer[b];
        double atoms = (double)l->atoms;
        text_add(&t, "%.8g,%.8g,%lld,%.8g", l->z, l->thickness, (long long)l->atoms,
                 atoms / (area * l->thickness));
        for (int k = 0; k < species->count; k++)
            text_add(&t, ",%.8g", l->atoms > 0 ? (double)l->species[k] / atoms : (double)NAN);
        text_add(&t, ",%.10g,%.8g,%.8g\n", l->energy, l->temperature, l->msd);
    }
    status st = put(folder, "profile", s, "csv", &t);
    text_free(&t);
    return st;
}

static void put_columns(struct json *j, const struct measure *m)
{
    int n = m->result.nx * m->result.ny;
    if (n == 0) return;
    json_integer(j, "columns_x", m->result.nx);
    json_integer(j, "columns_y", m->result.ny);
    json_open(j, "column_atoms", '[');
    for (int b = 0; b < n; b++) json_integer(j, NULL, m->result.column_atoms[b]);
    json_close(j);
    json_open(j, "column_first_species", '[');
    for (int b = 0; b < n; b++) json_integer(j, NULL, m->result.column_first[b]);
    json_close(j);
    json_open(j, "column_energy", '[');
    for (int b = 0; b < n; b++) json_number(j, NULL, m->result.column_energy[b]);
    json_close(j);
}

static void put_energy(struct json *j, const struct engine *e, const struct measure *m)
{
    const struct species *species = &e->domain.species;
    json_open(j, "inherent_structure", '{');
    json_string(j, "of", m->eis == 0 ? "interior" : "all");
    json_number(j, "energy_per_atom", m->result.energy);
    json_integer(j, "atoms", m->result.atoms);
    json_number(j, "density", m->result.density);
    for (int k = 0; k < species->count; k++) {
        char name[32];
        snprintf(name, sizeof name, "fraction_%s", species->name[k]);
        json_number(j, name, (double)m->result.species[k] / (double)m->result.atoms);
    }
    json_number(j, "drop", e->film.kind == FILM_NONE ? NAN : m->drop);
    json_number(j, "low", m->result.low);
    json_number(j, "high", m->result.high);
    json_string(j, "box", isnan(m->P) ? "fixed" : e->film.kind == FILM_NONE ? "isotropic" : "lateral");
    json_number(j, "pressure", m->P);
    json_bool(j, "converged", m->result.minimised.converged);
    json_number(j, "largest_force", m->result.minimised.largest_force);
    json_number(j, "largest_stress", m->result.minimised.largest_stress);
    put_columns(j, m);
    json_number(j, "laves_fraction", m->result.laves.fraction);
    json_integer(j, "laves_largest_cluster", m->result.laves.largest);
    json_close(j);
}

static status write_moment(const struct engine *e, const struct stage *s, const char *folder)
{
    const struct measure *m = s->measure;
    double size = units_size(&e->units, QUANTITY_TIME);
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "label", s->label);
    json_integer(&j, "step", e->step);
    json_number(&j, "time", engine_shown_time(e));
    json_number(&j, "T_target", s->T_from);
    json_number(&j, "T", engine_temperature(e));
    json_string(&j, "units", e->potential.kind->units);
    json_string(&j, "potential", e->potential.spec);
    if (e->film.kind != FILM_NONE) json_number(&j, "substrate_top", e->film.top);
    if (m->eis >= 0) put_energy(&j, e, m);
    if (m->layers > 0 && !isnan(m->mobility)) json_number(&j, "mobility_time", m->mobility / size);
    json_close(&j);
    text_add(&j.text, "\n");
    status st = put(folder, "measure", s, "json", &j.text);
    json_free(&j);
    return st;
}

status measure_log_write(const struct engine *e, const struct stage *s, const char *folder)
{
    status st = OK;
    if (par_rank() == 0 && s->measure->layers > 0) st = write_profile(e, s, folder);
    if (par_rank() == 0 && st == OK) st = write_moment(e, s, folder);
    return par_agree(st);
}
