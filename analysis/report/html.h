/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html — the letters of a page: escaping, pictures within the page, tables, numbers with errors.
 *
 *     struct text page = {0};
 *     html_text(&page, name_from_a_file);                 & < > " ' escaped, control characters dropped
 *     TRY(html_svg(&page, "figures/g2.svg", "g2"));       inline; ids get a prefix, so that pages stay valid
 *     TRY(html_png(&page, "figures/map.png", "what it shows", 980));     as base64
 *     html_number(out, 1.4523, 0.031)                     "1.45 ± 0.03"
 *
 * Escape what comes from files before it goes into a page. */
#ifndef GLINT_ANALYSIS_REPORT_HTML_H
#define GLINT_ANALYSIS_REPORT_HTML_H

#include "base/status.h"
#include "base/text.h"

#include <stddef.h>

enum { HTML_NUMBER = 64 };

void html_text(struct text *page, const char *text);
/* The same with indices: "e_IS" → e<sub>IS</sub>. */
void html_symbols(struct text *page, const char *text);
/* Into a buffer; cut (never within an entity) when it is full. */
const char *html_escape(char *out, size_t size, const char *text);
/* "tau" → "τ", "1/sigma" → "σ⁻¹"; other units escaped. */
const char *html_unit(char *out, size_t size, const char *unit);

void html_base64(struct text *page, const unsigned char *data, size_t length);
status html_png(struct text *page, const char *path, const char *alt, int width);
status html_svg(struct text *page, const char *path, const char *prefix);

/* Value and error to two digits of the error; without an error (NaN, 0) four digits; "–" for NaN, "∞". */
const char *html_number(char out[HTML_NUMBER], double value, double error);

#endif
