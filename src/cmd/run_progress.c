/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/run_progress.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char file_name[] = "progress.json";

/* When the process began, in ticks since boot (field 22 of /proc/PID/stat); -1 if there is no such process or
 * no /proc. */
static int64_t process_start(long pid)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f) return -1;
    size_t n = fread(line, 1, sizeof line - 1, f);
    fclose(f);
    line[n] = '\0';
    char *at = strrchr(line, ')'); /* the name before it may hold anything */
    for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
    return at ? strtoll(at, NULL, 10) : -1;
}

static void host_name(char *out, size_t size)
{
    if (gethostname(out, size) != 0) snprintf(out, size, "unknown");
    out[size - 1] = '\0';
}

/* ---- reading ---- */

bool run_progress_read(struct run_progress_seen *seen, const char *folder)
{
    char path[FILE_PATH_MAX], host[128], *text = NULL;
    size_t length;
    struct stat info;
    *seen = (struct run_progress_seen){.steps_per_s = NAN, .left = NAN};
    if (file_join(path, folder, file_name) != OK || stat(path, &info) != 0) return false;
    if (file_read(path, &text, &length) != OK) return false;
    double pid = json_find_number(text, "pid"), ticks = json_find_number(text, "process_start");
    double step = json_find_number(text, "step"), total = json_find_number(text, "total_steps");
    json_find(text, "host", seen->host, sizeof seen->host);
    json_find(text, "start", seen->start, sizeof seen->start);
    json_find(text, "stage", seen->stage, sizeof seen->stage);
    seen->steps_per_s = json_find_number(text, "steps_per_s");
    seen->left = json_find_number(text, "seconds_left");
    DELETE(text);
    seen->pid = isnan(pid) ? 0 : (long)pid;
    seen->step = isnan(step) ? 0 : (int64_t)step;
    seen->total = isnan(total) ? 0 : (int64_t)total;
    seen->age = difftime(time(NULL), info.st_mtime);
    host_name(host, sizeof host);
    seen->here = strcmp(host, seen->host) == 0;
    bool exists = seen->pid > 0 && (kill((pid_t)seen->pid, 0) == 0 || errno == EPERM);
    bool same = isnan(ticks) || ticks < 0.0 || process_start(seen->pid) == (int64_t)ticks;
    seen->alive = seen->here && exists && same;
    return true;
}

/* ---- writing ---- */

static void write_file(struct run_progress *p, int64_t step, const char *stage)
{
    char host[128], temporary[FILE_PATH_MAX + 8];
    double elapsed = clock_now() - p->began;
    host_name(host, sizeof host);
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_integer(&j, "pid", (int64_t)getpid());
    json_string(&j, "host", host);
    json_integer(&j, "process_start", process_start((long)getpid()));
    json_string(&j, "start", p->start);
    json_integer(&j, "step", step);
    json_integer(&j, "total_steps", p->total);
    json_number(&j, "steps_per_s", elapsed > 1.0 ? (double)(step - p->first_step) / elapsed : (double)NAN);
    json_number(&j, "seconds_left", p->left);
    json_string(&j, "stage", stage);
    json_close(&j);
    text_add(&j.text, "\n");
    snprintf(temporary, sizeof temporary, "%s.tmp", p->path);
    FILE *f = j.text.out_of_memory ? NULL : fopen(temporary, "w");
    if (f) {
        bool fine = fputs(j.text.s, f) >= 0;
        if (fclose(f) != 0 || !fine || rename(temporary, p->path) != 0) unlink(temporary);
    }
    json_free(&j);
}

status run_progress_begin(struct run_progress *p, const char *folder)
{
    struct run_progress_seen other;
    *p = (struct run_progress){.began = clock_now(), .left = NAN};
    if (run_progress_read(&other, folder) && other.alive)
        return fail(BAD_INPUT,
                    "process %ld has been at work in %s since %s; stop it first (kill -TERM %ld, or touch "
                    "%s/stop)",
                    other.pid, folder, other.start, other.pid, folder);
    TRY(file_join(p->path, folder, file_name));
    clock_iso(p->start);
    p->active = true;
    p->written = p->began;
    write_file(p, 0, "");
    return OK;
}

void run_progress_total(struct run_progress *p, int64_t first_step, int64_t total)
{
    p->first_step = first_step;
    p->total = total;
    p->began = clock_now();
}

void run_progress_show(struct run_progress *p, int64_t step, const char *stage)
{
    double now = clock_now();
    if (!p->active || now - p->written < 1.0) return;
    p->written = now;
    write_file(p, step, stage);
}

void run_progress_end(struct run_progress *p)
{
    if (p->active) unlink(p->path);
    p->active = false;
}
