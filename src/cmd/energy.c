/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/args.h"
#include "base/mem.h"
#include "base/text.h"
#include "integrate/engine.h"
#include "par/par.h"
#include "system/trajectory.h"

#include <stdio.h>

struct options {
    const char *potential, *forces, *precision;
    bool json;
};

static const struct arg args[] = {
    {"--potential", 0, ARG_STRING, offsetof(struct options, potential), "SPEC",
     "the force law, e.g. wahnstrom:cutoff=2.5ij,shift=energy (glint info potentials lists them)"},
    {"--forces", 0, ARG_STRING, offsetof(struct options, forces), "OUT.xyz",
     "write positions and forces as extended XYZ, 17 digits"},
    {"--precision", 0, ARG_STRING, offsetof(struct options, precision), "WORD",
     "double (default) or mixed: pair terms in float; prints how far its forces are from double"},
    {"--json", 0, ARG_FLAG, offsetof(struct options, json), NULL, "machine-readable result"},
    {0}};

extern const struct command cmd_energy;

static const char *const virial_names[VIRIALS] = {"xx", "yy", "zz", "xy", "xz", "yz"};

static status print_text(const struct engine *e, const struct precision_error *error)
{
    printf("potential         %s\n", e->potential.description);
    printf("atoms             %lld\n", (long long)e->domain.total);
    printf("potential energy  %.15g %s   (%.12g per atom)\n", e->energy,
           units_label(&e->units, QUANTITY_ENERGY), e->energy / (double)e->domain.total);
    for (int k = 0; k < VIRIALS; k++) printf("virial %s         %.15g\n", virial_names[k], e->virial[k]);
    printf("pressure          %.15g %s   (%s)\n", engine_shown_pressure(e, engine_scalar_pressure(e)),
           units_label(&e->units, QUANTITY_PRESSURE), "kinetic part included when velocities are given");
    if (e->precision == PRECISION_MIXED)
        printf("mixed precision   forces differ from double precision by %.3g rms, rms force %.6g\n",
               error->error, error->force);
    return OK;
}

static status print_json(const struct engine *e, const struct precision_error *error)
{
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "potential", e->potential.spec);
    json_integer(&j, "atoms", e->domain.total);
    json_number(&j, "potential_energy", e->energy);
    json_open(&j, "virial", '[');
    for (int k = 0; k < VIRIALS; k++) json_number(&j, NULL, e->virial[k]);
    json_close(&j);
    json_number(&j, "pressure", engine_shown_pressure(e, engine_scalar_pressure(e)));
    json_string(&j, "pressure_unit", units_label(&e->units, QUANTITY_PRESSURE));
    json_number(&j, "kinetic_energy", engine_kinetic(e));
    json_string(&j, "units", e->potential.kind->units);
    json_string(&j, "isa", isa_name(e->list.isa));
    json_string(&j, "precision", potential_precisions[e->precision]);
    if (e->precision == PRECISION_MIXED) {
        json_number(&j, "force_rms", error->force);
        json_number(&j, "force_error_rms", error->error);
    }
    json_close(&j);
    status s = j.text.out_of_memory ? fail(FAILED, "out of memory for the result") : OK;
    if (s == OK) puts(j.text.s);
    json_free(&j);
    return s;
}

static status evaluate(const char *path, const struct options *o)
{
    struct config c = {0}, out = {0};
    struct engine e = {0};
    struct potential p = {0};
    struct precision_error error = {0};
    struct engine_options eo = {.potential = o->potential, .dt = 0.0};
    status s = OK;
    GUARD(precision_parse(o->precision, &eo.precision));
    GUARD(potential_make(&p, o->potential));
    GUARD(config_read(path, &c));
    GUARD(potential_adopt(&p, &c));
    GUARD(config_check(&c));
    GUARD(engine_start(&e, &eo, &c));
    if (e.precision == PRECISION_MIXED) GUARD(engine_precision_error(&e, &error));
    if (par_rank() == 0) s = o->json ? print_json(&e, &error) : print_text(&e, &error);
    GUARD(par_agree(s));
    if (o->forces) {
        GUARD(domain_gather(&e.domain, &out, CONFIG_FORCE));
        snprintf(out.units, sizeof out.units, "%s", p.kind->units);
        out.step = c.step;
        if (par_rank() == 0) s = config_write(o->forces, &out);
        GUARD(par_agree(s));
    }
done:
    engine_free(&e);
    potential_free(&p);
    config_free(&c);
    config_free(&out);
    return s;
}

static status run(int argc, char **argv)
{
    struct options o = {0};
    const char *path = NULL;
    TRY(args_parse(&cmd_energy, argc, argv, &o, &path, 1, 1, NULL));
    if (!o.potential) return fail(BAD_INPUT, "--potential SPEC is needed, e.g. --potential wahnstrom");
    TRY(par_start());
    status s = par_agree(evaluate(path, &o));
    par_finish();
    return s;
}

const struct command cmd_energy = {
    .name = "energy",
    .summary = "energy, virial, pressure and forces of one configuration",
    .synopsis = "CONFIG --potential SPEC [--forces OUT.xyz] [--precision double|mixed] [--json]",
    .description =
        "Evaluates the potential at exactly the positions in CONFIG (LAMMPS data or dump, extended XYZ, "
        "H5MD). The\n"
        "virial is W_ab = sum over pairs of r_a f_b, in energy units (xx yy zz xy xz yz); the pressure is\n"
        "(2K + tr W)/3V with the kinetic energy of the velocities in the file, or 0 without.",
    .examples =
        "  glint energy tests/data/lj_4000.data --potential wahnstrom:cutoff=2.5ij,shift=energy --json\n"
        "  mpirun -n 4 glint energy big.xyz --potential wahnstrom --forces f.xyz",
    .args = args,
    .run = run,
};
