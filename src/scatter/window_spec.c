/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scatter/window_spec.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIXELS_MOST = 9, SHELLS_MOST = 10000, VALUE_MOST = 256 };

static const char *const kinds[] = {"unset", "shell", "plane", "spot", "shells", "cone"};
static const char *const keys[] = {"kind",   "range", "from",   "to", "number",
                                   "normal", "angle", "pixels", "at"};
enum { KEYS = sizeof keys / sizeof *keys };

const char *window_kind_name(enum window_kind kind)
{
    return kinds[kind];
}

struct window_spec window_spec_of(const char *name)
{
    struct window_spec w = {.on_peak = true,
                            .normal = {0, 0, 1},
                            .angle = 30,
                            .pixels = {3, 1, 1},
                            .place = PLACE_DIRECTION,
                            .at = {1, 0, 0}};
    snprintf(w.name, sizeof w.name, "%s", name);
    return w;
}

static status wrong(const struct window_spec *w, const char *key, const char *value, const char *expected)
{
    return fail(BAD_INPUT, "window '%s': %s is '%s'; expected %s", w->name, key, value, expected);
}

/* Blanks and brackets and commas to single blanks; trimmed. */
static bool normalise(const char *from, char to[VALUE_MOST])
{
    size_t n = 0;
    for (; *from; from++) {
        char c = strchr("[](),\t ", *from) ? ' ' : (char)tolower((unsigned char)*from);
        if (c == ' ' && (n == 0 || to[n - 1] == ' ')) continue;
        if (n + 1 >= VALUE_MOST) return false;
        to[n++] = c;
    }
    if (n && to[n - 1] == ' ') n--;
    to[n] = '\0';
    return true;
}

/* Three integers and nothing else. */
static bool three_integers(const char *s, int32_t out[3])
{
    for (int i = 0; i < 3; i++) {
        char *end;
        long v = strtol(s, &end, 10);
        if (end == s || v < -4096 || v > 4096 || (*end && *end != ' ')) return false;
        out[i] = (int32_t)v;
        s = end;
    }
    return *s == '\0';
}

/* "2.5", "2.5 /sigma", "2.5 1/angstrom", "2.5/A" → number; the unit is noted. Returns the rest or NULL. */
static const char *read_q(struct window_spec *w, const char *s, double *q)
{
    static const char *const units[][2] = {{"/sigma", "sigma"},       {"1/sigma", "sigma"},
                                           {"/angstrom", "angstrom"}, {"1/angstrom", "angstrom"},
                                           {"/a", "angstrom"},        {"1/a", "angstrom"}};
    char *end;
    *q = strtod(s, &end);
    if (end == s || !(*q >= 0 && *q < 1e300)) return NULL;
    s = end + strspn(end, " ");
    size_t length = strcspn(s, " ");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strlen(units[i][0]) != length || strncmp(s, units[i][0], length) != 0) continue;
        snprintf(w->unit, sizeof w->unit, "%s", units[i][1]);
        s += length;
        break;
    }
    return s + strspn(s, " ");
}

static status set_kind(struct window_spec *w, const char *value, const char *v)
{
    for (int k = WINDOW_SHELL; k <= WINDOW_CONE; k++)
        if (strcmp(v, kinds[k]) == 0) {
            w->kind = (enum window_kind)k;
            return OK;
        }
    const char *near = text_nearest(v, kinds + 1, WINDOW_CONE);
    return fail(BAD_INPUT, "window '%s': kind is '%s'; expected shell, plane, spot, shells or cone%s%s%s",
                w->name, value, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static status set_range(struct window_spec *w, const char *value, const char *v)
{
    static const char *const peak[] = {"half-maximum of peak", "half-maximum of the first peak",
                                       "half maximum of peak", "peak"};
    for (size_t i = 0; i < sizeof peak / sizeof *peak; i++)
        if (strcmp(v, peak[i]) == 0) {
            w->on_peak = true;
            return OK;
        }
    char low[VALUE_MOST];
    const char *to = strstr(v, " to "), *dots = strstr(v, ".."), *cut = to ? to : dots, *rest = NULL;
    if (cut) {
        snprintf(low, sizeof low, "%.*s", (int)(cut - v), v);
        rest = read_q(w, low, &w->low);
        cut += to ? 4 : 2;
        cut += strspn(cut, " ");
        if (rest && !*rest) rest = read_q(w, cut, &w->high);
    }
    if (!rest || *rest) return wrong(w, "range", value, "'half-maximum of peak' or '2.5 /sigma to 3 /sigma'");
    w->on_peak = false;
    return OK;
}

static status set_bound(struct window_spec *w, const char *key, const char *value, const char *v,
                        double *bound)
{
    const char *rest = read_q(w, v, bound);
    if (!rest || *rest) return wrong(w, key, value, "a |q| such as 2.5 /sigma");
    w->on_peak = false;
    return OK;
}

static status set_pixels(struct window_spec *w, const char *value, const char *v)
{
    int32_t n[3] = {1, 1, 1};
    char *end;
    int count = 0;
    for (const char *s = v;; s = end + 1) {
        long k = strtol(s, &end, 10);
        if (end == s || k < 1 || k > PIXELS_MOST || count == 3) {
            count = 0;
            break;
        }
        n[count++] = (int32_t)k;
        if (*end != 'x') break;
    }
    bool good = (count == 1 && strcmp(end, " in a line") == 0) || (count > 1 && *end == '\0');
    if (!good) return wrong(w, "pixels", value, "'3 in a line', '3x3' or '3x3x3' (1 to 9 each way)");
    memcpy(w->pixels, n, sizeof n);
    return OK;
}

static status set_place(struct window_spec *w, const char *value, const char *v)
{
    int32_t hkl[3];
    bool direction = strncmp(v, "direction ", 10) == 0;
    if (strcmp(v, "all disjoint on peak") == 0 || strcmp(v, "all disjoint") == 0) {
        w->place = PLACE_ALL;
    } else if (three_integers(direction ? v + 10 : v, hkl) && (hkl[0] || hkl[1] || hkl[2])) {
        w->place = direction ? PLACE_DIRECTION : PLACE_HKL;
        memcpy(w->at, hkl, sizeof hkl);
    } else {
        return wrong(w, "at", value,
                     "'all disjoint on peak', 'h k l' or 'direction h k l' (three integers, not 0 0 0)");
    }
    return OK;
}

static status set_angle(struct window_spec *w, const char *value, const char *v)
{
    char *end;
    double angle = strtod(v, &end);
    end += strspn(end, " ");
    if (end == v || (*end && strcmp(end, "deg") != 0) || !(angle > 0 && angle <= 90))
        return wrong(w, "angle", value, "degrees, more than 0 and up to 90");
    w->angle = angle;
    return OK;
}

status window_spec_set(struct window_spec *w, const char *key, const char *value)
{
    char v[VALUE_MOST];
    int64_t number;
    if (!normalise(value, v)) return wrong(w, key, value, "fewer than 256 characters");
    if (strcmp(key, "kind") == 0) return set_kind(w, value, v);
    if (strcmp(key, "range") == 0) return set_range(w, value, v);
    if (strcmp(key, "from") == 0) return set_bound(w, key, value, v, &w->low);
    if (strcmp(key, "to") == 0) return set_bound(w, key, value, v, &w->high);
    if (strcmp(key, "pixels") == 0) return set_pixels(w, value, v);
    if (strcmp(key, "at") == 0) return set_place(w, value, v);
    if (strcmp(key, "angle") == 0) return set_angle(w, value, v);
    if (strcmp(key, "number") == 0) {
        if (!text_to_int64(v, &number) || number < 1 || number > SHELLS_MOST)
            return wrong(w, key, value, "how many shells, 1 to 10000");
        w->number = (int32_t)number;
        return OK;
    }
    if (strcmp(key, "normal") == 0) {
        int32_t n[3];
        if (!three_integers(v, n) || !(n[0] || n[1] || n[2]))
            return wrong(w, key, value, "three integers h k l, not 0 0 0");
        memcpy(w->normal, n, sizeof n);
        return OK;
    }
    const char *near = text_nearest(key, keys, KEYS);
    return fail(
        BAD_INPUT,
        "window '%s': unknown key '%s'%s%s%s; the keys are kind, range, from, to, number, normal, angle, "
        "pixels, at",
        w->name, key, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

/* Split at commas outside brackets; returns the next piece and moves *rest. */
static char *piece(char **rest)
{
    char *begin = *rest;
    int depth = 0;
    if (!begin) return NULL;
    for (char *s = begin; *s; s++) {
        depth += *s == '[' || *s == '(' ? 1 : *s == ']' || *s == ')' ? -1 : 0;
        if (*s == ',' && depth <= 0) {
            *s = '\0';
            *rest = s + 1;
            return begin;
        }
    }
    *rest = NULL;
    return begin;
}

status window_spec_parse(struct window_spec *w, const char *text)
{
    char copy[1024], *rest = copy;
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
        return fail(BAD_INPUT, "window '%.40s…' is longer than 1000 characters", text);
    char *head = piece(&rest), *colon = strchr(head, ':'), *kind = colon ? colon + 1 : head;
    if (colon) *colon = '\0';
    head += strspn(head, " ");
    if (strlen(colon ? head : kind) >= WINDOW_NAME || (colon && !*head))
        return fail(BAD_INPUT, "window '%s': its name has %zu characters; expected 1 to %d", text,
                    strlen(head), WINDOW_NAME - 1);
    for (const char *s = colon ? head : ""; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '-' && *s != '_' && *s != '.')
            return fail(BAD_INPUT, "window name '%s': only letters, digits, '-', '_' and '.' are possible",
                        head);
    *w = window_spec_of(colon ? head : kind);
    TRY(window_spec_set(w, "kind", kind));
    for (char *p; (p = piece(&rest));) {
        char *equal = strchr(p, '=');
        if (!equal) return fail(BAD_INPUT, "window '%s': found '%s'; expected key=value", w->name, p);
        *equal = '\0';
        p += strspn(p, " ");
        p[strcspn(p, " ")] = '\0';
        TRY(window_spec_set(w, p, equal + 1));
    }
    return window_spec_check(w);
}

status window_spec_check(const struct window_spec *w)
{
    if (w->kind == WINDOW_UNSET)
        return fail(BAD_INPUT,
                    "window '%s': its kind is missing; expected shell, plane, spot, shells or cone", w->name);
    if (!w->on_peak && !(w->high > w->low))
        return fail(BAD_INPUT, "window '%s': |q| from %g to %g; expected from < to", w->name, w->low,
                    w->high);
    if (w->kind == WINDOW_SHELLS && w->on_peak)
        return fail(BAD_INPUT, "window '%s': shells need a range: from, to and number", w->name);
    if (w->kind == WINDOW_SHELLS && w->number < 1)
        return fail(BAD_INPUT, "window '%s': the number of shells is missing", w->name);
    if (w->kind == WINDOW_SPOT && w->pixels[0] * w->pixels[1] * w->pixels[2] < 2)
        return fail(BAD_INPUT,
                    "window '%s': a spot of one pixel has C(t1,t2) = 1 whatever happens; a TTCF needs at "
                    "least 2 pixels",
                    w->name);
    return OK;
}

status window_spec_check_units(const struct window_spec *w, const char *units)
{
    const char *length = strcmp(units, "metal") == 0 ? "angstrom" : strcmp(units, "lj") == 0 ? "sigma" : "";
    if (!w->unit[0] || !length[0] || strcmp(w->unit, length) == 0) return OK;
    return fail(
        BAD_INPUT,
        "window '%s': |q| is given per %s, but the lengths of this configuration (%s units) are in %s",
        w->name, w->unit, units, length);
}

bool window_spec_needs_peak(const struct window_spec *w)
{
    return w->on_peak && !(w->kind == WINDOW_SPOT && w->place == PLACE_HKL);
}

void window_spec_text(const struct window_spec *w, char *text, size_t size)
{
    char range[96], more[128] = "";
    const int32_t *n = w->normal, *p = w->pixels, *a = w->at;
    const char *unit = w->unit[0] ? w->unit : NULL;
    snprintf(range, sizeof range, "half-maximum of peak");
    if (!w->on_peak)
        snprintf(range, sizeof range, "%.10g%s%s to %.10g%s%s", w->low, unit ? " /" : "", unit ? unit : "",
                 w->high, unit ? " /" : "", unit ? unit : "");
    if (w->kind == WINDOW_PLANE) snprintf(more, sizeof more, ",normal=%d %d %d", n[0], n[1], n[2]);
    if (w->kind == WINDOW_CONE)
        snprintf(more, sizeof more, ",normal=%d %d %d,angle=%.10g", n[0], n[1], n[2], w->angle);
    if (w->kind == WINDOW_SHELLS) snprintf(more, sizeof more, ",number=%d", w->number);
    if (w->kind == WINDOW_SPOT) {
        if (p[1] == 1 && p[2] == 1)
            snprintf(more, sizeof more, ",pixels=%d in a line", p[0]);
        else
            snprintf(more, sizeof more, ",pixels=%dx%dx%d", p[0], p[1], p[2]);
        size_t used = strlen(more);
        if (w->place == PLACE_ALL)
            snprintf(more + used, sizeof more - used, ",at=all disjoint on peak");
        else
            snprintf(more + used, sizeof more - used, ",at=%s%d %d %d",
                     w->place == PLACE_HKL ? "" : "direction ", a[0], a[1], a[2]);
    }
    snprintf(text, size, "%s:%s,range=%s%s", w->name, kinds[w->kind], range, more);
}

const char *window_kind_summary(enum window_kind kind)
{
    switch (kind) {
    case WINDOW_SHELL:
        return "all points with |q| in a range, the first peak of S(q) by default (3D)";
    case WINDOW_PLANE:
        return "a flat cut of the shell through the origin, like a detector (2D)";
    case WINDOW_SPOT:
        return "a few neighbouring points on the peak, three in a line by default (1D)";
    case WINDOW_SHELLS:
        return "several concentric shells, for the relaxation time against q";
    case WINDOW_CONE:
        return "the shell's points within an angle of the normal: perpendicular to a film's surface";
    case WINDOW_UNSET:
        break;
    }
    return "";
}
