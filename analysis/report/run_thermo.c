/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/run_thermo.h"
#include "base/file.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[THERMO_COLUMNS] = {
    "time", "T_target", "T", "P", "density", "potential_per_atom", "total_per_atom", "P_target"};

struct columns { /* where things stand in a line; −1: nowhere */
    int place[THERMO_COLUMNS], stage, units, n;
};

static char *next_field(char **line)
{
    char *start = *line;
    if (!start) return NULL;
    char *end = start + strcspn(start, ",\r\n");
    *line = *end == ',' ? end + 1 : NULL;
    *end = '\0';
    return start;
}

static status stage_number(struct run_thermo *t, const char *word, int32_t *number)
{
    for (int i = t->stages - 1; i >= 0; i--)
        if (strncmp(t->stage[i], word, RUN_NAME - 1) == 0) {
            *number = i;
            return OK;
        }
    if (t->stages == RUN_STAGES) return fail(BAD_INPUT, "more than %d stages", RUN_STAGES);
    *number = t->stages;
    snprintf(t->stage[t->stages++], RUN_NAME, "%s", word);
    return OK;
}

static status read_units(struct run_thermo *t, const char *word)
{
    if (strcmp(word, "lj") != 0 && strcmp(word, "metal") != 0)
        return fail(BAD_INPUT, "units '%s' in line %lld; lj or metal was expected", word,
                    (long long)t->rows + 2);
    snprintf(t->units, sizeof t->units, "%s", word);
    return OK;
}

static status read_row(struct run_thermo *t, char *line, const struct columns *c)
{
    int64_t row = t->rows;
    for (int i = THERMO_NEEDED; i < THERMO_COLUMNS; i++) t->column[i][row] = (double)NAN;
    for (int k = 0; k < c->n && line; k++) {
        char *field = next_field(&line);
        if (k == c->stage) TRY(stage_number(t, field, &t->stage_of[row]));
        if (k == c->units) TRY(read_units(t, field));
        for (int i = 0; i < THERMO_COLUMNS; i++)
            if (c->place[i] == k) t->column[i][row] = strtod(field, NULL);
    }
    t->rows++;
    return OK;
}

static status read_head(struct columns *c, char *head)
{
    char *field;
    *c = (struct columns){.stage = -1, .units = -1};
    for (int i = 0; i < THERMO_COLUMNS; i++) c->place[i] = -1;
    for (; (field = next_field(&head)); c->n++) {
        if (strcmp(field, "stage") == 0) c->stage = c->n;
        if (strcmp(field, "units") == 0) c->units = c->n;
        for (int i = 0; i < THERMO_COLUMNS; i++)
            if (strcmp(field, names[i]) == 0) c->place[i] = c->n;
    }
    for (int i = 0; i < THERMO_NEEDED; i++)
        if (c->place[i] < 0) return fail(BAD_INPUT, "no column %s in the first line", names[i]);
    return OK;
}

status run_thermo_read(struct run_thermo *t, const char *path)
{
    char *content = NULL;
    size_t length, lines = 0;
    struct columns c;
    status s = OK;
    *t = (struct run_thermo){.units = "lj"};
    TRY(file_read(path, &content, &length));
    for (size_t i = 0; i < length; i++) lines += content[i] == '\n';
    for (int i = 0; i < THERMO_COLUMNS; i++) GUARD(NEW(t->column[i], lines + 1));
    GUARD(NEW(t->stage_of, lines + 1));
    char *line = content, *end = strchr(content, '\n');
    if (end) *end = '\0';
    GUARD(read_head(&c, line));
    for (line = end ? end + 1 : NULL; line && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        GUARD(read_row(t, line, &c));
    }
done:
    DELETE(content);
    if (s == OK) return OK;
    run_thermo_free(t);
    return status_context(s, "%s", path);
}

void run_thermo_free(struct run_thermo *t)
{
    for (int i = 0; i < THERMO_COLUMNS; i++) DELETE(t->column[i]);
    DELETE(t->stage_of);
    t->rows = 0;
}

int64_t run_thermo_mean(const struct run_thermo *t, int column, double from, double to, double *mean,
                        double *sd)
{
    double sum = 0.0, square = 0.0;
    int64_t n = 0;
    for (int64_t i = 0; i < t->rows; i++) {
        double time = t->column[THERMO_TIME][i];
        if (time < from || time > to) continue;
        sum += t->column[column][i];
        n++;
    }
    *mean = n ? sum / (double)n : (double)NAN;
    for (int64_t i = 0; i < t->rows; i++) {
        double time = t->column[THERMO_TIME][i], d = t->column[column][i] - *mean;
        if (time >= from && time <= to) square += d * d;
    }
    *sd = n > 1 ? sqrt(square / (double)(n - 1)) : (double)NAN;
    return n;
}
