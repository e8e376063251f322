/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrate/film_file.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { FILM_CONSTANTS = 3 };

status film_file_write(struct h5 *file, const struct film *f)
{
    hsize_t constants = FILM_CONSTANTS, state = FILM_STATE, sites[2] = {(hsize_t)f->substrate, 3};
    double constant[FILM_CONSTANTS] = {f->spring, f->top, f->density};
    int32_t kind = (int32_t)f->kind;
    if (f->kind == FILM_NONE) return OK;
    TRY(h5_write_scalar(file, "/film/kind", H5_I32, &kind));
    TRY(h5_write_scalar(file, "/film/substrate", H5_I64, &f->substrate));
    TRY(h5_write(file, "/film/constants", H5_F64, 1, &constants, constant));
    TRY(h5_write(file, "/film/site", H5_F64, 2, sites, f->site));
    return h5_write(file, "/state/film", H5_F64, 1, &state, &f->state);
}

/* Before `grown_at` the state was one number shorter. */
static status read_state(struct h5 *file, struct film_state *s)
{
    static const char name[] = "/state/film";
    double state[FILM_STATE];
    hsize_t size = 0;
    int rank = 1;
    TRY(h5_shape(file, name, &rank, &size));
    if (size != FILM_STATE && size != FILM_STATE - 1)
        return fail(BAD_INPUT, "%s: %s holds %llu numbers, %d were expected (another version?)", file->path,
                    name, (unsigned long long)size, (int)FILM_STATE);
    state[FILM_STATE - 1] = NAN;
    TRY(h5_read(file, name, H5_F64, size, state));
    memcpy(s, state, sizeof *s);
    return OK;
}

status film_file_read(struct h5 *file, struct film *f)
{
    double constant[FILM_CONSTANTS];
    int32_t kind;
    *f = (struct film){0};
    if (!h5_has(file, "/film/kind")) return OK;
    TRY(h5_read(file, "/film/kind", H5_I32, 1, &kind));
    TRY(h5_read(file, "/film/substrate", H5_I64, 1, &f->substrate));
    if (kind < FILM_TETHERED || kind > FILM_FIXED || f->substrate < 0 || f->substrate > (int64_t)1 << 29)
        return fail(BAD_INPUT, "%s: the film's substrate is not understood", file->path);
    f->kind = (enum film_kind)kind;
    TRY(h5_read(file, "/film/constants", H5_F64, FILM_CONSTANTS, constant));
    if (!(constant[0] >= 0.0 && constant[1] > 0.0 && constant[2] > 0.0) || !isfinite(constant[0]) ||
        !isfinite(constant[1]) || !isfinite(constant[2]))
        return fail(BAD_INPUT, "%s: spring %g, top %g and density %g of the film's substrate make no sense",
                    file->path, constant[0], constant[1], constant[2]);
    f->spring = constant[0];
    f->top = constant[1];
    f->density = constant[2];
    TRY(NEW(f->site, 3 * (size_t)f->substrate));
    TRY(h5_read(file, "/film/site", H5_F64, 3 * (hsize_t)f->substrate, f->site));
    return read_state(file, &f->state);
}

bool film_file_has(const char *path)
{
    struct h5 f = {.id = -1};
    bool found = h5_open_ro(&f, path) == OK && h5_has(&f, "/film/kind");
    h5_close(&f);
    return found;
}
