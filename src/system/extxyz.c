/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/extxyz.h"
#include "base/mem.h"
#include "base/text.h"
#include "system/elements.h"
#include "system/lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { COLUMNS_MAX = 128, SHORTEST_ATOM = 8 /* "A 0 0 0\n" */, FIELDS = 6 };
enum field { SPECIES, POSITION, ID, VELOCITY, IMAGE, FORCE };

struct frame {
    int64_t offset, line;
};

struct xyz {
    struct lines l;
    struct frame *frame;
    size_t capacity;
    int64_t frames;
};

struct columns {
    int n, at[FIELDS]; /* first column of each field, -1: absent */
};

static const struct {
    const char *name;
    enum field field;
    char type;
    int width;
} properties[] = {{"species", SPECIES, 'S', 1},
                  {"element", SPECIES, 'S', 1},
                  {"pos", POSITION, 'R', 3},
                  {"position", POSITION, 'R', 3},
                  {"id", ID, 'I', 1},
                  {"velo", VELOCITY, 'R', 3},
                  {"vel", VELOCITY, 'R', 3},
                  {"velocity", VELOCITY, 'R', 3},
                  {"velocities", VELOCITY, 'R', 3},
                  {"image", IMAGE, 'I', 3},
                  {"forces", FORCE, 'R', 3},
                  {"force", FORCE, 'R', 3}};
enum { PROPERTIES = sizeof properties / sizeof *properties };

/* ---- the index ---- */

static status make_index(struct xyz *x)
{
    struct lines *l = &x->l;
    while (lines_next(l)) {
        if (l->line[strspn(l->line, " \t")] == '\0') continue;
        int64_t atoms;
        char *word[2];
        TRY(GROW(x->frame, x->capacity, (size_t)x->frames + 1));
        x->frame[x->frames++] = (struct frame){l->start, l->number};
        if (lines_words(l->line, word, 2) != 1)
            return lines_fail(l, "expected the number of atoms alone on this line");
        TRY(lines_count(l, word[0], SHORTEST_ATOM, &atoms));
        TRY(lines_need(l, "the comment line of a frame"));
        for (int64_t i = 0; i < atoms; i++) TRY(lines_need(l, "an atom"));
    }
    TRY(lines_state(l));
    return x->frames ? OK : lines_fail(l, "no frame in this file");
}

static void xyz_close(void *state)
{
    struct xyz *x = state;
    lines_close(&x->l);
    DELETE(x->frame);
    DELETE(x);
}

static status xyz_open(void **state, const char *path, int64_t *frames)
{
    struct xyz *x = NULL;
    TRY(NEW(x, 1));
    status s;
    GUARD(lines_open(&x->l, path));
    GUARD(make_index(x));
    *frames = x->frames;
    *state = x;
    return OK;
done:
    xyz_close(x);
    return s;
}

/* ---- the comment line ---- */

static char closing_of(char c)
{
    return c == '"' || c == '\'' ? c : c == '[' ? ']' : c == '{' ? '}' : '\0';
}

/* Cut the next key=value (or bare key: value NULL) out of the line at *p; false at its end. */
static bool next_pair(char **p, char **key, char **value)
{
    char *q = *p;
    q += strspn(q, " \t");
    if (!*q) return false;
    *key = q;
    *value = NULL;
    q += strcspn(q, "= \t");
    char stop = *q;
    if (stop) *q++ = '\0';
    if (stop == '=') {
        char closing = closing_of(*q);
        *value = closing ? ++q : q;
        char opening = closing ? q[-1] : '\0';
        for (int depth = 1; *q && (closing || !isspace((unsigned char)*q)); q++) {
            if (closing && *q == closing && --depth == 0) break;
            if (closing && closing != opening && *q == opening) depth++; /* [[1, 0, 0], …] */
        }
        if (*q) *q++ = '\0';
    }
    *p = q;
    return true;
}

static status read_numbers(const struct lines *l, char *value, const char *what, int n, double *numbers)
{
    char *word[16];
    for (char *p = value; *p; p++)
        if (*p == ',' || *p == '[' || *p == ']') *p = ' ';
    int found = lines_words(value, word, 16);
    if (found != n) return lines_fail(l, "%s wants %d numbers, found %d", what, n, found);
    for (int k = 0; k < n; k++) TRY(lines_double(l, word[k], what, &numbers[k]));
    return OK;
}

static status read_periodic(const struct lines *l, char *value, bool periodic[3])
{
    char *word[4];
    for (char *p = value; *p; p++)
        if (*p == ',') *p = ' ';
    int n = lines_words(value, word, 4);
    for (int k = 0; k < 3 && n == 3; k++) {
        if (!strchr("TtFf10", word[k][0])) n = 0;
        periodic[k] = strchr("Tt1", word[k][0]) != NULL;
    }
    return n == 3 ? OK : lines_fail(l, "pbc wants three of T and F, as in pbc=\"T T F\"");
}

static status read_properties(const struct lines *l, char *value, struct columns *m)
{
    *m = (struct columns){.at = {-1, -1, -1, -1, -1, -1}};
    for (char *p = value, *rest = NULL; p; p = rest) {
        char *part[3] = {p, NULL, NULL};
        for (int k = 1; k < 3; k++) {
            char *colon = strchr(part[k - 1], ':');
            if (!colon) return lines_fail(l, "Properties wants triples name:type:columns, as in pos:R:3");
            *colon = '\0';
            part[k] = colon + 1;
        }
        rest = strchr(part[2], ':');
        if (rest) *rest++ = '\0';
        int64_t width;
        TRY(lines_int(l, part[2], "the number of columns in Properties", 1, COLUMNS_MAX, &width));
        for (int k = 0; k < PROPERTIES; k++) {
            if (strcasecmp(part[0], properties[k].name) != 0) continue;
            int *at = &m->at[properties[k].field];
            if (part[1][0] != properties[k].type || width != properties[k].width)
                return lines_fail(l, "Properties says %s:%s:%s, expected %s:%c:%d", part[0], part[1], part[2],
                                  part[0], properties[k].type, properties[k].width);
            if (*at >= 0) return lines_fail(l, "Properties has two columns for %s", part[0]);
            *at = m->n;
        }
        m->n += (int)width;
        if (m->n > COLUMNS_MAX) return lines_fail(l, "Properties has more than %d columns", COLUMNS_MAX);
    }
    return m->at[SPECIES] >= 0 && m->at[POSITION] >= 0
               ? OK
               : lines_fail(l, "Properties lacks species:S:1 or pos:R:3");
}

static status read_masses(const struct lines *l, char *value, struct config *c)
{
    char *word[SPECIES_MAX + 1];
    int n = lines_words(value, word, SPECIES_MAX + 1);
    for (int k = 0; k < n; k++) {
        int32_t type;
        char *colon = strchr(word[k], ':');
        if (!colon) return lines_fail(l, "species_masses wants pairs name:mass, as in \"A:2 B:1\"");
        *colon = '\0';
        if (elements_add(&c->species, word[k], &type) != OK) return lines_fail(l, "%s", status_message());
        TRY(lines_double(l, colon + 1, "a mass", &c->species.mass[type]));
        if (c->species.mass[type] < 0.0) return lines_fail(l, "a mass must be positive, found %s", colon + 1);
    }
    return OK;
}

static status read_key(const struct lines *l, const char *key, char *value, struct config *c,
                       struct columns *m, bool *lattice)
{
    if (strcasecmp(key, "Lattice") == 0) {
        *lattice = true;
        return read_numbers(l, value, "Lattice", 9, &c->box.h[0][0]);
    }
    if (strcasecmp(key, "Properties") == 0) return read_properties(l, value, m);
    if (strcasecmp(key, "pbc") == 0) return read_periodic(l, value, c->box.periodic);
    if (strcasecmp(key, "Origin") == 0 || strcasecmp(key, "Lattice_origin") == 0)
        return read_numbers(l, value, "Origin", 3, c->box.origin);
    if (strcasecmp(key, "Time") == 0) return lines_double(l, value, "Time", &c->time);
    if (strcasecmp(key, "Step") == 0 || strcasecmp(key, "Timestep") == 0)
        return lines_int(l, value, "Step", 0, INT64_MAX, &c->step);
    if (strcasecmp(key, "species_masses") == 0) return read_masses(l, value, c);
    if (strcasecmp(key, "units") == 0 && config_set_units(c, value) != OK)
        return lines_fail(l, "%s", status_message());
    return OK;
}

static status read_comment(struct lines *l, struct config *c, struct columns *m)
{
    bool lattice = false;
    char usual[] = "species:S:1:pos:R:3", *p = l->line, *key, *value;
    c->box = box_orthogonal(1, 1, 1);
    c->species = (struct species){0};
    c->time = 0.0;
    c->step = 0;
    TRY(read_properties(l, usual, m));
    while (next_pair(&p, &key, &value))
        if (value) TRY(read_key(l, key, value, c, m, &lattice));
    if (!lattice)
        return lines_fail(l,
                          "no cell: extended XYZ wants Lattice=\"ax ay az bx by bz cx cy cz\" in this line");
    return OK;
}

/* ---- the atoms ---- */

static status read_vector(const struct lines *l, char **word, const char *what, double *v)
{
    for (int k = 0; k < 3; k++) TRY(lines_double(l, word[k], what, &v[k]));
    return OK;
}

static status read_atom(struct lines *l, const struct columns *m, struct config *c, int64_t i)
{
    char *word[COLUMNS_MAX + 1];
    int64_t n;
    TRY(lines_need(l, "an atom"));
    int columns = lines_words(l->line, word, COLUMNS_MAX + 1);
    if (columns != m->n) return lines_fail(l, "found %d columns, Properties promises %d", columns, m->n);
    if (elements_add(&c->species, word[m->at[SPECIES]], &c->type[i]) != OK)
        return lines_fail(l, "%s", status_message());
    TRY(read_vector(l, word + m->at[POSITION], "a position", &c->x[3 * i]));
    c->id[i] = (uint64_t)i + 1;
    if (m->at[ID] >= 0) {
        TRY(lines_int(l, word[m->at[ID]], "an id", 0, INT64_MAX, &n));
        c->id[i] = (uint64_t)n;
    }
    if (c->v) TRY(read_vector(l, word + m->at[VELOCITY], "a velocity", &c->v[3 * i]));
    if (c->f) TRY(read_vector(l, word + m->at[FORCE], "a force", &c->f[3 * i]));
    for (int k = 0; k < 3 && c->image; k++) {
        TRY(lines_int(l, word[m->at[IMAGE] + k], "an image number", INT32_MIN / 2, INT32_MAX / 2, &n));
        c->image[3 * i + k] = (int32_t)n;
    }
    return OK;
}

static status xyz_read(void *state, int64_t k, struct config *c)
{
    struct xyz *x = state;
    struct lines *l = &x->l;
    struct columns m = {0};
    int64_t atoms;
    char *word[1];
    TRY(lines_seek(l, x->frame[k].offset, x->frame[k].line));
    TRY(lines_need(l, "the number of atoms"));
    lines_words(l->line, word, 1);
    TRY(lines_count(l, word[0], SHORTEST_ATOM, &atoms));
    TRY(lines_need(l, "the comment line of a frame"));
    TRY(read_comment(l, c, &m));
    unsigned fields = (m.at[VELOCITY] >= 0 ? CONFIG_VELOCITY : 0u) | (m.at[IMAGE] >= 0 ? CONFIG_IMAGE : 0u) |
                      (m.at[FORCE] >= 0 ? CONFIG_FORCE : 0u);
    TRY(config_allocate(c, atoms, fields));
    for (int64_t i = 0; i < atoms; i++) TRY(read_atom(l, &m, c, i));
    return OK;
}

/* A whole number alone on the first line, something on the second. */
static bool xyz_sniff(const char *head, size_t length)
{
    (void)length;
    const char *p = head + strspn(head, " \t\r\n");
    size_t digits = strspn(p, "0123456789");
    p += digits;
    p += strspn(p, " \t\r");
    return digits > 0 && *p == '\n' && p[1] != '\0';
}

/* ---- writing ---- */

static void write_vector(FILE *out, const double *v)
{
    fprintf(out, " %.17g %.17g %.17g", v[0], v[1], v[2]);
}

static void write_comment(FILE *out, const struct config *c, bool image)
{
    const struct box *b = &c->box;
    fputs("Lattice=\"", out);
    for (int k = 0; k < 9; k++) fprintf(out, "%s%.17g", k ? " " : "", b->h[k / 3][k % 3]);
    fprintf(out, "\" Properties=species:S:1:pos:R:3:id:I:1%s%s%s Time=%.17g Step=%lld",
            c->v ? ":velo:R:3" : "", image ? ":image:I:3" : "", c->f ? ":forces:R:3" : "", c->time,
            (long long)c->step);
    fprintf(out, " pbc=\"%c %c %c\"", b->periodic[0] ? 'T' : 'F', b->periodic[1] ? 'T' : 'F',
            b->periodic[2] ? 'T' : 'F');
    if (b->origin[0] != 0.0 || b->origin[1] != 0.0 || b->origin[2] != 0.0)
        fprintf(out, " Origin=\"%.17g %.17g %.17g\"", b->origin[0], b->origin[1], b->origin[2]);
    if (c->units[0]) fprintf(out, " units=%s", c->units);
    fputs(" species_masses=\"", out);
    for (int k = 0; k < c->species.count; k++)
        fprintf(out, "%s%s:%.17g", k ? " " : "", c->species.name[k], c->species.mass[k]);
    fputs("\"\n", out);
}

static status xyz_write(FILE *out, const struct config *c)
{
    bool image = c->image && (c->v || !c->f);
    fprintf(out, "%lld\n", (long long)c->atoms);
    write_comment(out, c, image);
    for (int64_t i = 0; i < c->atoms; i++) {
        fputs(c->species.name[c->type[i]], out);
        write_vector(out, &c->x[3 * i]);
        fprintf(out, " %llu", (unsigned long long)c->id[i]);
        if (c->v) write_vector(out, &c->v[3 * i]);
        if (image) fprintf(out, " %d %d %d", c->image[3 * i], c->image[3 * i + 1], c->image[3 * i + 2]);
        if (c->f) write_vector(out, &c->f[3 * i]);
        fputc('\n', out);
    }
    return OK;
}

const struct format format_extxyz = {.name = "extended XYZ",
                                     .endings = {".xyz", ".extxyz"},
                                     .many = true,
                                     .sniff = xyz_sniff,
                                     .open = xyz_open,
                                     .read = xyz_read,
                                     .close = xyz_close,
                                     .write = xyz_write};
