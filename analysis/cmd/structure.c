/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint structure — pair correlation functions, structure factors, Voronoi polyhedra, bond order. */
#include "analysis/structure/structure.h"

#include "analysis/cmd/structure_cells.h"
#include "analysis/cmd/track_args.h"
#include "analysis/cmd/values.h"
#include "base/args.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct options {
    bool rdf, sq, voronoi, bond_order, radical, json;
    double r_max, dr, q_max, dq, from, to;
    int64_t frames, points, top;
    double edge, cutoff;
    const char *units, *radii, *filter, *atoms, *form_factors, *weight_q, *between;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--rdf", 0, ARG_FLAG, AT(rdf), NULL,
     "pair correlation functions g(r) (this and --sq, if nothing is asked for)"},
    {"--sq", 0, ARG_FLAG, AT(sq), NULL, "structure factors S(q)"},
    {"--voronoi", 0, ARG_FLAG, AT(voronoi), NULL,
     "Voronoi indices, coordination, Frank-Kasper centres and their network, Laves centres"},
    {"--bond-order", 0, ARG_FLAG, AT(bond_order), NULL, "q4, q6, w6, averaged q4 and q6, solid-like atoms"},
    {"--filter", 0, ARG_STRING, AT(filter), "LIST",
     "faces below these fractions of their cell's surface are dropped, one table each (0,0.01)"},
    {"--edges", 0, ARG_DOUBLE, AT(edge), "F",
     "contract edges shorter than F mean radii first (0: none; 0.01 for degenerate crystals such as fcc)"},
    {"--radical", 0, ARG_FLAG, AT(radical), NULL,
     "radical planes, with the known radii: sigma/2 of A, B; Cu 1.28, Zr 1.60"},
    {"--radii", 0, ARG_STRING, AT(radii), "LIST",
     "radical planes with these radii of the species: '1.28,1.60'"},
    {"--top", 0, ARG_INT, AT(top), "N", "most frequent indices shown (12)"},
    {"--cutoff", 0, ARG_DOUBLE, AT(cutoff), "R",
     "bond order with all atoms within R instead of Voronoi neighbors weighted with face areas"},
    {"--atoms", 0, ARG_STRING, AT(atoms), "FILE.csv",
     "cell (first of --filter) and, with --bond-order, its values for every atom of the last frame"},
    {"--r-max", 0, ARG_DOUBLE, AT(r_max), "R",
     "largest distance (5 mean distances); may exceed half the cell"},
    {"--dr", 0, ARG_DOUBLE, AT(dr), "DR", "bin width of g(r) (1/60 mean distance)"},
    {"--q-max", 0, ARG_DOUBLE, AT(q_max), "Q", "largest wavenumber (18 / mean distance)"},
    {"--dq", 0, ARG_DOUBLE, AT(dq), "DQ", "bin width of S(q) (2 pi / longest edge)"},
    {"--frames", 0, ARG_INT, AT(frames), "N", "most frames used, evenly chosen (20)"},
    {"--points", 0, ARG_INT, AT(points), "N", "most reciprocal-lattice points used a bin and frame (200)"},
    {"--form-factors", 'f', ARG_STRING, AT(form_factors), "1|xray|LIST",
     "weights of S_X and g_X: none, X-rays, or numbers like A=1,B=2 (xray for elements in metal units)"},
    {"--weight-q", 0, ARG_STRING, AT(weight_q), "Q",
     "wavenumber whose form factors weight g_X(r) (0: f = Z)"},
    {"--between", 0, ARG_STRING, AT(between), "LOW,HIGH",
     "g(r) of the atoms with LOW <= z < HIGH only: the inside of a film, --r-max away from its faces"},
    {"--from", 0, ARG_DOUBLE, AT(from), "T", "first time used, in the file's unit"},
    {"--to", 0, ARG_DOUBLE, AT(to), "T", "last time used"},
    {"--units", 0, ARG_STRING, AT(units), "lj|metal", "what the file's numbers mean, if it does not say"},
    {"--json", 0, ARG_FLAG, AT(json), NULL, "machine-readable result"},
    {0}};

extern const struct command cmd_structure;

static void print_peak(const char *name, const struct peak_fit *p, const char *unit)
{
    char b[3][24], place[TEXT_ERRORS], height[TEXT_ERRORS];
    printf("# %-16s %s %s", name, text_errors(place, p->x, 1, &p->error.x), unit);
    if (p->why[0])
        printf(" (highest bin: %s)", p->why);
    else
        printf(" (scatter %s, range %s)", track_args_number(b[0], fmax(p->scatter.x, p->frames.x), 2),
               track_args_number(b[1], p->range.x, 2));
    printf(", height %s, half height from %s to %s\n",
           text_errors(height, p->height, isfinite(p->error.height), &p->error.height),
           track_args_number(b[0], p->low, 4), track_args_number(b[1], p->high, 4));
}

static void print_peak_convention(const char *what, const char *where, const char *levels)
{
    printf("# peaks: cubic in ln %s %s, whatever the bins; errors: scatter, and the shift between the fits "
           "above %s of the height\n",
           what, where, levels);
}

static void print_weights(const struct structure *m)
{
    printf("# g_X = sum w_ab g_ab, w_ab = c_a c_b f_a f_b/<f>^2, f at q = %g /%s: %s;", m->weight_q,
           m->length_unit, m->form.text);
    for (int a = 0; a < m->species.count; a++)
        for (int b = a; b < m->species.count; b++)
            printf(" %s-%s %.4f", m->species.name[a], m->species.name[b],
                   (a == b ? 1.0 : 2.0) * m->weight[a][b]);
    printf("\n# G = 4 pi rho r (g - 1)");
    if (m->gx_ft)
        printf("; G_FT: from S_X with Lorch's window up to q = %.5g /%s", m->sq.q_max, m->length_unit);
    printf("\n");
}

static void print_rdf(const struct structure *m)
{
    const struct rdf *g = &m->rdf;
    printf("# g_ab(r) = V/(N_a N_b) pairs / shell volume; g = sum c_a c_b g_ab; n_ab(r) = b atoms within r "
           "(outer edge) of an "
           "a\n");
    if (m->weighted) print_weights(m);
    print_peak_convention("g", "in narrow bins", "0.7 and 0.85");
    print_peak("first peak g", &m->r1, m->length_unit);
    if (m->weighted) print_peak("first peak g_X", &m->rx, m->length_unit);
    for (int a = 0; a < g->species; a++)
        for (int b = a; b < g->species; b++) {
            char name[32];
            snprintf(name, sizeof name, "g_%s-%s", m->species.name[a], m->species.name[b]);
            print_peak(name, &m->r1_partial[a][b], m->length_unit);
        }
    printf("# r/%-8s          g", m->length_unit);
    for (int a = 0; a < g->species; a++)
        for (int b = a; b < g->species; b++) printf("  g_%s-%s", m->species.name[a], m->species.name[b]);
    for (int a = 0; a < g->species; a++)
        for (int b = 0; b < g->species; b++) printf("  n_%s-%s", m->species.name[a], m->species.name[b]);
    printf("  G%s%s\n", m->weighted ? "  g_X  G_X" : "", m->gx_ft ? "  G_FT" : "");
    for (int k = 0; k < g->bins; k++) {
        double r = rdf_r(g, k), scale = 4.0 * M_PI * m->density * r;
        printf("%11.6g %10.5f", r, g->total[k]);
        for (int a = 0; a < g->species; a++)
            for (int b = a; b < g->species; b++) printf(" %10.5f", rdf_value(g, a, b)[k]);
        for (int ab = 0; ab < g->species * g->species; ab++)
            printf(" %9.4f", g->coordination[(int64_t)ab * g->bins + k]);
        printf(" %10.5f", scale * (g->total[k] - 1.0));
        if (m->weighted) printf(" %10.5f %10.5f", m->gx[k], scale * (m->gx[k] - 1.0));
        if (m->gx_ft) printf(" %10.5f", m->gx_ft[k]);
        printf("\n");
    }
}

static void print_sq(const struct structure *m)
{
    const struct sq *s = &m->sq;
    printf("# S_NN = <|sum_j exp(iq.r_j)|^2>/N (Bhatia-Thornton); AL: Ashcroft-Langreth Re<rho_a "
           "rho_b*>/sqrt(N_a N_b);\n"
           "# FZ: Faber-Ziman 1 + (AL - delta)/sqrt(c_a c_b); points: reciprocal-lattice points used per "
           "frame, of all in "
           "the bin\n# (half space, without 000)%s\n",
           m->all_periodic ? "" : "; the cell has a free axis: only q in the periodic directions");
    char unit[24], b[24];
    snprintf(unit, sizeof unit, "/%s", m->length_unit);
    if (m->weighted) printf("# S_X = sum c_a c_b f_a f_b FZ_ab / <f>^2, f at each point: %s\n", m->form.text);
    print_peak_convention("S", "at every point of the reciprocal lattice", "0.5 and 0.7");
    print_peak("first peak S_NN", &m->q1, unit);
    if (m->weighted) print_peak("first peak S_X", &m->qx, unit);
    printf("# q/(1/%s) points of  S_NN  error%s", m->length_unit, m->weighted ? "  S_X  error" : "");
    for (int a = 0; a < s->species; a++)
        for (int c = a; c < s->species; c++)
            printf("  AL_%s-%s  FZ_%s-%s", m->species.name[a], m->species.name[c], m->species.name[a],
                   m->species.name[c]);
    if (s->nc) printf("  S_NC  S_CC");
    printf("\n");
    for (int k = 0; k < s->bins; k++) {
        if (s->points[k] == 0.0) continue;
        printf("%10.6g %6.0f %8.0f %9.5f %9s", s->q[k], s->points[k], s->available[k], s->nn[k],
               track_args_number(b, s->nn_error[k], 2));
        if (m->weighted) printf(" %9.5f %9s", s->xray[k], track_args_number(b, s->xray_error[k], 2));
        for (int a = 0; a < s->species; a++)
            for (int c = a; c < s->species; c++)
                printf(" %9.5f %9.5f", sq_ashcroft_langreth(s, a, c, k), sq_faber_ziman(s, a, c, k));
        if (s->nc) printf(" %9.5f %9.5f", s->nc[k], s->cc[k]);
        printf("\n");
    }
}

static void json_peak(struct json *j, const char *name, const struct peak_fit *p)
{
    json_open(j, name, '{');
    json_number(j, "position", p->x);
    json_number(j, "position_error", p->error.x);
    json_number(j, "position_scatter", p->scatter.x);
    json_number(j, "position_frames", p->frames.x);
    json_number(j, "position_range", p->range.x);
    json_number(j, "height", p->height);
    json_number(j, "height_error", p->error.height);
    json_number(j, "half_height_low", p->low);
    json_number(j, "half_height_high", p->high);
    json_number(j, "from", p->from);
    json_number(j, "to", p->to);
    json_integer(j, "points", p->used);
    json_bool(j, "fitted", !p->why[0]);
    if (p->why[0]) json_string(j, "why", p->why);
    json_close(j);
}

static void json_array(struct json *j, const char *name, const double *v, int n)
{
    json_open(j, name, '[');
    for (int k = 0; k < n; k++) json_number(j, NULL, v[k]);
    json_close(j);
}

static void json_rdf(struct json *j, const struct structure *m)
{
    const struct rdf *g = &m->rdf;
    json_open(j, "rdf", '{');
    json_peak(j, "first_peak", &m->r1);
    if (m->weighted) {
        json_peak(j, "first_peak_X", &m->rx);
        json_number(j, "weight_q", m->weight_q);
        json_array(j, "g_X", m->gx, g->bins);
        if (m->gx_ft) json_array(j, "G_FT", m->gx_ft, g->bins);
    }
    json_number(j, "dr", g->width);
    json_open(j, "r", '[');
    for (int k = 0; k < g->bins; k++) json_number(j, NULL, rdf_r(g, k));
    json_close(j);
    json_array(j, "g", g->total, g->bins);
    for (int a = 0; a < g->species; a++)
        for (int b = 0; b < g->species; b++) {
            char name[32];
            snprintf(name, sizeof name, "%s-%s", m->species.name[a], m->species.name[b]);
            json_open(j, name, '{');
            json_peak(j, "first_peak", &m->r1_partial[a][b]);
            json_array(j, "g", rdf_value(g, a, b), g->bins);
            json_array(j, "coordination", g->coordination + ((int64_t)a * g->species + b) * g->bins, g->bins);
            json_close(j);
        }
    json_close(j);
}

static void json_sq(struct json *j, const struct structure *m)
{
    const struct sq *s = &m->sq;
    json_open(j, "sq", '{');
    json_peak(j, "first_peak", &m->q1);
    if (m->weighted) {
        json_peak(j, "first_peak_X", &m->qx);
        json_array(j, "S_X", s->xray, s->bins);
        json_array(j, "S_X_error", s->xray_error, s->bins);
    }
    json_number(j, "dq", s->width);
    json_array(j, "q", s->q, s->bins);
    json_array(j, "points", s->points, s->bins);
    json_array(j, "points_available", s->available, s->bins);
    json_array(j, "S_NN", s->nn, s->bins);
    json_array(j, "S_NN_error", s->nn_error, s->bins);
    if (s->nc) json_array(j, "S_NC", s->nc, s->bins);
    if (s->cc) json_array(j, "S_CC", s->cc, s->bins);
    for (int a = 0; a < s->species; a++)
        for (int b = a; b < s->species; b++) {
            char name[32];
            snprintf(name, sizeof name, "%s-%s", m->species.name[a], m->species.name[b]);
            json_open(j, name, '{');
            json_array(j, "ashcroft_langreth", s->partial + ((int64_t)a * s->species + b) * s->bins, s->bins);
            json_open(j, "faber_ziman", '[');
            for (int k = 0; k < s->bins; k++) json_number(j, NULL, sq_faber_ziman(s, a, b, k));
            json_close(j);
            json_close(j);
        }
    json_close(j);
}

static void print_json(const struct structure *m, int top)
{
    struct json j = json_start();
    json_open(&j, NULL, '{');
    json_string(&j, "length_unit", m->length_unit);
    json_integer(&j, "frames", m->frames);
    json_integer(&j, "atoms", m->atoms);
    json_number(&j, "from", m->first_time);
    json_number(&j, "to", m->last_time);
    json_number(&j, "density", m->density);
    if (m->options.between) {
        json_number(&j, "low", m->options.low);
        json_number(&j, "high", m->options.high);
    }
    if (m->mean_mass > 0.0) json_number(&j, "mass_density", structure_mass_density(m));
    if (m->weighted) json_string(&j, "form_factors", m->form.text);
    if (m->has_rdf) json_rdf(&j, m);
    if (m->has_sq) json_sq(&j, m);
    if (m->has_voronoi) structure_cells_json_voronoi(&j, m, top);
    if (m->has_bond_order) structure_cells_json_bond_order(&j, m);
    json_close(&j);
    puts(j.text.s);
    json_free(&j);
}

static status read_lists(const struct options *o, struct structure_options *so)
{
    struct values v;
    if (o->filter) {
        TRY(values_numbers(&v, "--filter", o->filter));
        if (v.n > VORONOI_LEVELS)
            return fail(BAD_INPUT, "--filter: %d values, at most %d were expected", v.n, VORONOI_LEVELS);
        so->filters = v.n;
        for (int k = 0; k < v.n; k++) so->filter[k] = v.value[k];
    }
    if (o->radii) {
        TRY(values_numbers(&v, "--radii", o->radii));
        so->radical = true;
        for (int k = 0; k < v.n && k < SPECIES_MAX; k++) {
            if (!(v.value[k] > 0.0))
                return fail(BAD_INPUT, "--radii: %g, a radius must be positive", v.value[k]);
            so->radius[k] = v.value[k];
        }
    }
    return OK;
}

static void print_head(const struct structure *m)
{
    bool metal = strcmp(m->units, "metal") == 0;
    printf("# %" PRId64 " frames, time %g to %g %s, %" PRId64 " atoms, density %.6g /%s^3", m->frames,
           m->first_time, m->last_time, metal ? "ps" : "tau", m->atoms, m->density, m->length_unit);
    if (m->mean_mass > 0.0) printf(" = %.5g %s", structure_mass_density(m), metal ? "g/cm^3" : "m_B/sigma^3");
    if (m->options.between)
        printf("\n# g(r) and density of %g <= z < %g %s", m->options.low, m->options.high, m->length_unit);
    printf("\n");
}

static status read_weight_q(struct structure_options *so, const struct options *o)
{
    struct values v;
    if (!o->weight_q) return OK;
    TRY(values_numbers(&v, "--weight-q", o->weight_q));
    if (v.n != 1 || v.value[0] < 0.0)
        return fail(BAD_INPUT, "--weight-q '%s': one wavenumber was expected, in the file's unit",
                    o->weight_q);
    so->weight_q = v.value[0];
    return OK;
}

static status read_between(struct structure_options *so, const struct options *o)
{
    struct values v;
    if (!o->between) return OK;
    TRY(values_numbers(&v, "--between", o->between));
    if (v.n != 2 || !(v.value[0] < v.value[1]))
        return fail(BAD_INPUT, "--between '%s': two heights were expected, the lower one first, e.g. 6,12.5",
                    o->between);
    if (o->sq || o->voronoi || o->bond_order || o->atoms)
        return fail(BAD_INPUT, "--between goes with --rdf only");
    so->between = true;
    so->low = v.value[0];
    so->high = v.value[1];
    return OK;
}

static status run(int argc, char **argv)
{
    struct options o = {0};
    struct structure m = {0};
    const char *file[1];
    int files;
    TRY(args_parse(&cmd_structure, argc, argv, &o, file, 1, 1, &files));
    if (!o.rdf && !o.sq && !o.voronoi && !o.bond_order && !o.atoms) {
        o.rdf = true;
        o.sq = !o.between;
    }
    if (o.r_max < 0.0 || o.dr < 0.0 || o.q_max < 0.0 || o.dq < 0.0 || o.frames < 0 || o.points < 0 ||
        o.top < 0 || o.cutoff < 0.0)
        return fail(BAD_INPUT, "ranges, bin widths and numbers must be positive");
    struct structure_options so = {.rdf = o.rdf,
                                   .sq = o.sq,
                                   .r_max = o.r_max,
                                   .dr = o.dr,
                                   .q_max = o.q_max,
                                   .dq = o.dq,
                                   .frames = o.frames,
                                   .points = o.points,
                                   .from = o.from,
                                   .to = o.to,
                                   .form_factors = o.form_factors,
                                   .units = o.units,
                                   .voronoi = o.voronoi,
                                   .bond_order = o.bond_order,
                                   .radical = o.radical,
                                   .edge = o.edge,
                                   .bond_cutoff = o.cutoff,
                                   .table = o.atoms};
    int top = o.top > 0 ? (int)o.top : 12;
    TRY(read_lists(&o, &so));
    TRY(read_weight_q(&so, &o));
    TRY(read_between(&so, &o));
    TRY(structure_load(&m, file[0], &so));
    if (o.json) {
        print_json(&m, top);
    } else {
        print_head(&m);
        if (m.has_rdf) print_rdf(&m);
        if (m.has_rdf && m.has_sq) printf("\n\n");
        if (m.has_sq) print_sq(&m);
        if (m.has_voronoi) structure_cells_print_voronoi(&m, top);
        if (m.has_bond_order) structure_cells_print_bond_order(&m);
    }
    structure_release(&m);
    return OK;
}

const struct command cmd_structure = {
    .name = "structure",
    .summary = "g(r), S(q), Voronoi polyhedra and bond order",
    .synopsis =
        "TRAJ|RUNDIR [--rdf] [--sq] [--voronoi] [--bond-order] [--frames N] [--from T] [--to T] [--json]",
    .description =
        "Total and partial g(r) with running coordination numbers, G(r) = 4 pi rho r (g - 1), and S(q) on "
        "the reciprocal-lattice points of the cell in the Bhatia-Thornton, Ashcroft-Langreth and Faber-Ziman "
        "forms, averaged over frames; X-ray weighted S_X(q), g_X(r) and the transform of S_X for elements in "
        "metal units; first peaks, fitted without bins, with their errors and half-height range. Voronoi "
        "indices <n3,n4,n5,n6> depend strongly on what is done about "
        "small faces: tables for two filters are given, and the construction is printed.",
    .examples = "  glint structure runs/first --sq\n"
                "  glint structure config.data --rdf --r-max 6 --dr 0.01\n"
                "  glint structure runs/film --rdf --between 6,12.5 --r-max 3\n"
                "  glint structure trajectory.h5 --from 500 --frames 50 --json\n"
                "  glint structure config.data --voronoi --radical --filter 0,0.005,0.01,0.02\n"
                "  glint structure config.data --bond-order --voronoi --atoms atoms.csv\n",

    .args = args,
    .run = run};
