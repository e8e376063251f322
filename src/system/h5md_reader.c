/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/h5md_reader.h"
#include "base/h5.h"
#include "base/mem.h"
#include "system/elements.h"
#include "system/h5md_text.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME = 256, RATIO = 1100 /* deflate packs at most 1032:1 */, SLACK = 1 << 20 };

/* A property of the atoms (or of the box), fixed or per frame. */
struct element {
    char value[NAME];
    bool present, varying;
    int64_t frames, items; /* items: entries per frame, all components counted */
    int64_t *step;         /* its own steps if they are not those of the positions */
};

struct h5md {
    struct h5 f;
    char group[NAME / 2];
    int64_t frames, slots, *step;
    double *time;
    struct element position, image, velocity, id, species, mass, edges, origin;
    bool periodic[3];
    char units[8];
    struct species named; /* /parameters/species */
    int members;          /* of an enumeration of species */
    char member[SPECIES_MAX][H5MD_TEXT];
    int64_t member_value[SPECIES_MAX];
    int64_t size; /* of the file */
    int64_t *whole;
    double *real; /* slots entries: room for one frame's numbers */
};

/* ---- what is in the file ---- */

/* A damaged header may announce any shape: refuse what the stored bytes cannot hold, before memory is asked
 * for. */
static status check_storage(struct h5md *r, const char *name, int64_t items)
{
    hid_t set = H5Dopen2(r->f.id, name, H5P_DEFAULT);
    int64_t stored = 0;
    if (set >= 0) {
        stored = (int64_t)H5Dget_storage_size(set);
        H5Dclose(set);
    }
    H5Eclear2(H5E_DEFAULT);
    if (stored < 0 || stored > r->size) stored = r->size;
    if (items >= 0 && items < SLACK + RATIO * (stored < INT64_MAX / RATIO - SLACK ? stored : 0)) return OK;
    return fail(BAD_INPUT, "%s: %s announces %lld numbers a frame, but only %lld bytes are stored (damaged?)",
                r->f.path, name, (long long)items, (long long)stored);
}

static bool is_dataset(struct h5md *r, const char *name)
{
    if (!h5_has(&r->f, name)) return false;
    hid_t set = H5Dopen2(r->f.id, name, H5P_DEFAULT);
    H5Eclear2(H5E_DEFAULT);
    if (set >= 0) H5Dclose(set);
    return set >= 0;
}

/* Find an element; `inner` is the number of dimensions of one frame. Absent is no failure. */
static status find_element(struct h5md *r, const char *name, int least_inner, int most_inner,
                           struct element *e)
{
    char path[NAME];
    snprintf(path, sizeof path, "%s/%s", r->group, name);
    *e = (struct element){0};
    if (!h5_has(&r->f, path)) return OK;
    int rank = 4, first;
    hsize_t shape[4];
    e->varying = !is_dataset(r, path);
    snprintf(e->value, sizeof e->value, "%.*s%s", NAME - 8, path, e->varying ? "/value" : "");
    TRY(h5_shape(&r->f, e->value, &rank, shape));
    first = e->varying ? 1 : 0;
    if (rank - first < least_inner || rank - first > most_inner)
        return fail(BAD_INPUT, "%s: %s has %d dimensions, expected %d%s", r->f.path, e->value, rank,
                    first + least_inner, least_inner == most_inner ? "" : " or one more");
    e->frames = e->varying ? (int64_t)shape[0] : 1;
    e->items = 1;
    for (int k = first; k < rank; k++) {
        if (shape[k] > 1u << 30 || e->items * (int64_t)shape[k] > (int64_t)1 << 40)
            return fail(BAD_INPUT, "%s: %s has an absurd shape (damaged?)", r->f.path, e->value);
        e->items *= (int64_t)shape[k];
    }
    e->present = true;
    return check_storage(r, e->value, e->items);
}

/* step or time of an element: an array, or a scalar increment with an offset. */
static status read_clock(struct h5md *r, const char *element, const char *what, h5_type type, int64_t frames,
                         void *out)
{
    char path[NAME];
    snprintf(path, sizeof path, "%s/%s/%s", r->group, element, what);
    int rank = 1;
    hsize_t shape[1] = {0};
    TRY(h5_shape(&r->f, path, &rank, shape));
    if (rank == 1 && (int64_t)shape[0] != frames)
        return fail(BAD_INPUT, "%s: %s has %llu entries for %lld frames", r->f.path, path,
                    (unsigned long long)shape[0], (long long)frames);
    if (rank == 1) return h5_read(&r->f, path, type, (hsize_t)frames, out);
    double increment, offset = 0.0;
    TRY(h5_read(&r->f, path, H5_F64, 1, &increment));
    if (h5_has_attr(&r->f, path, "offset")) TRY(h5_read_attr(&r->f, path, "offset", H5_F64, 1, &offset));
    for (int64_t k = 0; k < frames; k++) {
        double v = offset + increment * (double)k;
        if (!isfinite(v) || fabs(v) > 9e18) return fail(BAD_INPUT, "%s: %s is out of range", r->f.path, path);
        if (type == H5_I64)
            ((int64_t *)out)[k] = (int64_t)llrint(v);
        else
            ((double *)out)[k] = v;
    }
    return OK;
}

static status read_clocks(struct h5md *r)
{
    char path[NAME];
    if (!r->position.varying) return OK;
    TRY(read_clock(r, "position", "step", H5_I64, r->frames, r->step));
    snprintf(path, sizeof path, "%s/position/time", r->group);
    if (h5_has(&r->f, path)) TRY(read_clock(r, "position", "time", H5_F64, r->frames, r->time));
    for (int64_t k = 0; k < r->frames; k++) {
        if (!isfinite(r->time[k]))
            return fail(BAD_INPUT, "%s: %s is not finite in frame %lld", r->f.path, path, (long long)k);
        if (r->step[k] < 0)
            return fail(BAD_INPUT, "%s: a negative step in frame %lld", r->f.path, (long long)k);
    }
    return OK;
}

/* An element with fewer or more frames than the positions must tell its steps. */
static status own_steps(struct h5md *r, const char *name, struct element *e)
{
    if (!e->present || !e->varying || e->frames == r->frames) return OK;
    TRY(check_storage(r, e->value, e->frames));
    TRY(NEW(e->step, (size_t)e->frames));
    return read_clock(r, name, "step", H5_I64, e->frames, e->step);
}

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

static herr_t take_first(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    (void)group;
    (void)info;
    snprintf(data, NAME / 4, "%s", name);
    return 1;
}

static status find_group(struct h5md *r)
{
    char name[NAME / 4] = "trajectory";
    if (!h5_has(&r->f, "/particles"))
        return fail(BAD_INPUT, "%s: no group /particles: HDF5, but not an H5MD trajectory", r->f.path);
    if (!h5_has(&r->f, "/particles/trajectory")) {
        hsize_t start = 0;
        name[0] = '\0';
        H5Literate_by_name(r->f.id, "/particles", H5_INDEX_NAME, H5_ITER_INC, &start, take_first, name,
                           H5P_DEFAULT);
        H5Eclear2(H5E_DEFAULT);
    }
    if (!name[0]) return fail(BAD_INPUT, "%s: /particles is empty", r->f.path);
    snprintf(r->group, sizeof r->group, "/particles/%s", name);
    return OK;
}

/* ---- opening ---- */

static status find_box(struct h5md *r)
{
    char path[NAME], list[3][H5MD_TEXT];
    int n = 0;
    snprintf(path, sizeof path, "%s/box", r->group);
    if (!h5_has(&r->f, path)) return fail(BAD_INPUT, "%s: no %s", r->f.path, path);
    r->periodic[0] = r->periodic[1] = r->periodic[2] = true;
    if (h5_has_attr(&r->f, path, "boundary")) {
        TRY(h5md_read_list(&r->f, path, "boundary", 3, list, &n));
        for (int k = 0; k < 3; k++) r->periodic[k] = strcmp(list[n == 3 ? k : 0], "periodic") == 0;
    }
    TRY(find_element(r, "box/edges", 1, 2, &r->edges));
    if (!r->edges.present || (r->edges.items != 3 && r->edges.items != 9))
        return fail(BAD_INPUT, "%s: %s/edges must hold 3 lengths or 3×3 numbers a frame (three dimensions)",
                    r->f.path, path);
    TRY(find_element(r, "box/origin", 1, 1, &r->origin));
    if (!r->origin.present) TRY(find_element(r, "box/offset", 1, 1, &r->origin));
    if (r->origin.present && r->origin.items != 3)
        return fail(BAD_INPUT, "%s: %s wants 3 numbers", r->f.path, r->origin.value);
    return OK;
}

static status find_elements(struct h5md *r)
{
    struct element *e[] = {&r->image, &r->velocity, &r->id, &r->species, &r->mass};
    const char *const name[] = {"image", "velocity", "id", "species", "mass"};
    const int width[] = {3, 3, 1, 1, 1};
    TRY(find_element(r, "position", 2, 2, &r->position));
    if (!r->position.present) return fail(BAD_INPUT, "%s: no %s/position", r->f.path, r->group);
    int rank = 4;
    hsize_t shape[4];
    TRY(h5_shape(&r->f, r->position.value, &rank, shape));
    if (shape[rank - 1] != 3)
        return fail(BAD_INPUT, "%s: %s has %llu components, expected 3", r->f.path, r->position.value,
                    (unsigned long long)shape[rank - 1]);
    r->frames = r->position.frames;
    r->slots = r->position.items / 3;
    for (int k = 0; k < 5; k++) {
        TRY(find_element(r, name[k], width[k] == 3 ? 2 : 1, width[k] == 3 ? 2 : 1, e[k]));
        if (e[k]->present && e[k]->items != r->slots * width[k])
            return fail(BAD_INPUT, "%s: %s holds %lld numbers a frame, expected %lld", r->f.path, e[k]->value,
                        (long long)e[k]->items, (long long)(r->slots * width[k]));
    }
    TRY(find_box(r));
    TRY(check_storage(r, r->position.value, r->frames));
    TRY(NEW(r->step, (size_t)r->frames));
    TRY(NEW(r->time, (size_t)r->frames));
    TRY(read_clocks(r));
    for (int k = 0; k < 5; k++) TRY(own_steps(r, name[k], e[k]));
    TRY(own_steps(r, "box/edges", &r->edges));
    return own_steps(r, "box/origin", &r->origin);
}

static status check_unit(struct h5md *r, const char *object, const char *expected, bool *found)
{
    char unit[H5MD_TEXT];
    if (!h5_has_attr(&r->f, object, "unit")) return OK;
    TRY(h5_read_attr_string(&r->f, object, "unit", unit, sizeof unit));
    bool angstrom =
        strcmp(expected, "Angstrom") == 0 && (strcmp(unit, "angstrom") == 0 || strcmp(unit, "A") == 0);
    if (unit[0] && strcmp(unit, "dimensionless") != 0 && !angstrom && strcmp(unit, expected) != 0)
        return fail(BAD_INPUT, "%s: %s is in %s, glint reads %s or numbers without a unit", r->f.path, object,
                    unit, expected);
    *found = *found || angstrom || strcmp(unit, expected) == 0;
    return OK;
}

static status find_units(struct h5md *r)
{
    char path[NAME], units[H5MD_TEXT];
    struct config c = {0};
    bool metal = false;
    if (is_dataset(r, "/parameters/units")) {
        TRY(h5_read_string(&r->f, "/parameters/units", units, sizeof units));
        if (config_set_units(&c, units) != OK)
            return status_context(BAD_INPUT, "%s: /parameters/units", r->f.path);
    } else {
        TRY(check_unit(r, r->position.value, "Angstrom", &metal));
        snprintf(path, sizeof path, "%s/position/time", r->group);
        if (h5_has(&r->f, path)) TRY(check_unit(r, path, "ps", &metal));
        if (metal) TRY(config_set_units(&c, "metal"));
    }
    memcpy(r->units, c.units, sizeof r->units);
    return OK;
}

/* Names of an enumeration; values beyond four or negative ones are left to complain when an atom has them. */
static void read_enumeration(struct h5md *r)
{
    hid_t set = H5Dopen2(r->f.id, r->species.value, H5P_DEFAULT), type = set < 0 ? -1 : H5Dget_type(set);
    int n = type >= 0 && H5Tget_class(type) == H5T_ENUM ? H5Tget_nmembers(type) : 0;
    for (int k = 0; k < n && r->members < SPECIES_MAX; k++) {
        char *name = H5Tget_member_name(type, (unsigned)k);
        int64_t value[2] = {0};
        hid_t super = H5Tget_super(type);
        bool good = name && H5Tget_size(type) <= sizeof value &&
                    H5Tget_member_value(type, (unsigned)k, value) >= 0 &&
                    H5Tconvert(super, H5T_NATIVE_INT64, 1, value, NULL, H5P_DEFAULT) >= 0;
        if (good && value[0] >= 0) {
            snprintf(r->member[r->members], H5MD_TEXT, "%s", name);
            r->member_value[r->members++] = value[0];
        }
        if (name) H5free_memory(name);
        if (super >= 0) H5Tclose(super);
    }
    if (type >= 0) H5Tclose(type);
    if (set >= 0) H5Dclose(set);
    H5Eclear2(H5E_DEFAULT);
}

static status find_species(struct h5md *r)
{
    char name[SPECIES_MAX][H5MD_TEXT];
    int32_t type;
    int n = 0;
    if (r->species.present) read_enumeration(r);
    if (!is_dataset(r, "/parameters/species/name")) return OK;
    TRY(h5md_read_list(&r->f, "/parameters/species/name", NULL, SPECIES_MAX, name, &n));
    for (int k = 0; k < n; k++) {
        status s = elements_add(&r->named, name[k], &type);
        if (s == OK && type != k) s = fail(BAD_INPUT, "two species are called %s", name[k]);
        if (s != OK) return status_context(s, "%s: /parameters/species/name", r->f.path);
    }
    if (!is_dataset(r, "/parameters/species/mass")) return OK;
    TRY(h5_read(&r->f, "/parameters/species/mass", H5_F64, (hsize_t)n, r->named.mass));
    for (int k = 0; k < n; k++)
        if (!isfinite(r->named.mass[k]) || r->named.mass[k] < 0.0)
            return fail(BAD_INPUT, "%s: /parameters/species/mass has the mass %g", r->f.path,
                        r->named.mass[k]);
    return OK;
}

static void h5md_close_reader(void *state)
{
    struct h5md *r = state;
    struct element *e[] = {&r->image, &r->velocity, &r->id, &r->species, &r->mass, &r->edges, &r->origin};
    for (size_t k = 0; k < sizeof e / sizeof *e; k++) DELETE(e[k]->step);
    h5_close(&r->f);
    DELETE(r->step);
    DELETE(r->time);
    DELETE(r->whole);
    DELETE(r->real);
    DELETE(r);
}

static status h5md_open_reader(void **state, const char *path, int64_t *frames)
{
    struct h5md *r = NULL;
    struct stat info;
    TRY(NEW(r, 1));
    status s;
    GUARD(h5_open_ro(&r->f, path));
    r->size = stat(path, &info) == 0 ? info.st_size : 0;
    GUARD(find_group(r));
    GUARD(find_elements(r));
    GUARD(find_units(r));
    GUARD(find_species(r));
    GUARD(NEW(r->whole, 3 * (size_t)r->slots));
    GUARD(NEW(r->real, 3 * (size_t)r->slots));
    *frames = r->frames;
    *state = r;
    return OK;
done:
    h5md_close_reader(r);
    return s == FAILED ? BAD_INPUT : s; /* what HDF5 refuses here is the file's fault */
}

/* ---- one frame ---- */

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

static status read_frame(struct h5md *r, int64_t k, int64_t *keep, struct config *c)
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

static status h5md_read(void *state, int64_t k, struct config *c)
{
    struct h5md *r = state;
    int64_t *keep = NULL;
    TRY(NEW(keep, (size_t)r->slots));
    status s = read_frame(r, k, keep, c);
    DELETE(keep);
    return s;
}

static bool h5md_sniff(const char *head, size_t length)
{
    return length > 8 && memcmp(head, "\x89HDF\r\n\x1a\n", 8) == 0;
}

const struct format format_h5md = {.name = "H5MD",
                                   .endings = {".h5", ".h5md"},
                                   .many = true,
                                   .sniff = h5md_sniff,
                                   .open = h5md_open_reader,
                                   .read = h5md_read,
                                   .close = h5md_close_reader};
