/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/member.h"
#include "base/mem.h"
#include "base/text.h"
#include "cmd/run_progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAIL = 4096 };

const char *member_state_name(enum member_state state)
{
    static const char *const names[MEMBER_STATES] = {"waiting", "running", "stopped",
                                                     "done",    "failed",  "died"};
    return names[state];
}

/* ---- files ---- */

static bool has_file(const char *folder, const char *name)
{
    char path[FILE_PATH_MAX];
    return file_join(path, folder, name) == OK && file_exists(path);
}

static char *whole_file(const char *folder, const char *name)
{
    char path[FILE_PATH_MAX], *text = NULL;
    size_t length;
    if (file_join(path, folder, name) != OK || !file_exists(path) || file_read(path, &text, &length) != OK)
        return NULL;
    return text;
}

/* The last line that ends and is not empty; "" if there is none. */
static void last_line(const char *folder, const char *name, char *line, size_t size)
{
    char path[FILE_PATH_MAX], text[TAIL + 1];
    line[0] = '\0';
    FILE *f = file_join(path, folder, name) == OK ? fopen(path, "rb") : NULL;
    if (!f) return;
    if (fseek(f, -TAIL, SEEK_END) != 0) rewind(f);
    size_t n = fread(text, 1, TAIL, f);
    fclose(f);
    while (n > 0 && text[n - 1] != '\n') n--;
    while (n > 0 && text[n - 1] == '\n') n--;
    text[n] = '\0';
    const char *start = strrchr(text, '\n');
    snprintf(line, size, "%.*s", (int)size - 1, start ? start + 1 : text);
}

/* ---- what they say ---- */

/* The value in the column of this name; NaN without one. */
static double column(const char *header, const char *line, const char *name)
{
    size_t n = strlen(name);
    for (;;) {
        size_t h = strcspn(header, ",\n"), l = strcspn(line, ",\n");
        if (h == n && strncmp(header, name, n) == 0) return *line ? strtod(line, NULL) : (double)NAN;
        if (header[h] != ',' || line[l] != ',') return NAN;
        header += h + 1;
        line += l + 1;
    }
}

static void look_at_thermo(struct member *m, const char *folder)
{
    char path[FILE_PATH_MAX], header[1024] = "", line[1024];
    m->T = m->P = m->energy = m->density = NAN;
    FILE *f = file_join(path, folder, "thermo.csv") == OK ? fopen(path, "r") : NULL;
    if (!f) return;
    char *got = fgets(header, sizeof header, f);
    fclose(f);
    last_line(folder, "thermo.csv", line, sizeof line);
    if (!got || strncmp(line, "step,", 5) == 0) return;
    m->T = column(header, line, "T");
    m->P = column(header, line, "P");
    m->energy = column(header, line, "potential_per_atom");
    m->density = column(header, line, "density");
    m->step = (int64_t)column(header, line, "step");
}

static void look_at_progress(struct member *m, const struct run_progress_seen *seen)
{
    bool living = seen->alive || (!seen->here && seen->age < MEMBER_SILENT);
    m->state = living ? MEMBER_RUNNING : MEMBER_DIED;
    if (seen->step > m->step) m->step = seen->step;
    m->total = seen->total;
    m->steps_per_s = seen->steps_per_s;
    m->left = living ? seen->left : (double)NAN;
    snprintf(m->stage, sizeof m->stage, "%s", seen->stage);
    if (living && !seen->here) snprintf(m->message, sizeof m->message, "on %s", seen->host);
    if (!living)
        snprintf(m->message, sizeof m->message, "process %ld on %s ended without a word (started %s)%s",
                 seen->pid, seen->host, seen->start, m->checkpoint ? "" : "; no checkpoint");
}

static void look_at_run(struct member *m, const char *json)
{
    char word[32];
    double steps = json_find_number(json, "steps"), total = json_find_number(json, "total_steps");
    json_find(json, "status", word, sizeof word);
    m->state = strcmp(word, "done") == 0      ? MEMBER_DONE
               : strcmp(word, "stopped") == 0 ? MEMBER_STOPPED
                                              : MEMBER_FAILED;
    m->step = isnan(steps) ? 0 : (int64_t)steps;
    m->total = isnan(total) ? 0 : (int64_t)total;
    m->steps_per_s = json_find_number(json, "steps_per_s");
    if (m->state == MEMBER_FAILED) json_find(json, "message", m->message, sizeof m->message);
}

void member_look(struct member *m, const char *folder)
{
    struct run_progress_seen seen;
    *m = (struct member){.steps_per_s = NAN, .left = NAN};
    look_at_thermo(m, folder);
    m->checkpoint = has_file(folder, "checkpoint.h5") || has_file(folder, "checkpoint-previous.h5");
    char *json = whole_file(folder, "run.json");
    if (run_progress_read(&seen, folder)) {
        look_at_progress(m, &seen);
    } else if (json) {
        look_at_run(m, json);
    } else if (m->checkpoint) {
        m->state = MEMBER_DIED;
    } else { /* refused before it began, or never started */
        last_line(folder, "log.txt", m->message, sizeof m->message);
        m->state = m->message[0] ? MEMBER_FAILED : MEMBER_WAITING;
    }
    DELETE(json);
    if (m->state == MEMBER_RUNNING && isnan(m->left) && m->steps_per_s > 0.0 && m->total > 0)
        m->left = (double)(m->total - m->step) / m->steps_per_s;
}
