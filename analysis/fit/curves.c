/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/curves.h"
#include "base/h5.h"
#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- text ---- */

/* Up to 3 numbers of a line; -1 if a field is not a number. */
static int parse_line(const char *line, double value[3])
{
    int n = 0;
    while (n < 3) {
        line += strspn(line, " \t\r,;");
        if (*line == '\0') break;
        char *end;
        value[n] = strtod(line, &end);
        if (end == line || (*end && !strchr(" \t\r,;", *end))) return -1;
        line = end;
        n++;
    }
    return n;
}

static status add_line(struct curves *c, size_t capacity[3], const double value[3], int columns)
{
    TRY(GROW(c->lag, capacity[0], c->lags + 1));
    TRY(GROW(c->g2, capacity[1], c->lags + 1));
    if (columns == 3) {
        TRY(GROW(c->error, capacity[2], c->lags + 1));
        c->error[c->lags] = value[2];
    }
    c->lag[c->lags] = value[0];
    c->g2[c->lags++] = value[1];
    return OK;
}

static status parse_text(struct curves *c, char *content, const char *path)
{
    size_t capacity[3] = {0};
    int columns = 0, number = 0;
    char *rest = content;
    for (char *line; (line = strsep(&rest, "\n"));) {
        double value[3];
        number++;
        line += strspn(line, " \t\r");
        if (*line == '\0' || *line == '#' || *line == '%') continue;
        int n = parse_line(line, value);
        if (n < 0 && columns == 0 && c->lags == 0) { /* one line of names */
            columns = -1;
            continue;
        }
        if (n < 2 || (columns > 0 && n != columns))
            return fail(BAD_INPUT, "%s:%d: found '%.60s', expected %s numbers: lag, g2%s", path, number, line,
                        columns == 3   ? "3"
                        : columns == 2 ? "2"
                                       : "2 or 3",
                        columns == 2 ? "" : " and its error");
        columns = n;
        TRY(add_line(c, capacity, value, columns));
    }
    if (c->lags == 0)
        return fail(BAD_INPUT, "%s: no line with numbers; expected columns lag, g2, error", path);
    c->rows = 1;
    return OK;
}

/* ---- results file ---- */

struct listing {
    hid_t parent;
    size_t n;
    char only[128];
    struct text names;
};

static herr_t list_windows(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    (void)info;
    struct listing *l = data;
    char path[256];
    snprintf(path, sizeof path, "%s/g2", name);
    if (strlen(name) >= sizeof l->only || H5Oexists_by_name(group, name, H5P_DEFAULT) <= 0) return 0;
    H5O_info_t object;
    if (H5Oget_info_by_name(group, name, &object, H5P_DEFAULT) < 0 || object.type != H5O_TYPE_GROUP) return 0;
    if (H5Lexists(group, path, H5P_DEFAULT) <= 0) return 0;
    snprintf(l->only, sizeof l->only, "%s", name);
    text_add(&l->names, "%s%s", l->n++ ? ", " : "", name);
    return 0;
}

static status find_window(struct h5 *f, const char *path, const char *window, char out[128])
{
    struct listing l = {0};
    status s = OK;
    hid_t group = h5_has(f, "/entry/glint") ? H5Gopen2(f->id, "/entry/glint", H5P_DEFAULT) : -1;
    if (group < 0)
        return fail(BAD_INPUT, "%s: no group /entry/glint; expected a results file or a text table", path);
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, list_windows, &l);
    H5Gclose(group);
    if (window) {
        char name[256];
        snprintf(name, sizeof name, "/entry/glint/%.100s/g2", window);
        if (!h5_has(f, name))
            s = fail(BAD_INPUT, "%s: no window '%s' with a g2; found: %s", path, window,
                     l.n ? l.names.s : "none");
        else
            snprintf(out, 128, "%.127s", window);
    } else if (l.n != 1) {
        s = l.n ? fail(BAD_INPUT, "%s holds %zu windows: %s; choose one with --window", path, l.n, l.names.s)
                : fail(BAD_INPUT, "%s: no window with a g2 below /entry/glint; run glint g2 first", path);
    } else {
        memcpy(out, l.only, sizeof l.only);
    }
    text_free(&l.names);
    return s;
}

/* lag is common to all rows, or stored for each; the first, youngest row has elements at every lag. */
static status read_lag(struct h5 *f, const char *name, struct curves *c)
{
    int rank = 2;
    hsize_t shape[2] = {0, 0};
    TRY(h5_shape(f, name, &rank, shape));
    if (rank == 2 && shape[0] == c->rows && shape[1] == c->lags)
        return h5_read_rows(f, name, H5_F64, 0, 1, c->lag);
    return h5_read(f, name, H5_F64, c->lags, c->lag);
}

/* One age a row, or the edges between the rows' windows. */
static status read_age(struct h5 *f, const char *name, struct curves *c)
{
    int rank = 1;
    hsize_t shape[1] = {0};
    TRY(h5_shape(f, name, &rank, shape));
    TRY(NEW(c->age, c->rows + 1));
    return h5_read(f, name, H5_F64, shape[0] == c->rows + 1 ? c->rows + 1 : c->rows, c->age);
}

static status read_results(struct curves *c, const char *path, const char *window)
{
    struct h5 f = {0};
    char name[512];
    int rank = 2;
    hsize_t shape[2] = {0};
    status s = OK;
    TRY(h5_open_ro(&f, path));
    GUARD(find_window(&f, path, window, c->window));
    snprintf(name, sizeof name, "/entry/glint/%s/g2", c->window);
    GUARD(h5_shape(&f, name, &rank, shape));
    c->rows = rank == 2 ? (size_t)shape[0] : 1;
    c->lags = (size_t)shape[rank - 1];
    if (c->rows == 0 || c->lags == 0) GUARD(fail(BAD_INPUT, "%s: %s is empty", path, name));
    hsize_t count = (hsize_t)c->rows * c->lags;
    GUARD(NEW(c->lag, c->lags));
    GUARD(NEW(c->g2, count));
    GUARD(h5_read(&f, name, H5_F64, count, c->g2));
    snprintf(name, sizeof name, "/entry/glint/%s/lag", c->window);
    GUARD(read_lag(&f, name, c));
    snprintf(name, sizeof name, "/entry/glint/%s/g2_error", c->window);
    if (h5_has(&f, name)) {
        GUARD(NEW(c->error, count));
        GUARD(h5_read(&f, name, H5_F64, count, c->error));
    }
    snprintf(name, sizeof name, "/entry/glint/%s/age", c->window);
    if (h5_has(&f, name)) {
        GUARD(read_age(&f, name, c));
    }
done:
    h5_close(&f);
    return s;
}

status curves_read(struct curves *c, const char *path, const char *window)
{
    *c = (struct curves){0};
    char *content = NULL;
    size_t length;
    status s = OK;
    if (file_exists(path) && H5Fis_hdf5(path) > 0) {
        GUARD(read_results(c, path, window));
    } else {
        if (window)
            GUARD(fail(BAD_INPUT, "%s is not an HDF5 file: --window has no meaning for a text table", path));
        GUARD(file_read(path, &content, &length));
        GUARD(parse_text(c, content, path));
    }
done:
    DELETE(content);
    if (s != OK) curves_free(c);
    return s;
}

void curves_free(struct curves *c)
{
    DELETE(c->lag);
    DELETE(c->g2);
    DELETE(c->error);
    DELETE(c->age);
    c->rows = c->lags = 0;
}

/* ---- selection and binning ---- */

/* Replace the points of each logarithmic bin by their mean. Lags ascending; lag 0 stays alone. */
static void rebin(struct curve *one, double per_decade)
{
    size_t out = 0;
    for (size_t i = 0; i < one->n;) {
        double bin = floor(log10(one->lag[i]) * per_decade + 1e-9), w = 0, lag = 0, g2 = 0, count = 0;
        for (size_t first = i; i < one->n; i++) {
            double here = floor(log10(one->lag[i]) * per_decade + 1e-9);
            if (i > first && (one->lag[i] == 0.0 || here != bin)) break;
            double weight = one->error ? 1.0 / (one->error[i] * one->error[i]) : 1.0;
            w += weight;
            g2 += weight * one->g2[i];
            lag += one->lag[i];
            count += 1.0;
        }
        one->lag[out] = lag / count;
        one->g2[out] = g2 / w;
        if (one->error) one->error[out] = 1.0 / sqrt(w);
        out++;
    }
    one->n = out;
}

status curves_select(const struct curves *c, size_t row, struct curve *one, double from, double to,
                     double per_decade)
{
    *one = (struct curve){0};
    if (row >= c->rows) return fail(BAD_INPUT, "row %zu of %zu: rows count from 0", row, c->rows);
    status s = OK;
    GUARD(NEW(one->lag, c->lags));
    GUARD(NEW(one->g2, c->lags));
    if (c->error) GUARD(NEW(one->error, c->lags));
    for (size_t i = 0; i < c->lags; i++) {
        double y = c->g2[row * c->lags + i], e = c->error ? c->error[row * c->lags + i] : 1.0;
        if (!(c->lag[i] >= from && c->lag[i] <= to)) continue;
        if (!isfinite(y) || !isfinite(e) || !(e > 0.0)) {
            one->dropped++;
            continue;
        }
        if (one->n && !(c->lag[i] > one->lag[one->n - 1]))
            GUARD(fail(BAD_INPUT, "lags must ascend: %g follows %g", c->lag[i], one->lag[one->n - 1]));
        one->lag[one->n] = c->lag[i];
        one->g2[one->n] = y;
        if (one->error) one->error[one->n] = e;
        one->n++;
    }
    if (one->n == 0)
        GUARD(fail(BAD_INPUT,
                   "no usable point with a lag from %g to %g (%zu lack a finite value or a positive error)",
                   from, to, one->dropped));
    if (per_decade > 0.0) rebin(one, per_decade);
done:
    if (s != OK) curve_free(one);
    return s;
}

void curve_free(struct curve *one)
{
    DELETE(one->lag);
    DELETE(one->g2);
    DELETE(one->error);
    one->n = 0;
}
