/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/h5.h"
#include "base/h5_parts.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

hid_t h5_native(h5_type type)
{
    switch (type) {
    case H5_F64:
        return H5T_NATIVE_DOUBLE;
    case H5_F32:
        return H5T_NATIVE_FLOAT;
    case H5_I64:
        return H5T_NATIVE_INT64;
    case H5_I32:
        return H5T_NATIVE_INT32;
    case H5_U64:
        return H5T_NATIVE_UINT64;
    case H5_U8:
        return H5T_NATIVE_UINT8;
    }
    return H5I_INVALID_HID;
}

void h5_quiet(void)
{
    /* Everything is closed explicitly; HDF5's own clean-up at exit crashes on a file that a full disk kept
     * from closing. */
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* ---- errors: the innermost description of the HDF5 error stack is the useful one ---- */

static herr_t innermost(unsigned n, const H5E_error2_t *error, void *data)
{
    (void)n;
    char *text = data;
    if (error->desc && error->desc[0]) snprintf(text, 256, "%s", error->desc);
    return 0;
}

status h5_trouble(const struct h5 *f, const char *doing, const char *name)
{
    char reason[256] = "no reason given by HDF5";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, reason);
    H5Eclear2(H5E_DEFAULT);
    return fail(FAILED, "%s: cannot %s%s%s: %s", f->path, doing, name ? " " : "", name ? name : "", reason);
}

/* ---- files ---- */

static status set_path(struct h5 *f, const char *path)
{
    f->id = -1;
    f->temporary = false;
    if (strlen(path) + 8 >= FILE_PATH_MAX) return fail(BAD_INPUT, "the path is too long: %s", path);
    snprintf(f->path, sizeof f->path, "%s", path);
    return OK;
}

static void temporary_name(const struct h5 *f, char out[FILE_PATH_MAX])
{
    snprintf(out, FILE_PATH_MAX, "%.*s.tmp", FILE_PATH_MAX - 8, f->path);
}

status h5_begin(struct h5 *f, const char *path)
{
    TRY(set_path(f, path));
    char name[FILE_PATH_MAX];
    temporary_name(f, name);
    f->id = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (f->id < 0) return h5_trouble(f, "create the file", NULL);
    f->temporary = true;
    return OK;
}

static status open_with(struct h5 *f, const char *path, unsigned mode)
{
    TRY(set_path(f, path));
    if (access(path, F_OK) != 0) return fail(BAD_INPUT, "%s: no such file", path);
    htri_t is_hdf5 = H5Fis_hdf5(path);
    if (is_hdf5 <= 0) {
        H5Eclear2(H5E_DEFAULT);
        return fail(BAD_INPUT, "%s: not an HDF5 file, or its beginning is damaged", path);
    }
    f->id = H5Fopen(path, mode, H5P_DEFAULT);
    if (f->id < 0) {
        status s = h5_trouble(f, "open the file (truncated, damaged or in use?)", NULL);
        return s == FAILED ? BAD_INPUT : s;
    }
    return OK;
}

status h5_open_ro(struct h5 *f, const char *path)
{
    return open_with(f, path, H5F_ACC_RDONLY);
}

/* Metadata stay in memory until the next flush. HDF5 would write some of them whenever its cache is full, and
 * a process killed before the rest followed would leave a file that nobody can read. */
static status keep_metadata(struct h5 *f)
{
    H5AC_cache_config_t c = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
    if (H5Fget_mdc_config(f->id, &c) < 0) return h5_trouble(f, "ask how metadata are kept", NULL);
    c.incr_mode = H5C_incr__off;
    c.flash_incr_mode = H5C_flash_incr__off;
    c.decr_mode = H5C_decr__off;
    c.evictions_enabled = false;
    return H5Fset_mdc_config(f->id, &c) < 0 ? h5_trouble(f, "keep metadata in memory", NULL) : OK;
}

/* A process killed in the middle of a flush may leave index entries of chunks beyond the end that the file
 * states. They are harmless once the stated end lies behind everything that was ever written: chunks are
 * written again where they are, new ones come after them. */
static status mend_end(struct h5 *f)
{
    haddr_t stated;
    hsize_t size;
    if (H5Fget_eoa(f->id, &stated) < 0 || H5Fget_filesize(f->id, &size) < 0)
        return h5_trouble(f, "find the end of the file", NULL);
    if (size <= stated) return OK;
    return H5Fincrement_filesize(f->id, 1 << 20) < 0 ? h5_trouble(f, "mend the end of the file", NULL) : OK;
}

status h5_open_rw(struct h5 *f, const char *path)
{
    TRY(open_with(f, path, H5F_ACC_RDWR));
    TRY(keep_metadata(f));
    return mend_end(f);
}

status h5_close(struct h5 *f)
{
    if (f->id <= 0) return OK;
    herr_t closed = H5Fclose(f->id);
    f->id = -1;
    if (f->temporary) {
        char name[FILE_PATH_MAX];
        temporary_name(f, name);
        unlink(name);
        f->temporary = false;
        return OK;
    }
    return closed < 0 ? h5_trouble(f, "close the file (disk full?)", NULL) : OK;
}

status h5_commit(struct h5 *f)
{
    char name[FILE_PATH_MAX];
    temporary_name(f, name);
    if (H5Fflush(f->id, H5F_SCOPE_GLOBAL) < 0 || H5Fclose(f->id) < 0) {
        status s = h5_trouble(f, "write the file (disk full?)", NULL);
        h5_close(f);
        unlink(name);
        return s;
    }
    f->id = -1;
    f->temporary = false;
    return file_publish(name, f->path);
}

status h5_flush(struct h5 *f)
{
    int *descriptor = NULL;
    if (H5Fflush(f->id, H5F_SCOPE_GLOBAL) < 0) return h5_trouble(f, "flush the file (disk full?)", NULL);
    if (H5Fget_vfd_handle(f->id, H5P_DEFAULT, (void **)&descriptor) < 0 || !descriptor)
        return h5_trouble(f, "find the descriptor of the file", NULL);
    return fsync(*descriptor) == 0 ? OK
                                   : fail(FAILED, "%s: cannot sync the file: %s", f->path, strerror(errno));
}

/* ---- writing ---- */

static hid_t make_groups(void)
{
    hid_t p = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(p, 1);
    return p;
}

static status create_and_write(struct h5 *f, const char *name, hid_t type, hid_t space, hid_t creation,
                               const void *data)
{
    hid_t links = make_groups();
    hid_t set = H5Dcreate2(f->id, name, type, space, links, creation, H5P_DEFAULT);
    status s = OK;
    if (set < 0 || (data && H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0))
        s = h5_trouble(f, "write", name);
    if (set >= 0 && H5Dclose(set) < 0 && s == OK) s = h5_trouble(f, "write", name);
    H5Pclose(links);
    return s;
}

status h5_write(struct h5 *f, const char *name, h5_type type, int rank, const hsize_t *shape,
                const void *data)
{
    hid_t space = rank ? H5Screate_simple(rank, shape, NULL) : H5Screate(H5S_SCALAR);
    status s = create_and_write(f, name, h5_native(type), space, H5P_DEFAULT, data);
    H5Sclose(space);
    return s;
}

/* Chunks of at most about 1 MB: rows of the first axis, or pieces of a row when a row is larger. */
static void choose_chunk(int rank, const hsize_t *shape, size_t size, hsize_t *chunk)
{
    hsize_t bytes = size;
    for (int i = rank - 1; i >= 0; i--) {
        hsize_t room = (1u << 20) / bytes;
        chunk[i] = shape[i] < room ? shape[i] : room;
        if (chunk[i] == 0) chunk[i] = 1;
        bytes *= chunk[i];
    }
}

static void set_deflate(hid_t creation)
{
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, 4);
}

status h5_write_deflated(struct h5 *f, const char *name, h5_type type, int rank, const hsize_t *shape,
                         const void *data)
{
    hsize_t chunk[H5S_MAX_RANK];
    for (int i = 0; i < rank; i++)
        if (shape[i] == 0) return h5_write(f, name, type, rank, shape, NULL);
    choose_chunk(rank, shape, H5Tget_size(h5_native(type)), chunk);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, rank, chunk);
    set_deflate(creation);
    hid_t space = H5Screate_simple(rank, shape, NULL);
    status s = create_and_write(f, name, h5_native(type), space, creation, data);
    H5Sclose(space);
    H5Pclose(creation);
    return s;
}

status h5_write_scalar(struct h5 *f, const char *name, h5_type type, const void *value)
{
    return h5_write(f, name, type, 0, NULL, value);
}

static hid_t string_type(size_t size)
{
    hid_t t = H5Tcopy(H5T_C_S1);
    H5Tset_size(t, size ? size : 1);
    H5Tset_strpad(t, H5T_STR_NULLPAD);
    return t;
}

status h5_write_string(struct h5 *f, const char *name, const char *value)
{
    hid_t type = string_type(strlen(value)), space = H5Screate(H5S_SCALAR);
    status s = create_and_write(f, name, type, space, H5P_DEFAULT, value);
    H5Sclose(space);
    H5Tclose(type);
    return s;
}

status h5_write_strings(struct h5 *f, const char *name, size_t n, const char *const *values)
{
    size_t size = 1;
    for (size_t i = 0; i < n; i++)
        if (strlen(values[i]) > size) size = strlen(values[i]);
    char *packed = NULL;
    TRY(NEW(packed, n * size));
    for (size_t i = 0; i < n; i++) memcpy(packed + i * size, values[i], strlen(values[i]));
    hsize_t shape[1] = {n};
    hid_t type = string_type(size), space = H5Screate_simple(1, shape, NULL);
    status s = create_and_write(f, name, type, space, H5P_DEFAULT, packed);
    H5Sclose(space);
    H5Tclose(type);
    DELETE(packed);
    return s;
}

status h5_make_group(struct h5 *f, const char *name)
{
    hid_t links = make_groups(), group = H5Gcreate2(f->id, name, links, H5P_DEFAULT, H5P_DEFAULT);
    H5Pclose(links);
    if (group < 0) return h5_trouble(f, "make the group", name);
    H5Gclose(group);
    return OK;
}

status h5_link(struct h5 *f, const char *existing, const char *name)
{
    hid_t links = make_groups();
    herr_t e = H5Lcreate_hard(f->id, existing, f->id, name, links, H5P_DEFAULT);
    H5Pclose(links);
    return e < 0 ? h5_trouble(f, "link", name) : OK;
}

static status write_attribute(struct h5 *f, const char *object, const char *name, hid_t type, hid_t space,
                              const void *data)
{
    if (H5Aexists_by_name(f->id, object, name, H5P_DEFAULT) > 0)
        H5Adelete_by_name(f->id, object, name, H5P_DEFAULT);
    hid_t a = H5Acreate_by_name(f->id, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    status s = a < 0 || H5Awrite(a, type, data) < 0 ? h5_trouble(f, "write the attribute", name) : OK;
    if (a >= 0) H5Aclose(a);
    return s;
}

status h5_attr_string(struct h5 *f, const char *object, const char *name, const char *value)
{
    hid_t type = string_type(strlen(value)), space = H5Screate(H5S_SCALAR);
    status s = write_attribute(f, object, name, type, space, value);
    H5Sclose(space);
    H5Tclose(type);
    return s;
}

status h5_attr(struct h5 *f, const char *object, const char *name, h5_type type, hsize_t count,
               const void *data)
{
    hid_t space = count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, NULL);
    status s = write_attribute(f, object, name, h5_native(type), space, data);
    H5Sclose(space);
    return s;
}

status h5_series(struct h5 *f, const char *name, h5_type type, int rank, const hsize_t *item_shape,
                 hsize_t chunk_items, bool deflate)
{
    hsize_t shape[H5S_MAX_RANK] = {0}, most[H5S_MAX_RANK], chunk[H5S_MAX_RANK];
    most[0] = H5S_UNLIMITED;
    chunk[0] = chunk_items ? chunk_items : 1;
    for (int i = 1; i < rank; i++) shape[i] = most[i] = chunk[i] = item_shape[i - 1];
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, shape, most);
    H5Pset_chunk(creation, rank, chunk);
    if (deflate) set_deflate(creation);
    status s = create_and_write(f, name, h5_native(type), space, creation, NULL);
    H5Sclose(space);
    H5Pclose(creation);
    return s;
}

herr_t h5_select_rows(hid_t set, hsize_t first, hsize_t count, hid_t *file_space, hid_t *memory_space)
{
    hsize_t shape[H5S_MAX_RANK], start[H5S_MAX_RANK] = {0};
    *file_space = H5Dget_space(set);
    int rank = H5Sget_simple_extent_dims(*file_space, shape, NULL);
    *memory_space = -1;
    if (rank < 1 || first + count > shape[0]) return -1;
    start[0] = first;
    shape[0] = count;
    *memory_space = H5Screate_simple(rank, shape, NULL);
    return H5Sselect_hyperslab(*file_space, H5S_SELECT_SET, start, NULL, shape, NULL);
}

static herr_t set_rows(hid_t set, hsize_t rows)
{
    hsize_t shape[H5S_MAX_RANK];
    hid_t space = H5Dget_space(set);
    H5Sget_simple_extent_dims(space, shape, NULL);
    H5Sclose(space);
    shape[0] = rows;
    return H5Dset_extent(set, shape);
}

static hsize_t count_rows(hid_t set)
{
    hsize_t shape[H5S_MAX_RANK] = {0};
    hid_t space = H5Dget_space(set);
    H5Sget_simple_extent_dims(space, shape, NULL);
    H5Sclose(space);
    return shape[0];
}

status h5_append(struct h5 *f, const char *name, h5_type type, hsize_t count, const void *data)
{
    hid_t set = H5Dopen2(f->id, name, H5P_DEFAULT), file_space = -1, memory_space = -1;
    status s = OK;
    if (set < 0) return h5_trouble(f, "append to", name);
    hsize_t rows = count_rows(set);
    if (set_rows(set, rows + count) < 0 || h5_select_rows(set, rows, count, &file_space, &memory_space) < 0 ||
        H5Dwrite(set, h5_native(type), memory_space, file_space, H5P_DEFAULT, data) < 0)
        s = h5_trouble(f, "append to", name);
    if (file_space >= 0) H5Sclose(file_space);
    if (memory_space >= 0) H5Sclose(memory_space);
    if (H5Dclose(set) < 0 && s == OK) s = h5_trouble(f, "append to", name);
    return s;
}

status h5_truncate(struct h5 *f, const char *name, hsize_t count)
{
    hid_t set = H5Dopen2(f->id, name, H5P_DEFAULT);
    if (set < 0) return h5_trouble(f, "shorten", name);
    status s = OK;
    if (count_rows(set) < count)
        s = fail(FAILED, "%s: %s has %llu entries, %llu were expected", f->path, name,
                 (unsigned long long)count_rows(set), (unsigned long long)count);
    else if (set_rows(set, count) < 0)
        s = h5_trouble(f, "shorten", name);
    H5Dclose(set);
    return s;
}
