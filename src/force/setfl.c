/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/setfl.h"
#include "base/mem.h"
#include "base/text.h"
#include "force/setfl_spline.h"
#include "system/lines.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ELEMENTS_MAX = 64, LEAST_ROWS = 5 };

/* The file as it is. */
struct tables {
    struct lines l;
    enum setfl_kind kind;
    char comment[160];
    int n;
    char name[ELEMENTS_MAX][SPECIES_NAME];
    double mass[ELEMENTS_MAX];
    int64_t nrho, nr;
    double drho, dr, cutoff;
    double *memory, *embedding, *density, *pair; /* in the order of the file */
};

/* ---- numbers ---- */

/* Fortran's exponents, too: 1.5D-3, 1.5-103. */
static status number(const struct lines *l, const char *word, const char *what, double *value)
{
    char *end, mended[64];
    if (word[strspn(word, "0123456789+-.eEdD")])
        return lines_fail(l, "found '%.40s', expected a number for %s", word, what);
    double v = strtod(word, &end);
    if (*end && end > word && strlen(word) < sizeof mended - 2) {
        snprintf(mended, sizeof mended, "%.*sE%s", (int)(end - word), word,
                 end + (*end == 'D' || *end == 'd' ? 1 : 0));
        v = strtod(mended, &end);
    }
    if (end == word || *end) return lines_fail(l, "found '%.40s', expected a number for %s", word, what);
    if (!isfinite(v)) return lines_fail(l, "%s: '%.40s' is too large", what, word);
    *value = v;
    return OK;
}

static char *next_word(char **at)
{
    char *s = *at;
    while (isspace((unsigned char)*s)) s++;
    char *word = *s ? s : NULL;
    while (*s && !isspace((unsigned char)*s)) s++;
    if (*s) *s++ = '\0';
    *at = s;
    return word;
}

static status read_table(struct lines *l, const char *what, int64_t n, double *out)
{
    for (int64_t i = 0; i < n;) {
        if (!lines_next(l)) {
            TRY(lines_state(l));
            return lines_fail(l, "the file ends here, after %lld of the %lld numbers of %s (truncated?)",
                              (long long)i, (long long)n, what);
        }
        char *at = l->line, *word;
        while ((word = next_word(&at)) != NULL) {
            if (i == n)
                return lines_fail(l,
                                  "more than the %lld numbers of %s: '%.40s' is left over; every table "
                                  "begins on a new line",
                                  (long long)n, what, word);
            TRY(number(l, word, what, &out[i]));
            i++;
        }
    }
    return OK;
}

/* ---- the head ---- */

static status read_comments(struct tables *t)
{
    for (int i = 0; i < 3; i++) {
        TRY(lines_need(&t->l, "a comment (three lines of it)"));
        if (i == 0) snprintf(t->comment, sizeof t->comment, "%s", t->l.line);
        const char *units = strstr(t->l.line, "UNITS:");
        if (!units) continue;
        units += strlen("UNITS:");
        units += strspn(units, " \t");
        if (strncmp(units, "metal", 5) != 0)
            return lines_fail(&t->l, "the file is in units '%.16s', expected metal (eV, angstrom)", units);
    }
    return OK;
}

static status read_elements(struct tables *t)
{
    char *words[ELEMENTS_MAX + 2];
    int64_t n = 0;
    TRY(lines_need(&t->l, "the number and names of the elements, e.g. `2 Cu Zr`"));
    int found = lines_words(t->l.line, words, ELEMENTS_MAX + 2);
    if (found < 2) return lines_fail(&t->l, "expected the number and names of the elements, e.g. `2 Cu Zr`");
    TRY(lines_int(&t->l, words[0], "the number of elements", 1, ELEMENTS_MAX, &n));
    if (found != n + 1)
        return lines_fail(&t->l, "announces %lld elements, but %d names follow", (long long)n, found - 1);
    t->n = (int)n;
    for (int i = 0; i < t->n; i++) {
        if (strlen(words[i + 1]) >= SPECIES_NAME)
            return lines_fail(&t->l, "the element name '%.40s' has more than %d letters", words[i + 1],
                              SPECIES_NAME - 1);
        for (int k = 0; k < i; k++)
            if (strcmp(t->name[k], words[i + 1]) == 0)
                return lines_fail(&t->l, "the element %s is there twice", words[i + 1]);
        memcpy(t->name[i], words[i + 1], strlen(words[i + 1]) + 1);
    }
    return OK;
}

static status read_sizes(struct tables *t)
{
    const struct lines *l = &t->l;
    char *words[6];
    double *const to[3] = {&t->drho, &t->dr, &t->cutoff};
    static const char *const what[3] = {"drho", "dr", "the cutoff"};
    TRY(lines_need(&t->l, "`nrho drho nr dr cutoff`"));
    if (lines_words(t->l.line, words, 6) != 5)
        return lines_fail(l, "expected the five numbers `nrho drho nr dr cutoff`");
    int64_t most = l->size / 2 + 1; /* a digit and a blank each */
    TRY(lines_int(l, words[0], "nrho", LEAST_ROWS, most, &t->nrho));
    TRY(lines_int(l, words[2], "nr", LEAST_ROWS, most, &t->nr));
    for (int k = 0; k < 3; k++) {
        TRY(number(l, words[k == 2 ? 4 : 2 * k + 1], what[k], to[k]));
        if (!(*to[k] > 0.0)) return lines_fail(l, "%s is %g, expected a number > 0", what[k], *to[k]);
    }
    return OK;
}

/* ---- alloy or fs ---- */

static int64_t numbers_of(const struct tables *t, enum setfl_kind kind)
{
    int64_t n = t->n, densities = kind == SETFL_FS ? n * n : n;
    return n * t->nrho + (densities + n * (n + 1) / 2) * t->nr;
}

/* Words to the end of the file, less those of the element lines. The reader is left where it was. */
static status count_numbers(struct tables *t, int64_t *count)
{
    struct lines *l = &t->l;
    int64_t offset = -1, first = l->number + 1;
    *count = 0;
    while (lines_next(l)) {
        if (offset < 0) offset = l->start;
        bool inside = false;
        for (const char *s = l->line; *s; s++) {
            bool blank = isspace((unsigned char)*s) != 0;
            *count += !blank && !inside;
            inside = !blank;
        }
    }
    TRY(lines_state(l));
    *count -= (int64_t)4 * t->n;
    if (offset < 0) return lines_fail(l, "the file ends here, where the tables were expected");
    return lines_seek(l, offset, first);
}

/* Read as the kind whose count is nearer; what is missing or left over is then found at its line. */
static status decide_kind(struct tables *t, enum setfl_kind wanted, int64_t *count)
{
    TRY(count_numbers(t, count));
    int64_t alloy = numbers_of(t, SETFL_ALLOY), fs = numbers_of(t, SETFL_FS);
    t->kind = wanted != SETFL_AUTO                         ? wanted
              : llabs(*count - fs) < llabs(*count - alloy) ? SETFL_FS
                                                           : SETFL_ALLOY;
    int64_t expected = t->kind == SETFL_FS ? fs : alloy;
    if (expected > t->l.size / 2 + 1)
        return fail(
            BAD_INPUT,
            "%s: its %d elements with nrho = %lld and nr = %lld need %lld numbers (eam/alloy) or %lld "
            "(eam/fs); it has about %lld (truncated?)",
            t->l.path, t->n, (long long)t->nrho, (long long)t->nr, (long long)alloy, (long long)fs,
            (long long)*count);
    return OK;
}

static status explain(status s, const struct tables *t, int64_t count)
{
    if (s != BAD_INPUT) return s;
    char message[1024];
    snprintf(message, sizeof message, "%s", status_message());
    return fail(s, "%s [read as eam/%s: eam/alloy has %lld numbers, eam/fs %lld, this file about %lld]",
                message, t->kind == SETFL_FS ? "fs" : "alloy", (long long)numbers_of(t, SETFL_ALLOY),
                (long long)numbers_of(t, SETFL_FS), (long long)count);
}

/* ---- the tables ---- */

static status read_element_line(struct tables *t, int i)
{
    char *words[8], what[64];
    int64_t z;
    snprintf(what, sizeof what, "the line `Z mass a lattice` of %s", t->name[i]);
    do TRY(lines_need(&t->l, what));
    while (t->l.line[strspn(t->l.line, " \t")] == '\0');
    if (lines_words(t->l.line, words, 8) < 2) return lines_fail(&t->l, "expected %s", what);
    TRY(lines_int(&t->l, words[0], what, 0, 1000, &z));
    TRY(number(&t->l, words[1], what, &t->mass[i]));
    if (!(t->mass[i] > 0.0))
        return lines_fail(&t->l, "the mass of %s is %g, expected a number > 0", t->name[i], t->mass[i]);
    return OK;
}

static status read_tables(struct tables *t)
{
    char what[64];
    int hosts = t->kind == SETFL_FS ? t->n : 1;
    double *density = t->density, *pair = t->pair;
    for (int i = 0; i < t->n; i++) {
        TRY(read_element_line(t, i));
        snprintf(what, sizeof what, "F(rho) of %s", t->name[i]);
        TRY(read_table(&t->l, what, t->nrho, t->embedding + i * t->nrho));
        for (int k = 0; k < hosts; k++, density += t->nr) {
            snprintf(what, sizeof what, hosts > 1 ? "the density of %s at %s" : "the density of %s",
                     t->name[i], t->name[k]);
            TRY(read_table(&t->l, what, t->nr, density));
        }
    }
    for (int i = 0; i < t->n; i++)
        for (int k = 0; k <= i; k++, pair += t->nr) {
            snprintf(what, sizeof what, "r phi(r) of %s-%s", t->name[i], t->name[k]);
            TRY(read_table(&t->l, what, t->nr, pair));
        }
    while (lines_next(&t->l))
        if (t->l.line[strspn(t->l.line, " \t")])
            return lines_fail(&t->l, "'%.40s' after the last table: more numbers than nrho and nr say",
                              t->l.line);
    return lines_state(&t->l);
}

static status read_file(struct tables *t, const char *path, enum setfl_kind kind)
{
    status s = OK;
    int64_t count = 0;
    TRY(lines_open(&t->l, path));
    GUARD(read_comments(t));
    GUARD(read_elements(t));
    GUARD(read_sizes(t));
    GUARD(decide_kind(t, kind, &count));
    int64_t all = numbers_of(t, t->kind), densities = t->kind == SETFL_FS ? t->n * t->n : t->n;
    GUARD(NEW(t->memory, (size_t)all));
    t->embedding = t->memory;
    t->density = t->embedding + t->n * t->nrho;
    t->pair = t->density + densities * t->nr;
    s = explain(read_tables(t), t, count);
done:
    lines_close(&t->l);
    return s;
}

/* ---- the functions ---- */

static double pair(const struct eam_functions *f, int a, int b, double r, double *derivative)
{
    const struct setfl *t = f->data;
    *derivative = 0.0;
    if (r >= f->pair_range[a][b]) return 0.0;
    double slope, value = spline_value(t->pair[a][b], t->nr, t->dr, r, &slope) / r;
    *derivative = (slope - value) / r;
    return value;
}

static double density(const struct eam_functions *f, int a, int b, double r, double *derivative)
{
    const struct setfl *t = f->data;
    *derivative = 0.0;
    if (r >= f->density_range[a][b]) return 0.0;
    return spline_value(t->density[a][b], t->nr, t->dr, r, derivative);
}

static double embedding(const struct eam_functions *f, int a, double rho, double *derivative)
{
    const struct setfl *t = f->data;
    double value = spline_value(t->embedding[a], t->nrho, t->drho, rho, derivative);
    return value + *derivative * fmax(rho - f->density_most[a], 0.0);
}

static void release(struct eam_functions *f)
{
    DELETE(f->file->memory);
    DELETE(f->file);
}

/* ---- from the file to the functions ---- */

static status choose(const struct tables *t, const char *elements, struct species *species,
                     int from[SPECIES_MAX])
{
    const char *names[ELEMENTS_MAX];
    char known[ELEMENTS_MAX * (SPECIES_NAME + 2)] = "", word[64];
    for (int i = 0; i < t->n; i++) {
        names[i] = t->name[i];
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "", t->name[i]);
    }
    bool all = !elements || !*elements;
    const char *at = all ? known : elements;
    for (at += strspn(at, ", \t"); *at; at += strspn(at, ", \t")) {
        size_t length = strcspn(at, ", \t");
        int k = 0;
        snprintf(word, sizeof word, "%.*s", length < sizeof word ? (int)length : (int)sizeof word - 1, at);
        at += length;
        while (k < t->n && strcmp(t->name[k], word) != 0) k++;
        if (k == t->n) {
            const char *near = text_nearest(word, names, (size_t)t->n);
            return fail(BAD_INPUT, "%s has no element '%s'%s%s%s; it has %s", t->l.path, word,
                        near ? "; did you mean " : "", near ? near : "", near ? "?" : "", known);
        }
        if (species_find(species, word) >= 0)
            return fail(BAD_INPUT, "the element %s is asked for twice", word);
        if (species->count == SPECIES_MAX)
            return fail(BAD_INPUT, "%s: more than %d elements; name those you need (it has %s)", t->l.path,
                        SPECIES_MAX, known);
        memcpy(species->name[species->count], t->name[k], SPECIES_NAME);
        species->mass[species->count] = t->mass[k];
        from[species->count++] = k;
    }
    return species->count > 0 ? OK : fail(BAD_INPUT, "%s: no element is named; it has %s", t->l.path, known);
}

static status check_core(const struct tables *t, int64_t node, const char *what, int a, int b)
{
    if ((double)node * t->dr < 0.5 * t->cutoff && node < t->nr - 1) return OK;
    return fail(BAD_INPUT, "%s: the table of %s for %s and %s has no sound numbers below half the cutoff",
                t->l.path, what, t->name[a], t->name[b]);
}

/* A table that does not end at 0 goes on to the cutoff; LAMMPS would do so with its last value. */
static status check_end(const struct tables *t, double range, const char *what, int a, int b)
{
    double reach = (double)t->nr * t->dr;
    if (range <= reach * (1.0 + 1e-6)) return OK;
    return fail(BAD_INPUT, "%s: the table of %s for %s and %s ends at %g, before the cutoff %g, and not at 0",
                t->l.path, what, t->name[a], t->name[b], reach, t->cutoff);
}

static status spline_densities(const struct tables *t, struct eam_functions *f, const int from[SPECIES_MAX],
                               spline_rows *rows)
{
    struct setfl *s = f->file;
    int n = f->species.count, hosts = t->kind == SETFL_FS ? n : 1;
    for (int b = 0; b < n; b++)
        for (int a = 0; a < n; a++) {
            if (a < hosts) {
                int table = t->kind == SETFL_FS ? from[b] * t->n + from[a] : from[b];
                const double *values = t->density + table * t->nr;
                spline_make(values, t->nr, *rows);
                int64_t core = spline_density_core(values, t->nr, *rows);
                TRY(check_core(t, core, "the density", from[b], from[a]));
                f->core = fmax(f->core, (double)core * t->dr);
                s->density[a][b] = *rows;
                *rows += t->nr;
            } else {
                s->density[a][b] = s->density[0][b];
            }
            double unused, range = spline_range(s->density[a][b], t->nr, t->dr, t->cutoff);
            f->density_range[a][b] = range;
            s->density_end[a][b] = fabs(density(f, a, b, nextafter(range, 0.0), &unused));
            TRY(check_end(t, range, "the density", from[b], from[a]));
        }
    return OK;
}

static status spline_pairs(const struct tables *t, struct eam_functions *f, const int from[SPECIES_MAX],
                           spline_rows *rows)
{
    struct setfl *s = f->file;
    for (int a = 0; a < f->species.count; a++)
        for (int b = 0; b <= a; b++, *rows += t->nr) {
            int high = from[a] > from[b] ? from[a] : from[b], low = from[a] + from[b] - high;
            const double *values = t->pair + (high * (high + 1) / 2 + low) * t->nr;
            spline_make(values, t->nr, *rows);
            int64_t core = spline_pair_core(values, t->nr, t->dr, *rows);
            TRY(check_core(t, core, "r phi", high, low));
            f->core = fmax(f->core, (double)core * t->dr);
            s->pair[a][b] = s->pair[b][a] = *rows;
            double unused, range = spline_range(*rows, t->nr, t->dr, t->cutoff);
            f->pair_range[a][b] = f->pair_range[b][a] = range;
            s->pair_end[a][b] = s->pair_end[b][a] = fabs(pair(f, a, b, nextafter(range, 0.0), &unused));
            TRY(check_end(t, range, "r phi", high, low));
        }
    return OK;
}

static void summarise(const struct tables *t, struct eam_functions *f)
{
    struct setfl *s = f->file;
    char names[SPECIES_MAX * (SPECIES_NAME + 1)] = "";
    for (int a = 0; a < f->species.count; a++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", a ? "-" : "",
                 f->species.name[a]);
    snprintf(s->comment, sizeof s->comment, "%s", t->comment);
    snprintf(s->summary, sizeof s->summary,
             "eam/%s tables of %s, %lld densities to %g, %lld distances to %g angstrom, smooth core below %g "
             "angstrom",
             t->n == 1             ? "alloy or eam/fs (one element: the same)"
             : t->kind == SETFL_FS ? "fs"
                                   : "alloy",
             names, (long long)t->nrho, (double)(t->nrho - 1) * t->drho, (long long)t->nr, t->cutoff,
             f->core);
}

static status make_functions(const struct tables *t, const char *elements, struct eam_functions *f)
{
    int from[SPECIES_MAX] = {0};
    struct species species = {0};
    TRY(choose(t, elements, &species, from));
    *f = (struct eam_functions){.species = species, .pair = pair, .density = density, .embedding = embedding};
    TRY(NEW(f->file, 1));
    f->release = release;
    f->data = f->file;
    struct setfl *s = f->file;
    s->kind = t->kind;
    s->nrho = t->nrho, s->drho = t->drho, s->nr = t->nr, s->dr = t->dr, s->cutoff = t->cutoff;
    int64_t n = species.count, tables = (t->kind == SETFL_FS ? n * n : n) + n * (n + 1) / 2;
    TRY(NEW(s->memory, (size_t)(4 * (n * t->nrho + tables * t->nr))));
    spline_rows rows = (spline_rows)s->memory;
    for (int a = 0; a < species.count; a++, rows += t->nrho) {
        s->embedding[a] = rows;
        spline_make(t->embedding + from[a] * t->nrho, t->nrho, rows);
        f->density_most[a] = (double)(t->nrho - 1) * t->drho;
    }
    TRY(spline_densities(t, f, from, &rows));
    TRY(spline_pairs(t, f, from, &rows));
    summarise(t, f);
    return OK;
}

status setfl_read(const char *path, const char *elements, enum setfl_kind kind, struct eam_functions *f)
{
    struct tables *t = NULL;
    status s = OK;
    *f = (struct eam_functions){0};
    GUARD(NEW(t, 1));
    GUARD(read_file(t, path, kind));
    s = make_functions(t, elements, f);
done:
    if (s != OK) eam_functions_free(f);
    if (t) DELETE(t->memory);
    DELETE(t);
    return s;
}
