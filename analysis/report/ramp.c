/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/ramp.h"
#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const ramp_curve_names[RAMP_CURVES] = {"H", "V", "E_pot"};

struct stretch { /* rows of one stage that follow each other */
    int64_t from, to;
};

static double change(const struct run_thermo *t, struct stretch s)
{
    return t->column[THERMO_T_TARGET][s.to - 1] - t->column[THERMO_T_TARGET][s.from];
}

static status choose(const struct run_thermo *t, enum ramp_direction direction, const char *stage,
                     struct stretch *best)
{
    const char *what = direction == RAMP_COOLING ? "cooling" : "heating";
    double sign = direction == RAMP_COOLING ? -1.0 : 1.0, most = 0.0;
    bool named = false;
    for (int64_t i = 1, from = 0; i <= t->rows; i++) {
        if (i < t->rows && t->stage_of[i] == t->stage_of[from]) continue;
        struct stretch s = {from, i};
        const char *name = t->stage[t->stage_of[from]];
        from = i;
        if (stage && strcmp(stage, name) != 0) continue;
        named = true;
        if (!(sign * change(t, s) > most)) continue;
        most = sign * change(t, s);
        *best = s;
    }
    if (stage && !named) return fail(BAD_INPUT, "there is no stage '%s'", stage);
    if (most == 0.0)
        return fail(BAD_INPUT, "%s%s%s is no %s ramp: T_target does not %s", stage ? "stage '" : "no stage",
                    stage ? stage : "", stage ? "'" : "", what, direction == RAMP_COOLING ? "fall" : "rise");
    return OK;
}

/* P_target of all rows, or fixed volume. */
static status read_pressure(struct ramp *r, const struct run_thermo *t, struct stretch s)
{
    const double *p = t->column[THERMO_P_TARGET];
    r->has_pressure = isfinite(p[s.from]);
    for (int64_t i = s.from; i < s.to; i++)
        if (isfinite(p[i]) != r->has_pressure || (r->has_pressure && p[i] != p[s.from]))
            return fail(BAD_INPUT, "stage '%s': the set pressure changes within the ramp", r->stage);
    r->pressure = r->has_pressure ? p[s.from] * units_size(&r->units, QUANTITY_PRESSURE) : (double)NAN;
    return OK;
}

status ramp_load(struct ramp *r, const struct run_thermo *t, enum ramp_direction direction, const char *stage)
{
    struct stretch rows = {0, 0};
    status s = OK;
    *r = (struct ramp){.units = strcmp(t->units, "metal") == 0 ? units_metal() : units_lj()};
    TRY(choose(t, direction, stage, &rows));
    snprintf(r->stage, sizeof r->stage, "%s", t->stage[t->stage_of[rows.from]]);
    TRY(read_pressure(r, t, rows));
    r->rows = rows.to - rows.from;
    if (r->rows < 2) return fail(BAD_INPUT, "stage '%s' has one line in thermo.csv", r->stage);
    TRY(NEW(r->T, (size_t)r->rows));
    for (int c = 0; c < RAMP_CURVES; c++) GUARD(NEW(r->curve[c], (size_t)r->rows));
    for (int64_t i = 0; i < r->rows; i++) {
        int64_t row = rows.from + i;
        double v = 1.0 / t->column[THERMO_DENSITY][row];
        r->T[i] = t->column[THERMO_T_TARGET][row];
        r->curve[RAMP_H][i] = t->column[THERMO_TOTAL][row] + (r->has_pressure ? r->pressure * v : 0.0);
        r->curve[RAMP_V][i] = v;
        r->curve[RAMP_POTENTIAL][i] = t->column[THERMO_ENERGY][row];
        if (!isfinite(r->curve[RAMP_H][i]))
            GUARD(
                fail(BAD_INPUT, "stage '%s': line %lld has no total_per_atom", r->stage, (long long)row + 2));
    }
    r->time = (t->column[THERMO_TIME][rows.to - 1] - t->column[THERMO_TIME][rows.from]) *
              units_size(&r->units, QUANTITY_TIME);
    r->rate = fabs(change(t, rows)) / r->time;
    return OK;
done:
    ramp_free(r);
    return s;
}

void ramp_free(struct ramp *r)
{
    DELETE(r->T);
    for (int c = 0; c < RAMP_CURVES; c++) DELETE(r->curve[c]);
    r->rows = 0;
}

status ramp_transition(struct ramp *r, const struct kink_options *o)
{
    for (int c = 0; c < RAMP_CURVES; c++) {
        if (c == RAMP_V && !r->has_pressure) {
            r->kink[c] = (struct kink){.x = (double)NAN, .error = (double)NAN, .systematic = (double)NAN};
            snprintf(r->kink[c].why, sizeof r->kink[c].why, "the volume is fixed");
            continue;
        }
        TRY(kink_find(&r->kink[c], r->rows, r->T, r->curve[c], o));
    }
    return OK;
}

/* ---- figure ---- */

static void panel(struct figure *f, const struct ramp *r, int c, const char *file)
{
    const struct kink *k = &r->kink[c];
    char number[TEXT_ERRORS];
    figure_script(f, "unset object; unset arrow; unset label\n");
    if (!isfinite(k->x)) {
        figure_script(f, "plot '%s' using 1:%d with points pt 7 ps 0.18 lc rgb '#777777' notitle\n", file,
                      c + 2);
        return;
    }
    const struct kink_line *line[2] = {&k->lower, &k->upper};
    for (int w = 0; w < 2; w++)
        figure_script(
            f,
            "set object %d rectangle from %.9g, graph 0 to %.9g, graph 1 behind fc rgb '#eeeef4' fs "
            "solid noborder\n",
            w + 1, line[w]->from, line[w]->to);
    if (k->found)
        figure_script(f,
                      "set arrow from %.9g, graph 0 to %.9g, graph 1 nohead lc rgb '#c8590c' dt 2\nset label "
                      "'T_g = %s %s' at %.9g, graph 0.06 left offset 0.6,0 font ',12'\n",
                      k->x, k->x, text_errors(number, k->x, 2, (const double[]){k->error, k->systematic}),
                      r->units.kind == UNITS_METAL ? "K" : "ε/k_B", k->x);
    figure_script(f, "plot '%s' using 1:%d with points pt 7 ps 0.18 lc rgb '#777777' notitle", file, c + 2);
    for (int w = 0; w < 2; w++)
        figure_script(f, ", %.15g+%.15g*x with lines lt %d lw 1.4 notitle", line[w]->intercept,
                      line[w]->slope, w + 1);
    figure_script(f, "\n");
}

status ramp_figure(struct figure *f, const struct ramp *r)
{
    static const char *const label[] = {"H", "V"};
    bool metal = r->units.kind == UNITS_METAL;
    char file[FIGURE_NAME + 40];
    int panels = r->has_pressure ? 2 : 1;
    TRY(figure_data(f, "ramp", 4, (const char *const[]){"T", "H", "V", "E_pot"},
                    (const double *const[]){r->T, r->curve[0], r->curve[1], r->curve[2]}, r->rows));
    figure_data_name(f, "ramp", false, file);
    figure_script(f,
                  "set multiplot layout 1,%d margins 0.09,0.965,0.16,0.95 spacing 0.11\nset key off\n"
                  "set xlabel 'T (%s)' offset 0,0.3\n",
                  panels, metal ? "K" : "ε/k_B");
    for (int c = 0; c < panels; c++) {
        figure_script(f, "set ylabel '%s/N (%s)'\n", label[c],
                      c == RAMP_V ? metal ? "Å^3" : "σ^3"
                      : metal     ? "eV"
                                  : "ε");
        panel(f, r, c, file);
    }
    figure_script(f, "unset multiplot\n");
    return OK;
}

/* ---- HDF5 ---- */

static status write_number(struct h5 *f, const char *object, const char *name, double value)
{
    return h5_attr(f, object, name, H5_F64, 1, &value);
}

static status write_kink(struct h5 *f, const char *object, const struct kink *k)
{
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"T_g", k->x},
                   {"T_g_error", k->error},
                   {"T_g_systematic", k->systematic},
                   {"T_g_low", k->low},
                   {"T_g_high", k->high},
                   {"glass_from", k->lower.from},
                   {"glass_to", k->lower.to},
                   {"liquid_from", k->upper.from},
                   {"liquid_to", k->upper.to},
                   {"glass_slope", k->lower.slope},
                   {"glass_slope_error", k->lower.slope_error},
                   {"liquid_slope", k->upper.slope},
                   {"liquid_slope_error", k->upper.slope_error}};
    TRY(h5_attr_string(f, object, "verdict", k->found ? "kink" : k->why));
    if (!isfinite(k->x)) return OK;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        TRY(write_number(f, object, numbers[i].name, numbers[i].value));
    return OK;
}

static status write_axis(const struct ramp *r, struct h5 *f, const char *group, const char *name,
                         const double *value, enum quantity q)
{
    char object[512];
    hsize_t shape[1] = {(hsize_t)r->rows};
    double *shown = NULL, size = units_size(&r->units, q);
    TRY(NEW(shown, (size_t)r->rows));
    for (int64_t i = 0; i < r->rows; i++) shown[i] = value[i] / size;
    snprintf(object, sizeof object, "%s/%s", group, name);
    status s = h5_write(f, object, H5_F64, 1, shape, shown);
    DELETE(shown);
    return s == OK ? h5_attr_string(f, object, "units", units_label(&r->units, q)) : s;
}

status ramp_write(const struct ramp *r, struct h5 *f, const char *group)
{
    static const enum quantity what[RAMP_CURVES] = {QUANTITY_ENERGY, QUANTITY_VOLUME, QUANTITY_ENERGY};
    char text[UNITS_TEXT], object[512];
    TRY(write_axis(r, f, group, "T", r->T, QUANTITY_TEMPERATURE));
    for (int c = 0; c < RAMP_CURVES; c++) {
        TRY(write_axis(r, f, group, ramp_curve_names[c], r->curve[c], what[c]));
        snprintf(object, sizeof object, "%s/%s", group, ramp_curve_names[c]);
        TRY(write_kink(f, object, &r->kink[c]));
    }
    TRY(h5_attr_string(f, group, "stage", r->stage));
    TRY(h5_attr_string(f, group, "rate", units_format(&r->units, QUANTITY_COOLING_RATE, r->rate, text)));
    TRY(h5_attr_string(f, group, "pressure",
                       r->has_pressure ? units_format(&r->units, QUANTITY_PRESSURE, r->pressure, text)
                                       : "none: fixed volume"));
    return h5_attr_string(f, group, "convention",
                          "T: set temperature; H = E_kin + E_pot + P_set V per atom; T_g: intersection of "
                          "lines fitted to glass_from..glass_to and liquid_from..liquid_to; T_g_error: block "
                          "bootstrap; T_g_systematic: s.d. over moved windows");
}
