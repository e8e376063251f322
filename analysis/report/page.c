/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/page.h"
#include "analysis/report/html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char style[] =
    "body{font:16px/1.5 Georgia,'Times New "
    "Roman',serif;color:#1b1b1b;background:#fff;max-width:62rem;margin:0 auto;padding:1.2rem 1rem "
    "4rem}h1{font-size:1.9rem;line-height:1.2;margin:.4rem 0 .2rem}h2{font-size:1.35rem;border-bottom:1px "
    "solid #bbb;padding-bottom:.2rem;margin:2.4rem 0 .8rem}h3{font-size:1.08rem;margin:1.5rem 0 "
    ".4rem}p{margin:.5rem "
    "0}p.lead{font-size:1.06rem}p.meta,figcaption,.note{color:#444;font-size:.9rem}figure{margin:1rem "
    "0;page-break-inside:avoid;break-inside:avoid}figure svg,figure "
    "img{max-width:100%;height:auto;display:block}figcaption{margin-top:.3rem}.scroll{overflow-x:auto}table{"
    "border-collapse:collapse;font-size:.84rem;margin:.6rem "
    "0;font-variant-numeric:tabular-nums}th,td{padding:.18rem "
    ".5rem;text-align:left;vertical-align:top;border-bottom:1px solid #e2e2e2}th{border-bottom:1.5px solid "
    "#555;font-weight:600}td.n,th.n{text-align:right;white-space:nowrap}td.k{white-space:nowrap}caption{text-"
    "align:left;font-size:.9rem;color:#444;caption-side:top;padding-bottom:.2rem;max-width:56rem}.verdict{"
    "border-left:4px "
    "solid #1d3f8c;background:#f3f5fa;padding:.5rem .8rem;margin:.8rem 0}.warn{border-left:4px solid "
    "#c8590c;background:#fdf4ec;padding:.4rem .8rem;margin:.6rem "
    "0;font-size:.93rem}nav{font-size:.92rem;margin:.6rem 0}nav "
    "a{margin-right:1rem;color:#1d3f8c}pre{font-size:.8rem;overflow-x:auto;background:#f6f6f6;padding:.6rem}"
    "details{margin:.6rem 0}@media "
    "print{body{max-width:none;font-size:11pt;padding:0}nav{display:none}h2{break-after:avoid}}@page{size:A4;"
    "margin:16mm 14mm}";

/* ---- helpers ---- */

void page_section(struct page *p, const char *id, const char *title)
{
    text_add(&p->html, "<section id=\"%s\">\n<h2>%s</h2>\n", id, title);
}

const char *page_stage_name(const char *label, char out[128])
{
    char safe[100];
    if (label[0])
        snprintf(out, 128, "stage “%s”", html_escape(safe, sizeof safe, label));
    else
        out[0] = '\0';
    return out;
}

void page_stage(struct page *p, const char *label)
{
    char name[128];
    if (p->report->groups > 1 && label[0])
        text_add(&p->html, "<h3>S%s</h3>\n", page_stage_name(label, name) + 1);
}

void page_row(struct text *t, const char *tag, int n, const char *const *cell)
{
    text_add(t, "<tr>");
    for (int i = 0; i < n; i++)
        text_add(t, "<%s%s>%s</%s>", tag,
                 i > 0                    ? " class=\"n\""
                 : strcmp(tag, "td") == 0 ? " class=\"k\""
                                          : "",
                 cell[i], tag);
    text_add(t, "</tr>\n");
}

const char *page_real(const struct page *p, enum quantity q, double value, char out[RUN_UNITS_TEXT])
{
    static const char *const written[][2] = {{" /angstrom^3", " Å⁻³"},
                                             {" /angstrom", " Å⁻¹"},
                                             {" angstrom^2", " Å²"},
                                             {" angstrom", " Å"},
                                             {" us", " µs"}};
    const struct run_units *u = &p->report->units;
    char text[RUN_UNITS_TEXT];
    bool metal = u->system.kind == UNITS_METAL;
    out[0] = '\0';
    if (metal && (q != QUANTITY_TIME || !isfinite(value) || (value < 1000.0 && value >= 0.1) || value == 0.0))
        return out;
    run_units_real(u, q, metal ? value * units_size(&u->system, q) : value, text);
    if (!text[0]) return out;
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        char *at = strstr(text, written[i][0]);
        size_t n = strlen(written[i][0]);
        if (!at || at[n] != '\0') continue;
        *at = '\0';
        snprintf(out, RUN_UNITS_TEXT, " (%.40s%s)", text, written[i][1]);
        return out;
    }
    snprintf(out, RUN_UNITS_TEXT, " (%.50s)", text);
    return out;
}

static void data_links(struct text *t, const struct figure *f)
{
    char safe[300];
    text_add(t, "<p class=\"note\">Not drawn: %s Data: ", html_escape(safe, sizeof safe, f->why));
    for (int i = 0; i < f->files; i++) text_add(t, "<a href=\"figures/%s\">%s</a> ", f->file[i], f->file[i]);
    text_add(t, "</p>\n");
}

status page_picture(struct text *t, const struct figure *f, const char *folder, int number, bool map,
                    const char *caption)
{
    char path[FILE_PATH_MAX];
    text_add(t, "<figure id=\"figure-%s\">\n", f->name);
    if (f->drawn) {
        TRY(file_join(path, folder, map ? f->png : f->svg));
        TRY(map ? html_png(t, path, f->name, f->width) : html_svg(t, path, f->name));
    } else {
        data_links(t, f);
    }
    text_add(t, "<figcaption><b>Figure %d.</b> %s</figcaption>\n</figure>\n", number, caption);
    return OK;
}

status page_figure(struct page *p, const char *key, const char *label, bool map, const char *caption)
{
    const struct figure *f = figures_find(p->figures, key, label);
    return f ? page_picture(&p->html, f, p->figures_folder, ++p->number, map, caption) : OK;
}

/* ---- the frame ---- */

void page_begin(struct text *t, const char *title)
{
    text_add(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
                "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>glint: ");
    html_text(t, title);
    text_add(t, "</title>\n<style>%s</style>\n</head>\n<body>\n<header>\n<h1>", style);
    html_text(t, title);
    text_add(t, "</h1>\n");
}

status page_end(struct text *t, const char *path)
{
    text_add(t, "</main>\n</body>\n</html>\n");
    if (t->out_of_memory) return fail(FAILED, "out of memory for the page");
    return file_write(path, t->s);
}
