/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/h5.h"
#include "base/h5_parts.h"
#include "base/mem.h"

#include <string.h>

bool h5_has(struct h5 *f, const char *name)
{
    char part[FILE_PATH_MAX];
    snprintf(part, sizeof part, "%s", name);
    for (char *p = part + 1; *p; p++) { /* H5Lexists needs every parent to exist */
        if (*p != '/') continue;
        *p = '\0';
        if (H5Lexists(f->id, part, H5P_DEFAULT) <= 0) {
            H5Eclear2(H5E_DEFAULT);
            return false;
        }
        *p = '/';
    }
    bool there = H5Lexists(f->id, part, H5P_DEFAULT) > 0 && H5Oexists_by_name(f->id, part, H5P_DEFAULT) > 0;
    H5Eclear2(H5E_DEFAULT);
    return there;
}

static status open_dataset(struct h5 *f, const char *name, hid_t *set)
{
    if (!h5_has(f, name)) return fail(BAD_INPUT, "%s: no dataset %s in this file", f->path, name);
    *set = H5Dopen2(f->id, name, H5P_DEFAULT);
    return *set < 0 ? h5_trouble(f, "open", name) : OK;
}

status h5_shape(struct h5 *f, const char *name, int *rank, hsize_t *shape)
{
    hid_t set;
    TRY(open_dataset(f, name, &set));
    hid_t space = H5Dget_space(set);
    hsize_t full[H5S_MAX_RANK];
    int n = H5Sget_simple_extent_dims(space, full, NULL);
    H5Sclose(space);
    H5Dclose(set);
    if (n < 0 || n > *rank)
        return fail(BAD_INPUT, "%s: %s has %d dimensions, at most %d were expected", f->path, name, n, *rank);
    for (int i = 0; i < n; i++) shape[i] = full[i];
    *rank = n;
    return OK;
}

static status check_numeric(struct h5 *f, const char *name, hid_t set)
{
    hid_t type = H5Dget_type(set);
    H5T_class_t class = H5Tget_class(type);
    H5Tclose(type);
    if (class != H5T_INTEGER && class != H5T_FLOAT && class != H5T_ENUM)
        return fail(BAD_INPUT, "%s: %s does not hold numbers", f->path, name);
    return OK;
}

status h5_read(struct h5 *f, const char *name, h5_type type, hsize_t count, void *data)
{
    hid_t set;
    TRY(open_dataset(f, name, &set));
    status s = check_numeric(f, name, set);
    hid_t space = H5Dget_space(set);
    hssize_t found = H5Sget_simple_extent_npoints(space);
    if (s == OK && (found < 0 || (hsize_t)found != count))
        s = fail(BAD_INPUT, "%s: %s holds %lld numbers, %llu were expected", f->path, name, (long long)found,
                 (unsigned long long)count);
    if (s == OK && H5Dread(set, h5_native(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        s = h5_trouble(f, "read", name);
    H5Sclose(space);
    H5Dclose(set);
    return s;
}

status h5_read_rows(struct h5 *f, const char *name, h5_type type, hsize_t first, hsize_t count, void *data)
{
    hid_t set, file_space = -1, memory_space = -1;
    TRY(open_dataset(f, name, &set));
    status s = check_numeric(f, name, set);
    if (s == OK && (h5_select_rows(set, first, count, &file_space, &memory_space) < 0 ||
                    H5Dread(set, h5_native(type), memory_space, file_space, H5P_DEFAULT, data) < 0))
        s = h5_trouble(f, "read", name);
    if (file_space >= 0) H5Sclose(file_space);
    if (memory_space >= 0) H5Sclose(memory_space);
    H5Dclose(set);
    return s;
}

/* Read one string (fixed or variable length) from an opened dataset or attribute. */
static herr_t get_string(hid_t id, bool attribute, char *value, size_t size)
{
    hid_t type = attribute ? H5Aget_type(id) : H5Dget_type(id);
    herr_t e = -1;
    value[0] = '\0';
    if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0) {
        char *text = NULL;
        e = attribute ? H5Aread(id, type, &text) : H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text);
        if (e >= 0 && text) snprintf(value, size, "%s", text);
        if (text) H5free_memory(text);
    } else if (H5Tget_class(type) == H5T_STRING) {
        size_t n = H5Tget_size(type);
        char *text = NULL;
        if (mem_new((void **)&text, n + 1, 1, "a string") == OK) {
            e = attribute ? H5Aread(id, type, text) : H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text);
            if (e >= 0) snprintf(value, size, "%s", text);
            DELETE(text);
        }
    }
    H5Tclose(type);
    return e;
}

/* One element only: a longer dataset would overrun the buffer of a single string. */
static bool is_single(hid_t space)
{
    hssize_t n = H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    return n == 1;
}

status h5_read_string(struct h5 *f, const char *name, char *value, size_t size)
{
    hid_t set;
    TRY(open_dataset(f, name, &set));
    status s = OK;
    if (!is_single(H5Dget_space(set)) || get_string(set, false, value, size) < 0) {
        H5Eclear2(H5E_DEFAULT);
        s = fail(BAD_INPUT, "%s: %s is not a single string", f->path, name);
    }
    H5Dclose(set);
    return s;
}

status h5_read_string_row(struct h5 *f, const char *name, hsize_t row, char *value, size_t size)
{
    hid_t set, file_space = -1, memory_space = -1;
    char *text = NULL;
    TRY(open_dataset(f, name, &set));
    hid_t type = H5Dget_type(set);
    size_t length = H5Tget_size(type);
    status s = OK;
    bool usable = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0;
    if (usable) s = mem_new((void **)&text, length + 1, 1, name);
    if (s == OK && (!usable || h5_select_rows(set, row, 1, &file_space, &memory_space) < 0 ||
                    H5Dread(set, type, memory_space, file_space, H5P_DEFAULT, text) < 0)) {
        H5Eclear2(H5E_DEFAULT);
        s = fail(BAD_INPUT, "%s: %s has no string number %llu", f->path, name, (unsigned long long)row);
    }
    if (s == OK) snprintf(value, size, "%s", text);
    if (file_space >= 0) H5Sclose(file_space);
    if (memory_space >= 0) H5Sclose(memory_space);
    H5Tclose(type);
    H5Dclose(set);
    DELETE(text);
    return s;
}

bool h5_has_attr(struct h5 *f, const char *object, const char *name)
{
    bool there = (strcmp(object, "/") == 0 || h5_has(f, object)) &&
                 H5Aexists_by_name(f->id, object, name, H5P_DEFAULT) > 0;
    H5Eclear2(H5E_DEFAULT);
    return there;
}

static status open_attribute(struct h5 *f, const char *object, const char *name, hid_t *a)
{
    if (!h5_has_attr(f, object, name))
        return fail(BAD_INPUT, "%s: no attribute %s at %s", f->path, name, object);
    *a = H5Aopen_by_name(f->id, object, name, H5P_DEFAULT, H5P_DEFAULT);
    return *a < 0 ? h5_trouble(f, "open the attribute", name) : OK;
}

status h5_read_attr_string(struct h5 *f, const char *object, const char *name, char *value, size_t size)
{
    hid_t a;
    TRY(open_attribute(f, object, name, &a));
    status s = OK;
    if (!is_single(H5Aget_space(a)) || get_string(a, true, value, size) < 0) {
        H5Eclear2(H5E_DEFAULT);
        s = fail(BAD_INPUT, "%s: the attribute %s at %s is not a single string", f->path, name, object);
    }
    H5Aclose(a);
    return s;
}

status h5_read_attr(struct h5 *f, const char *object, const char *name, h5_type type, hsize_t count,
                    void *data)
{
    hid_t a;
    TRY(open_attribute(f, object, name, &a));
    hid_t space = H5Aget_space(a), found_type = H5Aget_type(a);
    hssize_t found = H5Sget_simple_extent_npoints(space);
    H5T_class_t class = H5Tget_class(found_type);
    status s = OK;
    if (found < 0 || (hsize_t)found != count || (class != H5T_INTEGER && class != H5T_FLOAT))
        s = fail(BAD_INPUT, "%s: the attribute %s at %s does not hold %llu numbers", f->path, name, object,
                 (unsigned long long)count);
    else if (H5Aread(a, h5_native(type), data) < 0)
        s = h5_trouble(f, "read the attribute", name);
    H5Tclose(found_type);
    H5Sclose(space);
    H5Aclose(a);
    return s;
}
