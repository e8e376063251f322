/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/html.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- text ---- */

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static bool dropped(char c)
{
    unsigned char u = (unsigned char)c;
    return (u < 32 && c != '\n' && c != '\t') || u == 127;
}

const char *html_escape(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (const char *c = text; *c; c++) {
        const char *e = entity(*c);
        size_t need = e ? strlen(e) : 1;
        if (dropped(*c)) continue;
        if (n + need >= size) break;
        if (e)
            memcpy(out + n, e, need);
        else
            out[n] = *c;
        n += need;
    }
    if (size > 0) out[n] = '\0';
    return out;
}

static void put(struct text *page, char c)
{
    const char *e = entity(c);
    if (dropped(c)) return;
    if (e)
        text_add(page, "%s", e);
    else
        text_add(page, "%c", c);
}

void html_text(struct text *page, const char *text)
{
    for (const char *c = text; *c; c++) put(page, *c);
}

void html_symbols(struct text *page, const char *text)
{
    for (const char *c = text; *c; c++) {
        size_t word = *c == '_' ? strspn(c + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;
        if (word == 0) {
            put(page, *c);
        } else {
            text_add(page, "<sub>%.*s</sub>", (int)word, c + 1);
            c += word;
        }
    }
}

const char *html_unit(char *out, size_t size, const char *unit)
{
    static const char *const known[][2] = {{"tau", "τ"},      {"sigma", "σ"},        {"1/sigma", "σ⁻¹"},
                                           {"angstrom", "Å"}, {"1/angstrom", "Å⁻¹"}, {"frame", "frames"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(unit, known[i][0]) == 0) return known[i][1];
    return html_escape(out, size, unit);
}

/* ---- pictures ---- */

void html_base64(struct text *page, const unsigned char *data, size_t length)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char line[4 * 64 + 1];
    size_t n = 0;
    for (size_t i = 0; i < length; i += 3) {
        unsigned a = data[i], b = i + 1 < length ? data[i + 1] : 0, c = i + 2 < length ? data[i + 2] : 0;
        line[n++] = letters[a >> 2];
        line[n++] = letters[(a & 3) << 4 | b >> 4];
        line[n++] = i + 1 < length ? letters[(b & 15) << 2 | c >> 6] : '=';
        line[n++] = i + 2 < length ? letters[c & 63] : '=';
        if (n == sizeof line - 1 || i + 3 >= length) {
            line[n] = '\0';
            text_add(page, "%s", line);
            n = 0;
        }
    }
}

status html_png(struct text *page, const char *path, const char *alt, int width)
{
    char *content = NULL;
    size_t length;
    TRY(file_read(path, &content, &length));
    text_add(page, "<img width=\"%d\" alt=\"", width);
    html_text(page, alt);
    text_add(page, "\" src=\"data:image/png;base64,");
    html_base64(page, (const unsigned char *)content, length);
    text_add(page, "\">\n");
    DELETE(content);
    return OK;
}

/* Where an id is defined or used in gnuplot's SVG: id='x', id="x", xlink:href='#x', url(#x). */
static size_t id_start(const char *at)
{
    static const char *const marks[] = {" id='", " id=\"", "href='#", "href=\"#", "url(#"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(at, marks[i], strlen(marks[i])) == 0) return strlen(marks[i]);
    return 0;
}

status html_svg(struct text *page, const char *path, const char *prefix)
{
    char *content = NULL;
    size_t length;
    TRY(file_read(path, &content, &length));
    const char *svg = strstr(content, "<svg");
    if (!svg) {
        DELETE(content);
        return fail(FAILED, "%s: no <svg> in it", path);
    }
    for (const char *from = svg; *from;) {
        const char *at = from;
        size_t skip = 0;
        while (*at && (skip = id_start(at)) == 0) at++;
        text_add(page, "%.*s", (int)(at - from + (ptrdiff_t)skip), from);
        if (!*at) break;
        text_add(page, "%s-", prefix);
        from = at + skip;
    }
    text_add(page, "\n");
    DELETE(content);
    return OK;
}

/* ---- numbers ---- */

static const char *with_minus(char out[HTML_NUMBER])
{
    char plain[HTML_NUMBER];
    snprintf(plain, sizeof plain, "%s", out);
    size_t n = 0;
    for (const char *c = plain; *c && n + 4 < HTML_NUMBER; c++) {
        bool exponent = c > plain && (c[-1] == 'e');
        if (*c == '-' && !exponent)
            n += (size_t)snprintf(out + n, HTML_NUMBER - n, "−");
        else
            out[n++] = *c;
    }
    out[n] = '\0';
    return out;
}

const char *html_number(char out[HTML_NUMBER], double value, double error)
{
    if (!isfinite(value)) {
        snprintf(out, HTML_NUMBER, "%s", isnan(value) ? "–" : value > 0.0 ? "∞" : "−∞");
        return out;
    }
    if (!isfinite(error) || error <= 1e-9 * fabs(value)) {
        snprintf(out, HTML_NUMBER, "%.4g", value);
        return with_minus(out);
    }
    double larger = fmax(fabs(value), error);
    int digits = 1 - (int)floor(log10(error));
    if (larger >= 1e5 || larger < 1e-3) {
        int power = (int)floor(log10(larger));
        double scale = pow(10.0, power);
        int places = digits + power > 0 ? digits + power : 0;
        snprintf(out, HTML_NUMBER, "(%.*f ± %.*f)·10<sup>%d</sup>", places, value / scale, places,
                 error / scale, power);
    } else {
        char plain[TEXT_ERRORS];
        snprintf(out, HTML_NUMBER, "%s", text_errors(plain, value, 1, &error));
    }
    return with_minus(out);
}
