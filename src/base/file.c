/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

status file_begin(struct file_new *f, const char *path)
{
    f->stream = NULL;
    if (strlen(path) >= FILE_PATH_MAX) return fail(BAD_INPUT, "the path is too long: %s", path);
    snprintf(f->path, sizeof f->path, "%s", path);
    snprintf(f->temporary, sizeof f->temporary, "%s.tmp", path);
    f->stream = fopen(f->temporary, "w");
    if (!f->stream) return fail(FAILED, "cannot create %s: %s", f->temporary, strerror(errno));
    return OK;
}

static status sync_path(const char *path)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0) return fail(FAILED, "cannot open %s to make it durable: %s", path, strerror(errno));
    int failed = fsync(fd), reason = errno;
    close(fd);
    if (failed && reason != EINVAL)
        return fail(FAILED, "cannot write %s to disk: %s", path, strerror(reason));
    return OK;
}

static status sync_folder_of(const char *path)
{
    char folder[FILE_PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash == folder)
        folder[1] = '\0';
    else if (slash)
        *slash = '\0';
    else
        snprintf(folder, sizeof folder, ".");
    return sync_path(folder);
}

status file_publish(const char *temporary, const char *path)
{
    status s = sync_path(temporary);
    if (s == OK && rename(temporary, path) != 0)
        s = fail(FAILED, "cannot rename %s to %s: %s", temporary, path, strerror(errno));
    if (s != OK) {
        unlink(temporary);
        return s;
    }
    return sync_folder_of(path);
}

status file_commit(struct file_new *f)
{
    int failed = fflush(f->stream) != 0 || ferror(f->stream);
    int reason = errno;
    if (fclose(f->stream) != 0 && !failed) {
        failed = 1;
        reason = errno;
    }
    f->stream = NULL;
    if (failed) {
        unlink(f->temporary);
        return fail(FAILED, "cannot write %s: %s (the old file, if any, is untouched)", f->path,
                    strerror(reason ? reason : EIO));
    }
    return file_publish(f->temporary, f->path);
}

status file_write(const char *path, const char *text)
{
    struct file_new f;
    TRY(file_begin(&f, path));
    fputs(text, f.stream);
    return file_commit(&f);
}

void file_abandon(struct file_new *f)
{
    if (!f->stream) return;
    fclose(f->stream);
    f->stream = NULL;
    unlink(f->temporary);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

status file_make_folder(const char *path)
{
    char part[FILE_PATH_MAX];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part)
        return fail(BAD_INPUT, "the folder name is empty or too long: '%s'", path);
    memcpy(part, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (part[i] != '/' && part[i] != '\0') continue;
        char kept = part[i];
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return fail(FAILED, "cannot create the folder %s: %s", part, strerror(errno));
        part[i] = kept;
    }
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return fail(FAILED, "%s exists and is not a folder", path);
    return OK;
}

status file_join(char out[FILE_PATH_MAX], const char *folder, const char *name)
{
    int n = snprintf(out, FILE_PATH_MAX, "%s/%s", folder, name);
    if (n < 0 || n >= FILE_PATH_MAX) return fail(BAD_INPUT, "the path is too long: %s/%s", folder, name);
    return OK;
}

status file_read(const char *path, char **content, size_t *length)
{
    *content = NULL;
    *length = 0;
    FILE *in = fopen(path, "rb");
    if (!in) return fail(BAD_INPUT, "cannot open %s: %s", path, strerror(errno));
    size_t capacity = 0, n = 0, got = 1;
    status s = OK;
    while (s == OK && got > 0) {
        s = mem_grow((void **)content, &capacity, n + 65536, 1, path);
        if (s != OK) break;
        got = fread(*content + n, 1, capacity - n - 1, in);
        n += got;
    }
    if (s == OK && ferror(in)) s = fail(FAILED, "cannot read %s: %s", path, strerror(errno));
    fclose(in);
    if (s != OK) {
        DELETE(*content);
        return s;
    }
    (*content)[n] = '\0';
    *length = n;
    return OK;
}

static status copy_bytes(int in, int out, const char *path)
{
    char block[65536];
    for (;;) {
        ssize_t n = read(in, block, sizeof block);
        if (n < 0) return fail(FAILED, "cannot read for a copy to %s: %s", path, strerror(errno));
        if (n == 0) return OK;
        for (ssize_t done = 0; done < n;) {
            ssize_t m = write(out, block + done, (size_t)(n - done));
            if (m < 0) return fail(FAILED, "cannot write %s: %s", path, strerror(errno));
            done += m;
        }
    }
}

status file_copy(const char *from, const char *path)
{
    char temporary[FILE_PATH_MAX + 8];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    int in = open(from, O_RDONLY), out = -1;
    if (in < 0) return fail(FAILED, "cannot open %s: %s", from, strerror(errno));
    out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    status s = out < 0 ? fail(FAILED, "cannot write %s: %s", temporary, strerror(errno))
                       : copy_bytes(in, out, temporary);
    close(in);
    if (out >= 0 && close(out) != 0 && s == OK)
        s = fail(FAILED, "cannot write %s: %s", temporary, strerror(errno));
    if (s == OK) return file_publish(temporary, path);
    unlink(temporary);
    return s;
}
