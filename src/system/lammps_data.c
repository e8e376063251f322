/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/lammps_data.h"
#include "base/mem.h"
#include "base/text.h"
#include "system/elements.h"
#include "system/lines.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 10, SHORTEST_ATOM = 10 /* "1 1 0 0 0\n" */ };

struct reader {
    struct lines l;
    struct config *c;
    int64_t atoms, types, step;
    double lo[3], hi[3], tilt[3], time;
    bool bounds[3], has_atoms, has_velocities, has_units;
};

/* ---- header ---- */

static bool title_value(const char *title, const char *key, char *value, size_t size)
{
    size_t n = strlen(key);
    for (const char *p = title; (p = strstr(p, key)); p += n) {
        if (p > title && !isspace((unsigned char)p[-1]) && p[-1] != ',') continue;
        const char *q = p + n;
        while (*q == ' ') q++;
        if (*q++ != '=') continue;
        while (*q == ' ') q++;
        snprintf(value, size, "%.*s", (int)strcspn(q, ","), q);
        return true;
    }
    return false;
}

static status read_title(struct reader *r)
{
    char value[64];
    TRY(lines_need(&r->l, "the title of a LAMMPS data file"));
    r->c->box.periodic[0] = r->c->box.periodic[1] = r->c->box.periodic[2] = true;
    if (title_value(r->l.line, "units", value, sizeof value)) {
        char *word[1] = {value};
        lines_words(value, word, 1);
        if (config_set_units(r->c, word[0]) != OK) return lines_fail(&r->l, "%s", status_message());
        r->has_units = true;
    }
    if (title_value(r->l.line, "timestep", value, sizeof value))
        text_to_int64(value, &r->step); /* free text: */
    if (title_value(r->l.line, "time", value, sizeof value))
        text_to_double(value, &r->time); /* no complaint */
    if (title_value(r->l.line, "boundary", value, sizeof value)) {
        char *word[4];
        if (lines_words(value, word, 4) != 3)
            return lines_fail(&r->l, "boundary wants three letters, as in 'p p f'");
        for (int k = 0; k < 3; k++) r->c->box.periodic[k] = word[k][0] == 'p';
    }
    return OK;
}

static status read_bounds(struct reader *r, int k, char **word)
{
    static const char *const axis[3] = {"xlo xhi", "ylo yhi", "zlo zhi"};
    TRY(lines_double(&r->l, word[0], axis[k], &r->lo[k]));
    TRY(lines_double(&r->l, word[1], axis[k], &r->hi[k]));
    if (!(r->hi[k] > r->lo[k]))
        return lines_fail(&r->l, "%s: the upper bound is not above the lower", axis[k]);
    r->bounds[k] = true;
    return OK;
}

static status read_header_line(struct reader *r, char **word, int n)
{
    int64_t none;
    for (int k = 0; k < 3; k++) {
        const char lo[4] = {(char)('x' + k), 'l', 'o', 0};
        if (n == 4 && strcmp(word[2], lo) == 0) return read_bounds(r, k, word);
    }
    if (n == 6 && strcmp(word[3], "xy") == 0) {
        for (int k = 0; k < 3; k++) TRY(lines_double(&r->l, word[k], "xy xz yz", &r->tilt[k]));
        return OK;
    }
    if (n == 2 && strcmp(word[1], "atoms") == 0) return lines_count(&r->l, word[0], SHORTEST_ATOM, &r->atoms);
    if (n == 3 && strcmp(word[1], "atom") == 0 && strcmp(word[2], "types") == 0)
        return lines_int(&r->l, word[0], "the number of atom types", 1, SPECIES_MAX, &r->types);
    static const char *const molecular[] = {"bonds", "angles", "dihedrals", "impropers", "ellipsoids"};
    for (int k = 0; k < 5 && n == 2; k++)
        if (strcmp(word[1], molecular[k]) == 0) {
            if (lines_int(&r->l, word[0], word[1], 0, 0, &none) != OK)
                return lines_fail(&r->l,
                                  "the file holds %s: only atoms without bonds (atom_style atomic) are read",
                                  word[1]);
            return OK;
        }
    if (n >= 3 && isdigit((unsigned char)word[0][0])) return OK; /* "0 bond types", "2 extra bond per atom" */
    return lines_fail(&r->l, "found '%.40s%s%.40s', which is neither a header line nor a section", word[0],
                      n > 1 ? " " : "", n > 1 ? word[1] : "");
}

/* ---- sections ---- */

/* The next line that is not blank, its comment cut off and given separately. */
static status next_row(struct reader *r, const char *what, char **comment)
{
    do {
        TRY(lines_need(&r->l, what));
        *comment = strchr(r->l.line, '#');
        if (*comment) *(*comment)++ = '\0';
    } while (r->l.line[strspn(r->l.line, " \t")] == '\0');
    return OK;
}

static status read_masses(struct reader *r)
{
    struct species *s = &r->c->species;
    if (r->types == 0) return lines_fail(&r->l, "Masses before the number of atom types");
    for (int64_t i = 0; i < r->types; i++) {
        char *word[WORDS], *comment;
        int64_t type;
        TRY(next_row(r, "a line of Masses", &comment));
        if (lines_words(r->l.line, word, WORDS) != 2)
            return lines_fail(&r->l, "a line of Masses wants: type mass");
        TRY(lines_int(&r->l, word[0], "the atom type", 1, r->types, &type));
        if (s->mass[type - 1] != 0.0) return lines_fail(&r->l, "the mass of type %s is given twice", word[0]);
        TRY(lines_double(&r->l, word[1], "a mass", &s->mass[type - 1]));
        if (!(s->mass[type - 1] > 0.0))
            return lines_fail(&r->l, "a mass must be positive, found %s", word[1]);
        if (!comment || lines_words(comment, word, 1) != 1) continue;
        if (strlen(word[0]) < SPECIES_NAME && species_find(s, word[0]) < 0)
            snprintf(s->name[type - 1], SPECIES_NAME, "%s", word[0]);
    }
    return OK;
}

static status read_atom(struct reader *r, int64_t i, bool *image)
{
    struct config *c = r->c;
    char *word[WORDS], *comment;
    int64_t id, type, n;
    TRY(next_row(r, "an atom", &comment));
    int columns = lines_words(r->l.line, word, WORDS);
    if (columns != 5 && columns != 8)
        return lines_fail(&r->l,
                          "found %d columns, expected 5 or 8: id type x y z [ix iy iz] (atom_style atomic)",
                          columns);
    TRY(lines_int(&r->l, word[0], "the atom id", 1, INT64_MAX, &id));
    TRY(lines_int(&r->l, word[1], "the atom type", 1, r->types, &type));
    c->id[i] = (uint64_t)id;
    c->type[i] = (int32_t)(type - 1);
    for (int k = 0; k < 3; k++) TRY(lines_double(&r->l, word[2 + k], "a coordinate", &c->x[3 * i + k]));
    if (i == 0) *image = columns == 8;
    if (*image != (columns == 8)) return lines_fail(&r->l, "some atoms have image numbers, others not");
    for (int k = 0; *image && k < 3; k++) {
        TRY(lines_int(&r->l, word[5 + k], "an image number", INT32_MIN / 2, INT32_MAX / 2, &n));
        c->image[3 * i + k] = (int32_t)n;
    }
    return OK;
}

static status read_atoms(struct reader *r, const char *style)
{
    if (style && strcmp(style, "atomic") != 0)
        return lines_fail(
            &r->l, "atom_style %.20s is not supported, write the data file with atom_style atomic", style);
    if (r->has_atoms) return lines_fail(&r->l, "the section Atoms comes twice");
    if (r->atoms < 0 || r->types == 0)
        return lines_fail(&r->l, "Atoms before the numbers of atoms and atom types");
    bool image = false;
    TRY(config_allocate(r->c, r->atoms, CONFIG_IMAGE));
    for (int64_t i = 0; i < r->atoms; i++) TRY(read_atom(r, i, &image));
    if (!image) DELETE(r->c->image);
    config_sort_by_id(r->c);
    for (int64_t i = 1; i < r->atoms; i++)
        if (r->c->id[i] == r->c->id[i - 1])
            return lines_fail(&r->l, "two atoms of the section Atoms, which ends here, have the same id %llu",
                              (unsigned long long)r->c->id[i]);
    r->has_atoms = true;
    return OK;
}

static int64_t find_id(const struct config *c, uint64_t id)
{
    int64_t low = 0, high = c->atoms - 1;
    while (low <= high) {
        int64_t middle = low + (high - low) / 2;
        if (c->id[middle] == id) return middle;
        if (c->id[middle] < id)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return -1;
}

static status read_velocity_rows(struct reader *r, char *seen)
{
    struct config *c = r->c;
    for (int64_t row = 0; row < c->atoms; row++) {
        char *word[WORDS], *comment;
        int64_t id;
        TRY(next_row(r, "a velocity", &comment));
        if (lines_words(r->l.line, word, WORDS) != 4)
            return lines_fail(&r->l, "a velocity wants: id vx vy vz");
        TRY(lines_int(&r->l, word[0], "the atom id", 1, INT64_MAX, &id));
        int64_t i = find_id(c, (uint64_t)id);
        if (i < 0)
            return lines_fail(&r->l, "a velocity for atom %lld, which is not in the section Atoms",
                              (long long)id);
        if (seen[i]) return lines_fail(&r->l, "the velocity of atom %lld is given twice", (long long)id);
        seen[i] = 1;
        for (int k = 0; k < 3; k++) TRY(lines_double(&r->l, word[1 + k], "a velocity", &c->v[3 * i + k]));
    }
    return OK;
}

static status read_velocities(struct reader *r)
{
    if (!r->has_atoms) return lines_fail(&r->l, "Velocities before Atoms");
    if (r->has_velocities) return lines_fail(&r->l, "the section Velocities comes twice");
    char *seen = NULL;
    TRY(NEW(r->c->v, 3 * (size_t)r->atoms));
    TRY(NEW(seen, (size_t)r->atoms));
    status s = read_velocity_rows(r, seen);
    DELETE(seen);
    r->has_velocities = true;
    return s;
}

static status read_body(struct reader *r)
{
    bool skipping = false;
    while (lines_next(&r->l)) {
        char *comment = strchr(r->l.line, '#'), *word[WORDS] = {0}, *style[1] = {0};
        if (comment) {
            *comment = '\0';
            lines_words(comment + 1, style, 1);
        }
        int n = lines_words(r->l.line, word, WORDS);
        if (n == 0) continue;
        bool section = isalpha((unsigned char)word[0][0]) != 0;
        if (section) skipping = false;
        if (n == 1 && strcmp(word[0], "Masses") == 0)
            TRY(read_masses(r));
        else if (n == 1 && strcmp(word[0], "Atoms") == 0)
            TRY(read_atoms(r, style[0]));
        else if (n == 1 && strcmp(word[0], "Velocities") == 0)
            TRY(read_velocities(r));
        else if (section)
            skipping = true; /* Pair Coeffs and the like */
        else if (!skipping)
            TRY(read_header_line(r, word, n));
    }
    return lines_state(&r->l);
}

static status finish(struct reader *r)
{
    struct config *c = r->c;
    for (int k = 0; k < 3; k++)
        if (!r->bounds[k]) return lines_fail(&r->l, "no line '%clo %chi' in this file", 'x' + k, 'x' + k);
    if (!r->has_atoms) return lines_fail(&r->l, "no section Atoms in this file");
    bool periodic[3] = {c->box.periodic[0], c->box.periodic[1], c->box.periodic[2]};
    c->box = box_orthogonal(r->hi[0] - r->lo[0], r->hi[1] - r->lo[1], r->hi[2] - r->lo[2]);
    c->box.h[1][0] = r->tilt[0];
    c->box.h[2][0] = r->tilt[1];
    c->box.h[2][1] = r->tilt[2];
    memcpy(c->box.origin, r->lo, sizeof r->lo);
    memcpy(c->box.periodic, periodic, sizeof periodic);
    c->species.count = (int)r->types;
    c->step = r->step;
    c->time = r->time;
    double heaviest = 0.0;
    for (int k = 0; k < c->species.count; k++) heaviest = fmax(heaviest, c->species.mass[k]);
    if (!r->has_units) TRY(config_set_units(c, heaviest > 5.0 ? "metal" : "lj"));
    elements_complete(c);
    return OK;
}

static status data_read(void *state, int64_t k, struct config *c)
{
    (void)k;
    const char *path = state;
    struct reader r = {.c = c, .atoms = -1};
    c->species = (struct species){0};
    TRY(lines_open(&r.l, path));
    status s;
    GUARD(read_title(&r));
    /* species_find looks at `count` names: let it see all while they are filled */
    c->species.count = SPECIES_MAX;
    GUARD(read_body(&r));
    GUARD(finish(&r));
done:
    lines_close(&r.l);
    return s;
}

static status data_open(void **state, const char *path, int64_t *frames)
{
    *frames = 1;
    return mem_string((char **)state, path);
}

static void data_close(void *state)
{
    DELETE(state);
}

static bool data_sniff(const char *head, size_t length)
{
    (void)length;
    for (const char *p = strchr(head, '\n'); p; p = strchr(p + 1, '\n')) {
        char line[80], *word[3];
        snprintf(line, sizeof line, "%.*s", (int)strcspn(p + 1, "\r\n#"), p + 1);
        if (lines_words(line, word, 3) == 2 && strcmp(word[1], "atoms") == 0 &&
            word[0][strspn(word[0], "-0123456789")] == '\0')
            return true;
    }
    return false;
}

/* ---- writing ---- */

bool lammps_restricted(const struct box *b)
{
    return b->h[0][1] == 0.0 && b->h[0][2] == 0.0 && b->h[1][2] == 0.0;
}

double lammps_upper(double lo, double length)
{
    double hi = lo + length, below = hi, above = hi;
    for (int step = 0; step < 4; step++) {
        if (below - lo == length) return below;
        if (above - lo == length) return above;
        below = nextafter(below, -INFINITY);
        above = nextafter(above, INFINITY);
    }
    return hi;
}

static void write_header(FILE *out, const struct config *c)
{
    const struct box *b = &c->box;
    fprintf(out,
            "LAMMPS data file via glint, timestep = %lld, time = %.17g, units = %s, boundary = %c %c %c\n\n",
            (long long)c->step, c->time, c->units, b->periodic[0] ? 'p' : 'f', b->periodic[1] ? 'p' : 'f',
            b->periodic[2] ? 'p' : 'f');
    fprintf(out, "%lld atoms\n%d atom types\n\n", (long long)c->atoms, c->species.count);
    for (int k = 0; k < 3; k++)
        fprintf(out, "%.17g %.17g %clo %chi\n", b->origin[k], lammps_upper(b->origin[k], b->h[k][k]), 'x' + k,
                'x' + k);
    if (b->h[1][0] != 0.0 || b->h[2][0] != 0.0 || b->h[2][1] != 0.0)
        fprintf(out, "%.17g %.17g %.17g xy xz yz\n", b->h[1][0], b->h[2][0], b->h[2][1]);
}

static status data_write(FILE *out, const struct config *c)
{
    if (!lammps_restricted(&c->box))
        return fail(
            BAD_INPUT,
            "a LAMMPS data file wants the cell edge a along x and b in the xy plane, found a = (%g %g "
            "%g), b = (%g %g %g); write .xyz, .dump or .h5 instead",
            c->box.h[0][0], c->box.h[0][1], c->box.h[0][2], c->box.h[1][0], c->box.h[1][1], c->box.h[1][2]);
    write_header(out, c);
    bool masses = true;
    for (int k = 0; k < c->species.count; k++) masses = masses && c->species.mass[k] > 0.0;
    if (masses) fprintf(out, "\nMasses\n\n");
    for (int k = 0; masses && k < c->species.count; k++)
        fprintf(out, "%d %.17g # %s\n", k + 1, c->species.mass[k], c->species.name[k]);
    fprintf(out, "\nAtoms # atomic\n\n");
    for (int64_t i = 0; i < c->atoms; i++) {
        const double *x = c->x + 3 * i;
        fprintf(out, "%llu %d %.17g %.17g %.17g", (unsigned long long)c->id[i], c->type[i] + 1, x[0], x[1],
                x[2]);
        if (c->image) fprintf(out, " %d %d %d", c->image[3 * i], c->image[3 * i + 1], c->image[3 * i + 2]);
        fputc('\n', out);
    }
    if (c->v) fprintf(out, "\nVelocities\n\n");
    for (int64_t i = 0; c->v && i < c->atoms; i++)
        fprintf(out, "%llu %.17g %.17g %.17g\n", (unsigned long long)c->id[i], c->v[3 * i], c->v[3 * i + 1],
                c->v[3 * i + 2]);
    return OK;
}

const struct format format_lammps_data = {.name = "LAMMPS data",
                                          .endings = {".data", ".lmp"},
                                          .sniff = data_sniff,
                                          .open = data_open,
                                          .read = data_read,
                                          .close = data_close,
                                          .write = data_write};
