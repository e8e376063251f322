/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/lammps_dump.h"
#include "base/mem.h"
#include "system/elements.h"
#include "system/lammps_data.h"
#include "system/lines.h"

#include <math.h>
#include <string.h>

enum { COLUMNS_MAX = 128, SHORTEST_ATOM = 10 /* "1 1 0 0 0\n" */ };

struct frame {
    int64_t offset, line, atoms;
    char units[8];
};

struct dump {
    struct lines l;
    struct frame *frame;
    size_t capacity;
    int64_t frames;
};

/* What a column means; POSITION to FORCE are followed by their y and z. */
enum column {
    SKIP,
    ID,
    TYPE,
    ELEMENT,
    MASS,
    X,
    XS = X + 3,
    XU = XS + 3,
    XSU = XU + 3,
    IX = XSU + 3,
    VX = IX + 3,
    FX = VX + 3,
    COLUMN_KINDS = FX + 3
};
static const char *const column_name[COLUMN_KINDS] = {
    "",   "id",  "type", "element", "mass", "x",  "y",  "z",  "xs", "ys", "zs", "xu", "yu",
    "zu", "xsu", "ysu",  "zsu",     "ix",   "iy", "iz", "vx", "vy", "vz", "fx", "fy", "fz"};

struct columns {
    int n;
    enum column kind[COLUMNS_MAX];
    int at[COLUMN_KINDS]; /* the column of each kind, -1: absent */
    enum column position; /* X, XS, XU or XSU */
};

/* ---- the index ---- */

static const char *item(const char *line)
{
    if (strncmp(line, "ITEM:", 5) != 0) return NULL;
    line += 5;
    return line + strspn(line, " ");
}

static bool starts(const char *text, const char *word)
{
    return text && strncmp(text, word, strlen(word)) == 0;
}

static status add_frame(struct dump *d, const char *units)
{
    TRY(GROW(d->frame, d->capacity, (size_t)d->frames + 1));
    struct frame *f = &d->frame[d->frames++];
    *f = (struct frame){.offset = d->l.start, .line = d->l.number, .atoms = -1};
    memcpy(f->units, units, sizeof f->units);
    return OK;
}

static status index_item(struct dump *d, const char *what, bool *open)
{
    struct lines *l = &d->l;
    struct frame *f = d->frames ? &d->frame[d->frames - 1] : NULL;
    if (starts(what, "UNITS")) {
        struct config c = {0};
        TRY(lines_need(l, "the units"));
        if (config_set_units(&c, l->line) != OK) return lines_fail(l, "%s", status_message());
        memcpy(f->units, c.units, sizeof f->units);
    } else if (starts(what, "NUMBER OF ATOMS")) {
        TRY(lines_need(l, "the number of atoms"));
        TRY(lines_count(l, l->line, SHORTEST_ATOM, &f->atoms));
    } else if (starts(what, "BOX BOUNDS")) {
        for (int k = 0; k < 3; k++) TRY(lines_need(l, "three lines of BOX BOUNDS"));
    } else if (starts(what, "ATOMS")) {
        if (f->atoms < 0) return lines_fail(l, "ITEM: ATOMS before ITEM: NUMBER OF ATOMS");
        for (int64_t i = 0; i < f->atoms; i++) TRY(lines_need(l, "an atom"));
        *open = false;
    } else {
        TRY(lines_need(l, "a value"));
    }
    return OK;
}

static status make_index(struct dump *d)
{
    bool open = false;
    char units[8] = "";
    while (lines_next(&d->l)) {
        const char *what = item(d->l.line);
        if (!what && d->l.line[0] == '\0') continue;
        if (!what) return lines_fail(&d->l, "found '%.40s', expected 'ITEM: …'", d->l.line);
        if (!open) TRY(add_frame(d, units));
        open = true;
        TRY(index_item(d, what, &open));
        memcpy(units, d->frame[d->frames - 1].units, sizeof units);
    }
    TRY(lines_state(&d->l));
    if (open) return lines_fail(&d->l, "the last frame has no atoms (truncated?)");
    return OK;
}

static void dump_close(void *state)
{
    struct dump *d = state;
    lines_close(&d->l);
    DELETE(d->frame);
    DELETE(d);
}

static status dump_open(void **state, const char *path, int64_t *frames)
{
    struct dump *d = NULL;
    TRY(NEW(d, 1));
    status s;
    GUARD(lines_open(&d->l, path));
    GUARD(make_index(d));
    *frames = d->frames;
    *state = d;
    return OK;
done:
    dump_close(d);
    return s;
}

/* ---- the cell ---- */

static status read_bound_rows(struct lines *l, int columns, double row[3][4])
{
    for (int k = 0; k < 3; k++) {
        char *word[5];
        TRY(lines_need(l, "three lines of BOX BOUNDS"));
        if (lines_words(l->line, word, 5) != columns)
            return lines_fail(l, "BOX BOUNDS wants %d numbers here", columns);
        for (int j = 0; j < columns; j++) TRY(lines_double(l, word[j], "a bound of the cell", &row[k][j]));
    }
    return OK;
}

/* words after "BOX BOUNDS": [abc origin | xy xz yz] pp pp pp; dumps of old versions have none. */
static status read_box(struct lines *l, char *rest, struct box *b)
{
    char *word[8];
    int n = lines_words(rest, word, 8), skip = 0;
    bool vectors = n >= 2 && strcmp(word[0], "abc") == 0, tilted = n >= 3 && strcmp(word[0], "xy") == 0;
    double row[3][4] = {{0}};
    skip = vectors ? 2 : tilted ? 3 : 0;
    if (n != skip + 3 && n != skip)
        return lines_fail(l, "BOX BOUNDS wants three boundary codes such as 'pp pp ff'");
    *b = box_orthogonal(1, 1, 1);
    for (int k = 0; k < 3 && n > skip; k++) b->periodic[k] = strcmp(word[skip + k], "pp") == 0;
    TRY(read_bound_rows(l, vectors ? 4 : tilted ? 3 : 2, row));
    if (vectors) {
        for (int k = 0; k < 3; k++) {
            memcpy(b->h[k], row[k], sizeof b->h[k]);
            b->origin[k] = row[k][3];
        }
        return OK;
    }
    double xy = row[0][2], xz = row[1][2], yz = row[2][2];
    if (tilted) {
        row[0][0] -= fmin(fmin(0.0, xy), fmin(xz, xy + xz));
        row[0][1] -= fmax(fmax(0.0, xy), fmax(xz, xy + xz));
        row[1][0] -= fmin(0.0, yz);
        row[1][1] -= fmax(0.0, yz);
    }
    for (int k = 0; k < 3; k++) {
        if (!(row[k][1] > row[k][0]))
            return lines_fail(l, "BOX BOUNDS: the upper bound is not above the lower");
        b->origin[k] = row[k][0];
        b->h[k][k] = row[k][1] - row[k][0];
    }
    b->h[1][0] = xy;
    b->h[2][0] = xz;
    b->h[2][1] = yz;
    return OK;
}

/* ---- the atoms ---- */

static bool has_vector(const struct columns *m, int first)
{
    return m->at[first] >= 0 && m->at[first + 1] >= 0 && m->at[first + 2] >= 0;
}

static status read_columns(const struct lines *l, char *names, struct columns *m)
{
    char *word[COLUMNS_MAX + 1];
    m->n = lines_words(names, word, COLUMNS_MAX + 1);
    if (m->n > COLUMNS_MAX) return lines_fail(l, "more than %d columns", COLUMNS_MAX);
    for (int k = 0; k < COLUMN_KINDS; k++) m->at[k] = -1;
    for (int i = 0; i < m->n; i++) {
        m->kind[i] = SKIP;
        for (int k = ID; k < COLUMN_KINDS; k++) {
            if (strcmp(word[i], column_name[k]) != 0) continue;
            if (m->at[k] >= 0) return lines_fail(l, "the column %s comes twice", word[i]);
            m->kind[i] = (enum column)k;
            m->at[k] = i;
        }
    }
    static const enum column order[] = {X, XU, XS, XSU};
    m->position = SKIP;
    for (int k = 0; k < 4 && m->position == SKIP; k++)
        if (has_vector(m, order[k])) m->position = order[k];
    if (m->at[ID] < 0)
        return lines_fail(l, "no column id (dump_modify cannot add it: write the dump with id)");
    if (m->at[TYPE] < 0 && m->at[ELEMENT] < 0) return lines_fail(l, "no column type or element");
    if (m->position == SKIP) return lines_fail(l, "no positions: x y z, xs ys zs, xu yu zu or xsu ysu zsu");
    return OK;
}

static status read_species(const struct lines *l, const struct columns *m, char **word, struct config *c,
                           int64_t i)
{
    struct species *s = &c->species;
    int64_t type = 0;
    const char *name = m->at[ELEMENT] >= 0 ? word[m->at[ELEMENT]] : NULL;
    if (m->at[TYPE] >= 0) {
        TRY(lines_int(l, word[m->at[TYPE]], "the atom type", 1, SPECIES_MAX, &type));
        c->type[i] = (int32_t)(type - 1);
        if (type > s->count) s->count = (int)type;
        char *known = s->name[type - 1];
        if (name && strlen(name) >= SPECIES_NAME)
            return lines_fail(l, "the element '%.40s' is too long a name", name);
        if (name && !known[0]) memcpy(known, name, strlen(name));
        if (name && strcmp(name, known) != 0)
            return lines_fail(l, "atoms of type %lld are called both %s and %s", (long long)type, known,
                              name);
    } else if (elements_add(s, name, &c->type[i]) != OK) {
        return lines_fail(l, "%s", status_message());
    }
    double *mass = &s->mass[c->type[i]], found;
    if (m->at[MASS] < 0) return OK;
    TRY(lines_double(l, word[m->at[MASS]], "a mass", &found));
    if (*mass == 0.0) *mass = found;
    if (!(found > 0.0) || *mass != found)
        return lines_fail(l, "found the mass %g in a species of mass %g", found, *mass);
    return OK;
}

static status read_vector(const struct lines *l, const struct columns *m, char **word, int first, double *v)
{
    for (int k = 0; k < 3; k++)
        TRY(lines_double(l, word[m->at[(int)first + k]], column_name[(int)first + k], &v[k]));
    return OK;
}

static void unscale(const struct box *b, double x[3])
{
    double s[3] = {x[0], x[1], x[2]};
    for (int k = 0; k < 3; k++)
        x[k] = b->origin[k] + (s[0] * b->h[0][k] + s[1] * b->h[1][k] + s[2] * b->h[2][k]);
}

static status read_atom(struct lines *l, const struct columns *m, struct config *c, int64_t i)
{
    char *word[COLUMNS_MAX + 1];
    int64_t id, n;
    TRY(lines_need(l, "an atom"));
    int columns = lines_words(l->line, word, COLUMNS_MAX + 1);
    if (columns != m->n) return lines_fail(l, "found %d columns, ITEM: ATOMS names %d", columns, m->n);
    TRY(lines_int(l, word[m->at[ID]], "the atom id", 1, INT64_MAX, &id));
    c->id[i] = (uint64_t)id;
    TRY(read_species(l, m, word, c, i));
    TRY(read_vector(l, m, word, m->position, &c->x[3 * i]));
    if (m->position == XS || m->position == XSU) unscale(&c->box, &c->x[3 * i]);
    if (c->v) TRY(read_vector(l, m, word, VX, &c->v[3 * i]));
    if (c->f) TRY(read_vector(l, m, word, FX, &c->f[3 * i]));
    bool wrapped = m->position == X || m->position == XS;
    for (int k = 0; k < 3 && wrapped && c->image; k++) {
        TRY(lines_int(l, word[m->at[IX + k]], "an image number", INT32_MIN / 2, INT32_MAX / 2, &n));
        c->image[3 * i + k] = (int32_t)n;
    }
    return OK;
}

static status read_atoms(struct dump *d, const struct frame *f, char *names, struct config *c)
{
    struct columns m = {0};
    TRY(read_columns(&d->l, names, &m));
    bool unwrapped = m.position == XU || m.position == XSU;
    unsigned fields = (has_vector(&m, VX) ? CONFIG_VELOCITY : 0u) | (has_vector(&m, FX) ? CONFIG_FORCE : 0u) |
                      (unwrapped || has_vector(&m, IX) ? CONFIG_IMAGE : 0u);
    TRY(config_allocate(c, f->atoms, fields));
    for (int64_t i = 0; i < f->atoms; i++) TRY(read_atom(&d->l, &m, c, i));
    return OK;
}

static status dump_read(void *state, int64_t k, struct config *c)
{
    struct dump *d = state;
    struct frame *f = &d->frame[k];
    struct lines *l = &d->l;
    bool has_step = false, has_box = false;
    c->species = (struct species){0};
    c->time = 0.0;
    memcpy(c->units, f->units, sizeof c->units);
    TRY(lines_seek(l, f->offset, f->line));
    for (;;) {
        TRY(lines_need(l, "ITEM: ATOMS"));
        const char *what = item(l->line);
        if (!what) continue; /* the number after NUMBER OF ATOMS and of items we do not know */
        char *rest = l->line + (what - l->line);
        if (starts(what, "TIMESTEP")) {
            TRY(lines_need(l, "the timestep"));
            TRY(lines_int(l, l->line, "the timestep", 0, INT64_MAX, &c->step));
            has_step = true;
        } else if (starts(what, "TIME")) {
            TRY(lines_need(l, "the time"));
            TRY(lines_double(l, l->line, "the time", &c->time));
        } else if (starts(what, "BOX BOUNDS")) {
            TRY(read_box(l, rest + strlen("BOX BOUNDS"), &c->box));
            has_box = true;
        } else if (starts(what, "ATOMS")) {
            if (!has_step || !has_box)
                return lines_fail(l, "no ITEM: %s in this frame", has_step ? "BOX BOUNDS" : "TIMESTEP");
            return read_atoms(d, f, rest + strlen("ATOMS"), c);
        }
    }
}

static bool dump_sniff(const char *head, size_t length)
{
    (void)length;
    return strncmp(head, "ITEM:", 5) == 0;
}

/* ---- writing ---- */

/* The bounding box, if reading it gives the same cell back. */
static bool bounding_box(const struct box *b, double lo[3], double hi[3])
{
    if (!lammps_restricted(b)) return false;
    double xy = b->h[1][0], xz = b->h[2][0], yz = b->h[2][1];
    double least[3] = {fmin(fmin(0.0, xy), fmin(xz, xy + xz)), fmin(0.0, yz), 0.0};
    double most[3] = {fmax(fmax(0.0, xy), fmax(xz, xy + xz)), fmax(0.0, yz), 0.0};
    bool same = true;
    for (int k = 0; k < 3; k++) {
        lo[k] = b->origin[k] + least[k];
        hi[k] = lammps_upper(b->origin[k], b->h[k][k]) + most[k];
        same = same && lo[k] - least[k] == b->origin[k] && hi[k] - most[k] - (lo[k] - least[k]) == b->h[k][k];
    }
    return same;
}

static void write_box(FILE *out, const struct box *b)
{
    double lo[3], hi[3];
    bool bounds = bounding_box(b, lo, hi),
         tilted = b->h[1][0] != 0.0 || b->h[2][0] != 0.0 || b->h[2][1] != 0.0;
    fprintf(out, "ITEM: BOX BOUNDS%s", !bounds ? " abc origin" : tilted ? " xy xz yz" : "");
    for (int k = 0; k < 3; k++) fputs(b->periodic[k] ? " pp" : " ff", out);
    fputc('\n', out);
    double tilt[3] = {b->h[1][0], b->h[2][0], b->h[2][1]};
    for (int k = 0; k < 3; k++) {
        if (!bounds)
            fprintf(out, "%.17g %.17g %.17g %.17g\n", b->h[k][0], b->h[k][1], b->h[k][2], b->origin[k]);
        else if (tilted)
            fprintf(out, "%.17g %.17g %.17g\n", lo[k], hi[k], tilt[k]);
        else
            fprintf(out, "%.17g %.17g\n", lo[k], hi[k]);
    }
}

static void write_vector(FILE *out, const double *v)
{
    fprintf(out, " %.17g %.17g %.17g", v[0], v[1], v[2]);
}

static status dump_write(FILE *out, const struct config *c)
{
    bool masses = true;
    for (int k = 0; k < c->species.count; k++) masses = masses && c->species.mass[k] > 0.0;
    if (c->units[0]) fprintf(out, "ITEM: UNITS\n%s\n", c->units);
    fprintf(out, "ITEM: TIME\n%.17g\nITEM: TIMESTEP\n%lld\nITEM: NUMBER OF ATOMS\n%lld\n", c->time,
            (long long)c->step, (long long)c->atoms);
    write_box(out, &c->box);
    fprintf(out, "ITEM: ATOMS id type element%s x y z%s%s%s\n", masses ? " mass" : "",
            c->image ? " ix iy iz" : "", c->v ? " vx vy vz" : "", c->f ? " fx fy fz" : "");
    for (int64_t i = 0; i < c->atoms; i++) {
        int type = c->type[i];
        fprintf(out, "%llu %d %s", (unsigned long long)c->id[i], type + 1, c->species.name[type]);
        if (masses) fprintf(out, " %.17g", c->species.mass[type]);
        write_vector(out, &c->x[3 * i]);
        if (c->image) fprintf(out, " %d %d %d", c->image[3 * i], c->image[3 * i + 1], c->image[3 * i + 2]);
        if (c->v) write_vector(out, &c->v[3 * i]);
        if (c->f) write_vector(out, &c->f[3 * i]);
        fputc('\n', out);
    }
    return OK;
}

const struct format format_lammps_dump = {.name = "LAMMPS dump",
                                          .endings = {".dump", ".lammpstrj"},
                                          .many = true,
                                          .sniff = dump_sniff,
                                          .open = dump_open,
                                          .read = dump_read,
                                          .close = dump_close,
                                          .write = dump_write};
