/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/observer.h"
#include "base/file.h"
#include "base/h5.h"
#include "base/log.h"
#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- when ---- */

static int64_t log_step(int64_t per_decade, int64_t k)
{
    return llround(pow(10.0, (double)k / (double)per_decade));
}

/* The first k whose step lies after `steps` since the begin. */
static int64_t log_index(int64_t per_decade, int64_t steps)
{
    int64_t k = steps > 1 ? (int64_t)(log10((double)steps) * (double)per_decade) - 1 : 0;
    if (k < 0) k = 0;
    while (log_step(per_decade, k) <= steps) k++;
    return k;
}

int64_t observer_next(const struct observer *o, int64_t now)
{
    int64_t next = INT64_MAX, since = now - o->first_step;
    if (!o->active) return INT64_MAX;
    if (o->every > 0) next = o->first_step + (since / o->every + 1) * o->every;
    if (o->per_decade > 0) {
        int64_t log = o->first_step + log_step(o->per_decade, log_index(o->per_decade, since));
        if (log < next) next = log;
    }
    return next;
}

bool observer_is_due(const struct observer *o, int64_t step)
{
    return o->active && step > o->first_step && observer_next(o, step - 1) == step;
}

int64_t observer_last_due(const struct observer *o, int64_t step)
{
    int64_t since = step - o->first_step, last = 0;
    if (o->every > 0) last = since / o->every * o->every;
    if (o->per_decade > 0) {
        int64_t k = log_index(o->per_decade, since), log = k > 0 ? log_step(o->per_decade, k - 1) : 0;
        if (log > last) last = log;
    }
    return o->first_step + last;
}

int64_t observer_count(int64_t every, int64_t per_decade, int64_t steps)
{
    int64_t n = every > 0 ? steps / every : 0, before = 0;
    for (int64_t k = 0; per_decade > 0 && log_step(per_decade, k) <= steps; k++) {
        int64_t at = log_step(per_decade, k);
        n += at != before && (every == 0 || at % every != 0);
        before = at;
    }
    return n;
}

/* ---- streams ---- */

status observer_move_aside(status how, const char *path, int64_t resume_step, bool *fresh)
{
    char reason[1024], aside[FILE_PATH_MAX + 64];
    struct h5 f = {.id = -1};
    *fresh = false;
    if (how == OK) return OK;
    snprintf(reason, sizeof reason, "%s", status_message());
    bool readable = h5_open_ro(&f, path) == OK;
    h5_close(&f);
    if (how == BAD_INPUT && readable) return fail(how, "%s", reason); /* a good file, but not of this run */
    snprintf(aside, sizeof aside, "%s.unreadable-%lld", path, (long long)resume_step);
    if (rename(path, aside) != 0)
        return fail(FAILED, "%s; and it cannot be renamed to %s: %s", reason, aside, strerror(errno));
    log_warning("%s. It was moved aside to %s: frames up to step %lld are only there, if they can be saved; "
                "a new file "
                "takes the frames that follow",
                reason, aside, (long long)resume_step);
    *fresh = true;
    return OK;
}

void observer_check_last(const struct observer *o, const char *path, int64_t last_step, int64_t expected)
{
    if (expected > o->first_step && last_step < expected)
        log_warning(
            "%s ends at step %lld although frames up to step %lld were recorded: the frames between are lost",
            path, last_step == INT64_MIN ? (long long)o->first_step : (long long)last_step,
            (long long)expected);
}

static void safe_name(const char *path, char out[FILE_PATH_MAX + 8])
{
    snprintf(out, FILE_PATH_MAX + 8, "%s.safe", path);
}

status observer_keep(const char *path)
{
    char safe[FILE_PATH_MAX + 8];
    safe_name(path, safe);
    return file_copy(path, safe);
}

/* The copy stays: a second kill may come before the next flush. */
status observer_recover(const char *path)
{
    char safe[FILE_PATH_MAX + 8];
    safe_name(path, safe);
    if (file_exists(safe)) return file_copy(safe, path);
    return file_exists(path) ? file_copy(path, safe) : OK;
}

void observer_drop(const char *path)
{
    char safe[FILE_PATH_MAX + 8];
    safe_name(path, safe);
    unlink(safe);
}

/* Keep the header and the lines up to `step`. */
static status cut_back(const char *path, int64_t step)
{
    char *content = NULL;
    size_t length;
    struct file_new f;
    TRY(file_read(path, &content, &length));
    status s = file_begin(&f, path);
    if (s == OK) {
        for (char *line = content; *line;) {
            char *end = strchr(line, '\n');
            if (!end) break; /* a half-written line */
            if (!isdigit((unsigned char)*line) || strtoll(line, NULL, 10) <= step)
                fwrite(line, 1, (size_t)(end - line) + 1, f.stream);
            line = end + 1;
        }
        s = file_commit(&f);
    }
    DELETE(content);
    return s;
}

status observer_open_lines(FILE **stream, const char *path, const char *header, int64_t resume_step)
{
    if (resume_step >= 0 && file_exists(path)) TRY(cut_back(path, resume_step));
    *stream = fopen(path, resume_step >= 0 ? "a" : "w");
    if (!*stream) return fail(FAILED, "cannot write %s: %s", path, strerror(errno));
    if (resume_step < 0 || ftell(*stream) == 0) fputs(header, *stream);
    return OK;
}

status observer_flush_lines(FILE *stream, const char *path)
{
    if (stream && (fflush(stream) != 0 || fsync(fileno(stream)) != 0))
        return fail(FAILED, "cannot write %s: %s", path, strerror(errno));
    return OK;
}
