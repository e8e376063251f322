/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/run_units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

status run_units_plain(struct run_units *u, const char *units)
{
    *u = (struct run_units){.system = strcmp(units, "metal") == 0 ? units_metal() : units_lj()};
    return OK;
}

static status read_value(const struct run_units *u, const struct run_folder *f, const char *section,
                         const char *key, enum quantity q, double *value)
{
    char text[128];
    *value = 0.0;
    if (!run_folder_input(f, section, key, text, sizeof text)) return OK;
    status s = units_parse(&u->system, text, q, value);
    return s == OK ? OK : status_context(s, "%s/input.yaml: %s: %s", f->path, section, key);
}

static status read_Tg(struct run_units *u, const struct run_folder *f)
{
    char value[64], rate[64] = "not said", construction[80] = "not said", pressure[64] = "not said";
    if (!run_folder_input(f, "Tg", "value", value, sizeof value)) return OK;
    TRY(read_value(u, f, "Tg", "value", QUANTITY_TEMPERATURE, &u->system.Tg));
    run_folder_input(f, "Tg", "rate", rate, sizeof rate);
    run_folder_input(f, "Tg", "construction", construction, sizeof construction);
    run_folder_input(f, "Tg", "pressure", pressure, sizeof pressure);
    snprintf(u->Tg, sizeof u->Tg, "T_g = %s (rate %s, construction %s, pressure %s)", value, rate,
             construction, pressure);
    return OK;
}

/* The map's values are in real units, so they are read as those of metal. */
static status read_map(struct run_units *u, const struct run_folder *f)
{
    const struct run_units metal = {.system = units_metal()};
    struct unit_map m = {0};
    char sigma[64], real[UNITS_TEXT];
    if (!run_folder_input(f, "map", "sigma", sigma, sizeof sigma)) return OK;
    TRY(read_value(&metal, f, "map", "sigma", QUANTITY_LENGTH, &m.sigma));
    TRY(read_value(&metal, f, "map", "eps", QUANTITY_ENERGY, &m.eps));
    TRY(read_value(&metal, f, "map", "Tg", QUANTITY_TEMPERATURE, &m.Tg));
    TRY(read_value(&metal, f, "map", "mass", QUANTITY_MASS, &m.mass));
    status s = units_map(&u->system, &m);
    if (s != OK) return status_context(s, "%s/input.yaml: map", f->path);
    u->mapped = true;
    size_t n = 0;
#define ADD(...) n += (size_t)snprintf(u->text + n, n < sizeof u->text ? sizeof u->text - n : 0, __VA_ARGS__)
    units_format_real(&u->system, QUANTITY_ENERGY, 1.0, real);
    ADD("sigma = %s (map: sigma), eps = %s (%s), ", sigma, real,
        m.eps > 0.0 ? "map: eps" : "kB T_g/T_g*, T_g of map, T_g* of Tg");
    units_format_real(&u->system, QUANTITY_MASS, 1.0, real);
    ADD("m_B = %s (mean mass %.6g u over 1.5), ", real, m.mass);
    units_format_real(&u->system, QUANTITY_TIME, 1.0, real);
    ADD("tau = sigma (m_B/eps)^1/2 = %s, ", real);
    units_format_real(&u->system, QUANTITY_TEMPERATURE, 1.0, real);
    ADD("eps/kB = %s, ", real);
    units_format_real(&u->system, QUANTITY_PRESSURE, 1.0, real);
    ADD("eps/sigma^3 = %s", real);
#undef ADD
    return OK;
}

status run_units_of(struct run_units *u, const struct run_folder *f)
{
    TRY(run_units_plain(u, f->units));
    if (!f->input) return OK;
    TRY(read_Tg(u, f));
    return u->system.kind == UNITS_LJ ? read_map(u, f) : OK;
}

static const char *time_text(double seconds, char out[RUN_UNITS_TEXT])
{
    static const struct {
        const char *name;
        double size;
    } units[] = {{"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}, {"ps", 1e-12}, {"fs", 1e-15}};
    size_t k = 0;
    while (k < 4 && fabs(seconds) < 0.9995 * units[k].size) k++;
    snprintf(out, RUN_UNITS_TEXT, "%.3g %s", seconds / units[k].size, units[k].name);
    return out;
}

const char *run_units_real(const struct run_units *u, enum quantity q, double value, char out[RUN_UNITS_TEXT])
{
    char text[UNITS_TEXT];
    const char *unit;
    double number;
    out[0] = '\0';
    if ((u->system.kind == UNITS_LJ && !u->mapped) || !isfinite(value)) return out;
    const struct unit_system *s = &u->system;
    if (q == QUANTITY_TIME) return time_text(value * s->length * sqrt(s->mass / s->energy), out);
    if (!units_format_real(s, q, value, text) || !units_number(text, &number, &unit)) return out;
    bool whole = fabs(number) >= 1000.0 && fabs(number) < 1e5; /* 1090 K, not 1.09e+03 K */
    snprintf(out, RUN_UNITS_TEXT, whole ? "%.0f %.32s" : "%.3g %.32s", number, unit);
    return out;
}

const char *run_units_beside(const struct run_units *u, enum quantity q, double value,
                             char out[RUN_UNITS_TEXT])
{
    char text[RUN_UNITS_TEXT];
    if (!u->mapped || !run_units_real(u, q, value, text)[0])
        out[0] = '\0';
    else
        snprintf(out, RUN_UNITS_TEXT, " (%.50s)", text);
    return out;
}
