/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/h5md_text.h"
#include "base/mem.h"

#include <string.h>

static status attach(struct h5 *f, const char *object, const char *name, hid_t type, hid_t space,
                     const void *data)
{
    hid_t a = H5Acreate_by_name(f->id, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool failed = a < 0 || H5Awrite(a, type, data) < 0;
    if (a >= 0) H5Aclose(a);
    H5Eclear2(H5E_DEFAULT);
    return failed ? fail(FAILED, "%s: cannot write the attribute %s of %s", f->path, name, object) : OK;
}

status h5md_attr_text(struct h5 *f, const char *object, const char *name, const char *value)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    status s = attach(f, object, name, type, space, &value);
    H5Sclose(space);
    H5Tclose(type);
    return s;
}

status h5md_attr_list(struct h5 *f, const char *object, const char *name, int n, const char *const *values)
{
    char packed[8][H5MD_TEXT] = {{0}};
    hsize_t shape[1] = {(hsize_t)n};
    if (n > 8) return fail(FAILED, "%s: more than 8 strings in the attribute %s", f->path, name);
    for (int k = 0; k < n; k++) memcpy(packed[k], values[k], strnlen(values[k], H5MD_TEXT));
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, shape, NULL);
    H5Tset_size(type, H5MD_TEXT);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    status s = attach(f, object, name, type, space, packed);
    H5Sclose(space);
    H5Tclose(type);
    return s;
}

static herr_t read_any(hid_t id, bool attribute, hid_t type, void *data)
{
    return attribute ? H5Aread(id, type, data) : H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
}

static bool get_variable(hid_t id, bool attribute, hid_t type, int n, char out[][H5MD_TEXT])
{
    char *text[64] = {0};
    if (n > 64 || read_any(id, attribute, type, text) < 0) return false;
    for (int k = 0; k < n; k++) {
        snprintf(out[k], H5MD_TEXT, "%s", text[k] ? text[k] : "");
        if (text[k]) H5free_memory(text[k]);
    }
    return true;
}

static bool get_fixed(hid_t id, bool attribute, hid_t type, int n, char out[][H5MD_TEXT])
{
    size_t size = H5Tget_size(type);
    char *packed = NULL;
    if (size == 0 || size > 65536 || NEW(packed, (size_t)n * size) != OK) return false;
    bool good = read_any(id, attribute, type, packed) >= 0;
    for (int k = 0; k < n && good; k++) {
        size_t length = strnlen(packed + (size_t)k * size, size);
        while (length > 0 && packed[(size_t)k * size + length - 1] == ' ')
            length--; /* space-padded Fortran */
        snprintf(out[k], H5MD_TEXT, "%.*s", (int)length, packed + (size_t)k * size);
    }
    DELETE(packed);
    return good;
}

status h5md_read_list(struct h5 *f, const char *object, const char *name, int most, char out[][H5MD_TEXT],
                      int *n)
{
    bool attribute = name != NULL, there = attribute ? h5_has_attr(f, object, name) : h5_has(f, object);
    hid_t id = !there      ? -1
               : attribute ? H5Aopen_by_name(f->id, object, name, H5P_DEFAULT, H5P_DEFAULT)
                           : H5Dopen2(f->id, object, H5P_DEFAULT);
    bool good = false;
    *n = 0;
    if (id >= 0) {
        hid_t type = attribute ? H5Aget_type(id) : H5Dget_type(id);
        hid_t space = attribute ? H5Aget_space(id) : H5Dget_space(id);
        hssize_t found = H5Sget_simple_extent_npoints(space);
        if (H5Tget_class(type) == H5T_STRING && found > 0 && found <= most) {
            *n = (int)found;
            good = H5Tis_variable_str(type) > 0 ? get_variable(id, attribute, type, *n, out)
                                                : get_fixed(id, attribute, type, *n, out);
        }
        H5Sclose(space);
        H5Tclose(type);
        attribute ? H5Aclose(id) : H5Dclose(id);
    }
    H5Eclear2(H5E_DEFAULT);
    if (good) return OK;
    return fail(BAD_INPUT, "%s: %s%s%s is not a list of 1 to %d strings", f->path, object, name ? "@" : "",
                name ? name : "", most);
}
