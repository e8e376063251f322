/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/h5md_frame.h"
#include "system/elements.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The element's row for frame k, or -1. */
static int64_t row_of(const struct h5md *r, const struct element *e, int64_t k)
{
    if (!e->present) return -1;
    if (!e->varying || !e->step) return e->varying ? k : 0;
    for (int64_t j = 0; j < e->frames; j++)
        if (e->step[j] == r->step[k]) return j;
    return -1;
}

static status read_row(struct h5md *r, const struct element *e, int64_t row, h5_type type, void *out)
{
    return e->varying ? h5_read_rows(&r->f, e->value, type, (hsize_t)row, 1, out)
                      : h5_read(&r->f, e->value, type, (hsize_t)e->items, out);
}

static status read_box(struct h5md *r, int64_t k, struct box *b)
{
    double h[9] = {0};
    int64_t row = r->edges.varying && r->edges.frames == 1 ? 0 : row_of(r, &r->edges, k);
    if (row < 0)
        return fail(BAD_INPUT, "%s: %s has nothing for step %lld", r->f.path, r->edges.value,
                    (long long)r->step[k]);
    TRY(read_row(r, &r->edges, row, H5_F64, h));
    *b = r->edges.items == 3 ? box_orthogonal(h[0], h[1], h[2]) : (struct box){0};
    if (r->edges.items == 9) memcpy(b->h, h, sizeof b->h);
    memcpy(b->periodic, r->periodic, sizeof b->periodic);
    row = r->origin.varying && r->origin.frames == 1 ? 0 : row_of(r, &r->origin, k);
    if (row >= 0) TRY(read_row(r, &r->origin, row, H5_F64, b->origin));
    for (int j = 0; j < 3; j++)
        if (!isfinite(b->origin[j]))
            return fail(BAD_INPUT, "%s: the origin of the box is not finite", r->f.path);
    return OK;
}

/* keep[i]: the slot of atom i. */
static status read_ids(struct h5md *r, int64_t k, int64_t *keep, int64_t *atoms)
{
    int64_t row = row_of(r, &r->id, k);
    if (r->id.present && row < 0)
        return fail(BAD_INPUT, "%s: %s has nothing for step %lld", r->f.path, r->id.value,
                    (long long)r->step[k]);
    if (r->id.present) TRY(read_row(r, &r->id, row, H5_I64, r->whole));
    *atoms = 0;
    for (int64_t m = 0; m < r->slots; m++) {
        if (!r->id.present) r->whole[m] = m + 1;
        if (r->whole[m] >= 0) keep[(*atoms)++] = m;
    }
    return OK;
}

/* Numbers without names: 1…n as they are, anything else in the order of the values. */
static status name_number(struct h5md *r, struct species *s, int64_t value, int64_t least, int64_t most,
                          int32_t *type)
{
    char name[SPECIES_NAME];
    if (value < -999 || value > 9999)
        return fail(BAD_INPUT, "%s: the species %lld", r->f.path, (long long)value);
    if (least >= 1 && most <= SPECIES_MAX) {
        for (int n = s->count; n < (int)most; n++) {
            const char digit[2] = {(char)('1' + n), '\0'};
            TRY(elements_add(s, digit, type));
        }
        *type = (int32_t)(value - 1);
        return OK;
    }
    snprintf(name, sizeof name, "%d", (int)value);
    return elements_add(s, name, type);
}

static status name_species(struct h5md *r, struct species *s, int64_t value, int64_t least, int64_t most,
                           int32_t *type)
{
    if (r->named.count > 0) {
        *type = (int32_t)value;
        if (value >= 0 && value < r->named.count) return OK;
        return fail(BAD_INPUT, "%s: %s has the number %lld, there are %d species", r->f.path,
                    r->species.value, (long long)value, r->named.count);
    }
    if (r->members == 0) return name_number(r, s, value, least, most, type);
    for (int k = 0; k < r->members; k++)
        if (r->member_value[k] == value) {
            *type = k;
            return OK;
        }
    return fail(BAD_INPUT, "%s: %s has the number %lld, which its enumeration does not name", r->f.path,
                r->species.value, (long long)value);
}

static status read_species(struct h5md *r, int64_t k, const int64_t *keep, struct config *c)
{
    int64_t row = row_of(r, &r->species, k), least = INT64_MAX, most = INT64_MIN;
    int32_t type;
    c->species = r->named;
    for (int m = 0; m < r->members && r->named.count == 0; m++) {
        status s = elements_add(&c->species, r->member[m], &type);
        if (s != OK) return status_context(s, "%s: %s", r->f.path, r->species.value);
    }
    if (!r->species.present) {
        if (c->species.count == 0) TRY(elements_add(&c->species, "1", &type));
        return OK;
    }
    if (row < 0)
        return fail(BAD_INPUT, "%s: %s has nothing for step %lld", r->f.path, r->species.value,
                    (long long)r->step[k]);
    TRY(read_row(r, &r->species, row, H5_I64, r->whole));
    for (int64_t i = 0; i < c->atoms; i++) {
        int64_t value = r->whole[keep[i]];
        if (value < least) least = value;
        if (value > most) most = value;
    }
    for (int64_t i = 0; i < c->atoms; i++)
        TRY(name_species(r, &c->species, r->whole[keep[i]], least, most, &c->type[i]));
    return OK;
}

static status read_reals(struct h5md *r, const struct element *e, int64_t k, const int64_t *keep,
                         int64_t atoms, double *out)
{
    TRY(read_row(r, e, row_of(r, e, k), H5_F64, r->real));
    for (int64_t i = 0; i < atoms; i++) memcpy(out + 3 * i, r->real + 3 * keep[i], 24);
    return OK;
}

static status read_images(struct h5md *r, int64_t k, const int64_t *keep, struct config *c)
{
    TRY(read_row(r, &r->image, row_of(r, &r->image, k), H5_I64, r->whole));
    for (int64_t i = 0; i < c->atoms; i++)
        for (int j = 0; j < 3; j++) {
            int64_t n = r->whole[3 * keep[i] + j];
            if (n < INT32_MIN / 2 || n > INT32_MAX / 2)
                return fail(BAD_INPUT, "%s: %s has the number %lld", r->f.path, r->image.value, (long long)n);
            c->image[3 * i + j] = (int32_t)n;
        }
    return OK;
}

static status read_masses(struct h5md *r, int64_t k, const int64_t *keep, struct config *c)
{
    int64_t row = row_of(r, &r->mass, k);
    if (row < 0 || r->named.count > 0) return OK;
    TRY(read_row(r, &r->mass, row, H5_F64, r->real));
    for (int64_t i = 0; i < c->atoms; i++) {
        double mass = r->real[keep[i]], *known = &c->species.mass[c->type[i]];
        if (!isfinite(mass) || mass < 0.0)
            return fail(BAD_INPUT, "%s: %s has the mass %g", r->f.path, r->mass.value, mass);
        if (*known == 0.0) *known = mass;
    }
    return OK;
}

status h5md_read_frame(struct h5md *r, int64_t k, int64_t *keep, struct config *c)
{
    int64_t atoms;
    TRY(read_ids(r, k, keep, &atoms));
    bool image = row_of(r, &r->image, k) >= 0, velocity = row_of(r, &r->velocity, k) >= 0;
    TRY(config_allocate(c, atoms, (image ? CONFIG_IMAGE : 0u) | (velocity ? CONFIG_VELOCITY : 0u)));
    for (int64_t i = 0; i < atoms; i++) c->id[i] = (uint64_t)r->whole[keep[i]];
    TRY(read_box(r, k, &c->box));
    TRY(read_reals(r, &r->position, k, keep, atoms, c->x));
    if (velocity) TRY(read_reals(r, &r->velocity, k, keep, atoms, c->v));
    if (image) TRY(read_images(r, k, keep, c));
    TRY(read_species(r, k, keep, c));
    TRY(read_masses(r, k, keep, c));
    c->step = r->step[k];
    c->time = r->time[k];
    memcpy(c->units, r->units, sizeof c->units);
    return OK;
}
