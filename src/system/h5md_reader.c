/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/h5md_reader.h"
#include "base/h5.h"
#include "base/mem.h"
#include "system/elements.h"
#include "system/h5md_frame.h"
#include "system/h5md_text.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

enum { RATIO = 1100 /* deflate packs at most 1032:1 */, SLACK = 1 << 20 };

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
    char path[H5MD_NAME];
    snprintf(path, sizeof path, "%s/%s", r->group, name);
    *e = (struct element){0};
    if (!h5_has(&r->f, path)) return OK;
    int rank = 4, first;
    hsize_t shape[4];
    e->varying = !is_dataset(r, path);
    snprintf(e->value, sizeof e->value, "%.*s%s", H5MD_NAME - 8, path, e->varying ? "/value" : "");
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
    char path[H5MD_NAME];
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
    char path[H5MD_NAME];
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

static herr_t take_first(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    (void)group;
    (void)info;
    snprintf(data, H5MD_NAME / 4, "%s", name);
    return 1;
}

static status find_group(struct h5md *r)
{
    char name[H5MD_NAME / 4] = "trajectory";
    if (!h5_has(&r->f, "/particles"))
        return fail(BAD_INPUT,
                    "%s: no group /particles: HDF5, but neither an H5MD trajectory nor a checkpoint of glint",
                    r->f.path);
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
    char path[H5MD_NAME], list[3][H5MD_TEXT];
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
    char path[H5MD_NAME], units[H5MD_TEXT];
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

static status h5md_read(void *state, int64_t k, struct config *c)
{
    struct h5md *r = state;
    int64_t *keep = NULL;
    TRY(NEW(keep, (size_t)r->slots));
    status s = h5md_read_frame(r, k, keep, c);
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
