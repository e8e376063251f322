/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/checkpoint_atoms.h"
#include "base/mem.h"
#include "base/units.h"
#include "system/elements.h"

#include <string.h>

status checkpoint_atoms_write(struct h5 *f, const struct config *c)
{
    hsize_t n[2] = {(hsize_t)c->atoms, 3}, species = (hsize_t)c->species.count, square[2] = {3, 3}, three = 3;
    const char *names[SPECIES_MAX];
    int32_t periodic[3];
    for (int i = 0; i < c->species.count; i++) names[i] = c->species.name[i];
    for (int k = 0; k < 3; k++) periodic[k] = c->box.periodic[k];
    TRY(h5_write_scalar(f, "/step", H5_I64, &c->step));
    TRY(h5_write_scalar(f, "/time", H5_F64, &c->time));
    TRY(h5_write(f, "/box", H5_F64, 2, square, c->box.h));
    TRY(h5_write(f, "/origin", H5_F64, 1, &three, c->box.origin));
    TRY(h5_write(f, "/periodic", H5_I32, 1, &three, periodic));
    TRY(h5_write(f, "/atoms/id", H5_U64, 1, n, c->id));
    TRY(h5_write(f, "/atoms/type", H5_I32, 1, n, c->type));
    TRY(h5_write(f, "/atoms/x", H5_F64, 2, n, c->x));
    TRY(h5_write(f, "/atoms/v", H5_F64, 2, n, c->v));
    TRY(h5_write(f, "/atoms/image", H5_I32, 2, n, c->image));
    TRY(h5_write_strings(f, "/atoms/species_name", (size_t)c->species.count, names));
    return h5_write(f, "/atoms/species_mass", H5_F64, 1, &species, c->species.mass);
}

static status read_species_names(struct h5 *f, struct config *c)
{
    for (int i = 0; i < c->species.count; i++)
        TRY(h5_read_string_row(f, "/atoms/species_name", (hsize_t)i, c->species.name[i], SPECIES_NAME));
    return OK;
}

status checkpoint_atoms_read(struct h5 *f, struct config *c)
{
    int rank = 1;
    hsize_t n = 0, species = 0;
    int32_t periodic[3];
    TRY(h5_shape(f, "/atoms/id", &rank, &n));
    rank = 1;
    TRY(h5_shape(f, "/atoms/species_mass", &rank, &species));
    if (species < 1 || species > SPECIES_MAX)
        return fail(BAD_INPUT, "%s: %llu species, 1 to %d were expected", f->path,
                    (unsigned long long)species, SPECIES_MAX);
    if (n < 1 || n > (hsize_t)1 << 40)
        return fail(BAD_INPUT, "%s: %llu atoms", f->path, (unsigned long long)n);
    TRY(config_allocate(c, (int64_t)n, CONFIG_VELOCITY | CONFIG_IMAGE));
    c->species.count = (int)species;
    TRY(h5_read(f, "/atoms/species_mass", H5_F64, species, c->species.mass));
    TRY(h5_read(f, "/step", H5_I64, 1, &c->step));
    TRY(h5_read(f, "/time", H5_F64, 1, &c->time));
    TRY(h5_read(f, "/box", H5_F64, 9, c->box.h));
    TRY(h5_read(f, "/origin", H5_F64, 3, c->box.origin));
    TRY(h5_read(f, "/periodic", H5_I32, 3, periodic));
    for (int k = 0; k < 3; k++) c->box.periodic[k] = periodic[k] != 0;
    TRY(h5_read(f, "/atoms/id", H5_U64, n, c->id));
    TRY(h5_read(f, "/atoms/type", H5_I32, n, c->type));
    TRY(h5_read(f, "/atoms/x", H5_F64, 3 * n, c->x));
    TRY(h5_read(f, "/atoms/v", H5_F64, 3 * n, c->v));
    TRY(h5_read(f, "/atoms/image", H5_I32, 3 * n, c->image));
    TRY(read_species_names(f, c));
    return config_check(c);
}

/* ---- as a file of configurations ---- */

static bool confirm(const char *path)
{
    struct h5 f = {.id = -1};
    bool found = h5_open_ro(&f, path) == OK && h5_has(&f, "/atoms/x") && h5_has_attr(&f, "/", "potential");
    h5_close(&f);
    return found;
}

static status open_file(void **state, const char *path, int64_t *frames)
{
    struct h5 *f = NULL;
    TRY(NEW(f, 1));
    status s = h5_open_ro(f, path);
    if (s != OK) DELETE(f);
    *state = f;
    *frames = 1;
    return s == FAILED ? BAD_INPUT : s;
}

static status read_file(void *state, int64_t k, struct config *c)
{
    struct h5 *f = state;
    char units[16];
    const struct unit_system metal = units_metal();
    (void)k;
    status s = checkpoint_atoms_read(f, c);
    if (s == OK) s = h5_read_attr_string(f, "/", "units", units, sizeof units);
    if (s != OK) return s == FAILED ? BAD_INPUT : s; /* what HDF5 refuses here is the file's fault */
    TRY(config_set_units(c, units));
    if (strcmp(c->units, "metal") == 0) config_scale_time(c, 1.0 / units_size(&metal, QUANTITY_TIME));
    return OK;
}

static void close_file(void *state)
{
    struct h5 *f = state;
    h5_close(f);
    DELETE(f);
}

static bool sniff(const char *head, size_t length)
{
    return length > 8 && memcmp(head, "\x89HDF\r\n\x1a\n", 8) == 0;
}

/* No endings: glint convert does not write checkpoints. */
const struct format format_checkpoint = {.name = "checkpoint",
                                         .sniff = sniff,
                                         .confirm = confirm,
                                         .open = open_file,
                                         .read = read_file,
                                         .close = close_file};
