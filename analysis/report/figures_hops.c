/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/figures_hops.h"
#include "analysis/report/palette.h"

#include <stdio.h>
#include <string.h>

bool hops_is_cage(const struct hop_row *r, int age, double persist)
{
    return r->age == age && strcmp(r->name, "cage") == 0 && r->how.persist == persist;
}

const char *hops_distance_colour(int k, char out[16])
{
    int rgb[3];
    palette_map(0.10 + 0.22 * k, rgb);
    snprintf(out, 16, "#%02x%02x%02x", rgb[0], rgb[1], rgb[2]);
    return out;
}

void hops_panels(struct figure *f)
{
    figure_script(f, "set multiplot layout 1,3 margins 0.085,0.985,0.16,0.74 spacing 0.085\nset bars 0.4\n");
}

void survival_begin(struct figure *f, const char *time_unit)
{
    figure_script(f,
                  "set logscale xy; set format xy '10^{%%T}'; set xlabel 't (%s)' offset 0,0.3; set ylabel "
                  "'fraction that has waited longer' offset 1,0; set yrange [*:1.2]; set key at graph "
                  "-0.1,1.38 left top Left reverse vertical maxrows 4 font ',10' samplen 1.2 width -2\nplot ",
                  time_unit);
}

status survival_curves(struct figure *f, const struct hop_row *r, int number, const char *colour,
                       const char *title)
{
    char part[32], file[FIGURE_NAME + 40];
    for (int k = 0; k < 2; k++) {
        const struct hop_law *law = k ? &r->persistence : &r->exchange;
        const struct survival *s = &law->survival;
        if (!law->has_survival || s->n == 0) continue;
        snprintf(part, sizeof part, "%s%d", k ? "persistence" : "exchange", number);
        TRY(figure_data(f, part, 3, (const char *const[]){"time", "survival", "error"},
                        (const double *const[]){s->time, s->survival, s->error}, (int64_t)s->n));
        figure_script(f, "'%s' using 1:2 with steps lw %s lc rgb '%s' ",
                      figure_data_name(f, part, false, file), k ? "1.2 dt 2" : "1.8", colour);
        if (k)
            figure_script(f, "notitle, ");
        else
            figure_script(f, "title '%s', ", title);
    }
    return OK;
}

void survival_end(struct figure *f)
{
    figure_script(f, "1/0 lc rgb '#444444' lw 1.8 title 'solid: exchange', 1/0 lc rgb '#444444' dt 2 lw 1.2 "
                     "title 'dashed: persistence'\n");
}
