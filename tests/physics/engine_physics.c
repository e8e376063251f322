/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_physics — what the engine samples: energy drift, kinetic energies, ensemble ratios, thermodynamic
 * anchors, and a quench. usage: engine_physics drift | drift-mixed | metal | metal-mixed | kinetic | ratio | pressure | anchor | quench. One line
 * a result; exit 1 if one is wrong. Seeds are fixed: a result never flickers. */
#include "base/file.h"
#include "engine_fixture.h"
#include "integrate/minimise.h"
#include "statistics.h"
#include "system/trajectory.h"

#include <gsl/gsl_cdf.h>

static const char force_shift[] = "wahnstrom:shift=force", energy_shift[] = "wahnstrom";

/* ---- NVE ---- */

static void start(struct engine *e, const struct config *c, const char *spec, double dt, enum precision p)
{
    struct engine_options o = {.potential = spec, .dt = dt, .seed = 7, .precision = p};
    MUST(engine_start(e, &o, c));
}

/* Total energy per atom of N = 1000 at ρ = 1.296, T ≈ 0.8: block means and their slope per 10⁶ steps. Mixed
 * precision may drift five times as much. */
static int drift_of(enum precision precision)
{
    enum { BLOCKS = 40, STEPS = 200000 };
    static double at[BLOCKS], energy[BLOCKS];
    struct config c = {0};
    struct engine e;
    double error, largest = 0.0;
    fixture_liquid(&c, 1000, 1.296, 0.8, 1, 4000);
    c.step = 0;
    start(&e, &c, force_shift, 0.005, precision);
    for (int b = 0; b < BLOCKS; b++) {
        energy[b] = 0.0;
        for (int64_t k = 1; k <= STEPS / BLOCKS / 10; k++) {
            MUST(engine_advance(&e, e.step + 10, false));
            energy[b] += (e.energy + engine_kinetic(&e)) / 1000.0 / (STEPS / BLOCKS / 10);
        }
        at[b] = (b + 0.5) * STEPS / BLOCKS * 1e-6;
        largest = fmax(largest, fabs(energy[b] - energy[0]));
    }
    double slope = slope_of(at, energy, BLOCKS, &error), most = precision == PRECISION_MIXED ? 2.5e-4 : 5e-5;
    int bad = REPORT(fabs(slope) <= most + 2 * error && error < 2.5e-5,
                     precision == PRECISION_MIXED ? "NVE drift, shift=force, mixed precision"
                                                  : "NVE drift, shift=force",
                     "%.2g(%.1g) epsilon per atom in 1e6 steps, largest block deviation %.1g, T = %.3f",
                     slope, error, largest, engine_temperature(&e));
    engine_free(&e);
    config_free(&c);
    return bad;
}

/* The same for Cu50Zr50 at 600 K, 500 atoms, 1e5 steps of 2 fs. The glass is cooled over 140 ps so that it hardly ages
 * afterwards: a glass that settles warms itself, and the energy of a Verlet step differs from the conserved one by (ω dt)²/8
 * of the thermal energy, 3e-4 of it for ω = 25/ps: 37 K would look like a drift of 3e-6 eV. Temperature and energy of
 * the start are those of its own thermostat. */
static int drift_metal_of(enum precision precision)
{
    enum { BLOCKS = 40, STEPS = 100000, N = 500 };
    static double at[BLOCKS], energy[BLOCKS];
    struct species s = {2, {"Cu", "Zr"}, {63.546, 91.224}};
    struct build_mixture o = {.atoms = N, .density = 0.0555, .fraction = {0.5, 0.5}, .species = s, .seed = 1};
    struct config c = {0};
    struct engine e;
    struct unit_system u = units_metal();
    double error, fs = 1e-3 * units_size(&u, QUANTITY_TIME), largest = 0.0;
    MUST(build_mixture(&c, &o));
    MUST(build_velocities(&c, 2000.0, units_boltzmann(&u), 1, 0));
    start(&e, &c, "cuzr:m19", 2.0 * fs, precision);
    e.ensemble = fixture_ensemble(THERMOSTAT_BUSSI, BAROSTAT_NONE, 2000.0, 0.0);
    e.ensemble.tau_T = 100.0 * fs;
    MUST(engine_advance(&e, 5000, false));
    static const struct {
        double T;
        int64_t until;
    } anneal[] = {{1200.0, 15000}, {900.0, 35000}, {750.0, 55000}, {600.0, 70000}};
    for (size_t i = 0; i < sizeof anneal / sizeof *anneal; i++) {
        e.ensemble.T_from = e.ensemble.T_to = anneal[i].T;
        MUST(engine_advance(&e, anneal[i].until, false));
    }
    e.ensemble = ensemble_nve();
    for (int b = 0; b < BLOCKS; b++) {
        energy[b] = 0.0;
        for (int64_t k = 1; k <= STEPS / BLOCKS / 10; k++) {
            MUST(engine_advance(&e, e.step + 10, false));
            energy[b] += (e.energy + engine_kinetic(&e)) / N / (STEPS / BLOCKS / 10);
        }
        at[b] = (b + 0.5) * STEPS / BLOCKS * 1e-5;
        largest = fmax(largest, fabs(energy[b] - energy[0]));
    }
    double slope = slope_of(at, energy, BLOCKS, &error), most = precision == PRECISION_MIXED ? 5e-6 : 1e-6;
    int bad = REPORT(fabs(slope) <= most + 2 * error && error < 5e-7,
                     precision == PRECISION_MIXED ? "NVE drift, Cu-Zr at 600 K, mixed precision"
                                                  : "NVE drift, Cu-Zr at 600 K",
                     "%.2g(%.1g) eV per atom in 1e5 steps of 2 fs, largest block deviation %.1g, T = %.0f K",
                     slope, error, largest, engine_temperature(&e));
    engine_free(&e);
    config_free(&c);
    return bad;
}

static int drift(void)
{
    return drift_of(PRECISION_DOUBLE);
}
static int drift_mixed(void)
{
    return drift_of(PRECISION_MIXED);
}
static int drift_metal(void)
{
    return drift_metal_of(PRECISION_DOUBLE);
}
static int drift_metal_mixed(void)
{
    return drift_metal_of(PRECISION_MIXED);
}

/* Means of the total energy over 600 steps with shift=energy, one a line; the start as FOLDER/start.data for
 * LAMMPS. */
static int wander(const char *folder)
{
    char path[FILE_PATH_MAX];
    struct config c = {0};
    struct engine e;
    fixture_liquid(&c, 1000, 1.296, 0.6, 7, 4000);
    c.step = 0;
    MUST(file_join(path, folder, "start.data"));
    MUST(config_write(path, &c));
    fixture_start(&e, &c, energy_shift, 0.005, 0);
    for (int b = 0; b < 100; b++) {
        double mean = 0.0;
        for (int k = 0; k < 60; k++) {
            MUST(engine_advance(&e, e.step + 10, false));
            mean += (e.energy + engine_kinetic(&e)) / 60;
        }
        printf("%.12g\n", mean);
    }
    engine_free(&e);
    config_free(&c);
    return 0;
}

/* ---- kinetic energy ---- */

static double gamma_cdf(double x, const void *shape)
{
    return gsl_cdf_gamma_P(x, *(const double *)shape, 1.0);
}

static int kinetic(void)
{
    enum { N = 2500 };
    static double x[N];
    static const char *const names[] = {"nose-hoover", "bussi", "langevin"};
    int bad = 0;
    for (int t = 0; t < 3; t++) {
        struct config c = {0};
        struct engine e;
        fixture_liquid(&c, 108, 1.2, 1.0, 2, 2000);
        fixture_start(&e, &c, force_shift, 0.004, 1);
        e.ensemble = fixture_ensemble((enum thermostat)(THERMOSTAT_NOSE_HOOVER + t), BAROSTAT_NONE, 1.0, 0.0);
        e.ensemble.tau_T = 0.2;
        MUST(engine_advance(&e, e.step + 2000, false));
        for (int i = 0; i < N; i++) {
            MUST(engine_advance(&e, e.step + 100, false));
            x[i] = engine_kinetic(&e);
        }
        double shape = 0.5 * ensemble_freedom(&e.ensemble, 108), g = inefficiency(x, N), mean = mean_of(x, N);
        double d = kolmogorov(x, N, gamma_cdf, &shape);
        char name[60];
        snprintf(name, sizeof name, "kinetic energy of %s is Gamma(%g)", names[t], shape);
        bad += REPORT(d < 1.95, name, "KS %.2f, mean/kT %.2f, inefficiency %.1f", d, mean, g);
        engine_free(&e);
        config_free(&c);
    }
    return bad;
}

/* ---- ensemble ratios ---- */

/* n samples of the potential energy (volume false) or of the volume. */
static void sample(struct ensemble n, int64_t skip, int every, bool volume, double *x, int count)
{
    struct config c = {0};
    struct engine e;
    fixture_liquid(&c, 108, 1.2, 1.0, 5, 2000);
    fixture_start(&e, &c, force_shift, 0.004, 1);
    e.ensemble = n;
    MUST(engine_advance(&e, e.step + skip, false));
    for (int i = 0; i < count; i++) {
        MUST(engine_advance(&e, e.step + every, false));
        x[i] = volume ? box_volume(&e.domain.box) : e.energy;
    }
    engine_free(&e);
    config_free(&c);
}

static int report_slope(const char *what, const double *x1, const double *x2, int n, double want)
{
    double error, slope = log_ratio_slope(x1, x2, n, &error);
    return REPORT(fabs(slope - want) < 3 * error && error < 0.12 * fabs(want), what,
                  "slope %.4f(%.4f), expected %.4f; means %.3f %.3f", slope, error, want, mean_of(x1, n),
                  mean_of(x2, n));
}

/* P(U,T₁)/P(U,T₂) ∝ exp(−(β₁−β₂)U) */
static int ratio(void)
{
    enum { N = 2500 };
    static double x1[N], x2[N];
    static const char *const names[] = {"nose-hoover", "bussi", "langevin"};
    int bad = 0;
    for (int t = 0; t < 3; t++) {
        char name[80];
        double T1 = 1.0, T2 = 1.12;
        struct ensemble n =
            fixture_ensemble((enum thermostat)(THERMOSTAT_NOSE_HOOVER + t), BAROSTAT_NONE, T1, 0.0);
        n.tau_T = 0.2;
        sample(n, 5000, 100, false, x1, N);
        n.T_from = n.T_to = T2;
        sample(n, 5000, 100, false, x2, N);
        snprintf(name, sizeof name, "ensemble ratio of %s at T = %g and %g", names[t], T1, T2);
        bad += report_slope(name, x1, x2, N, -(1.0 / T1 - 1.0 / T2));
    }
    return bad;
}

/* P(V,P₁)/P(V,P₂) ∝ exp(−β(P₁−P₂)V) */
static int pressure(void)
{
    enum { N = 2500 };
    static double x1[N], x2[N];
    static const struct {
        enum thermostat t;
        enum barostat b;
        bool per_axis;
        const char *name;
    } kinds[] = {{THERMOSTAT_NOSE_HOOVER, BAROSTAT_MTK, false, "nose-hoover, mtk"},
                 {THERMOSTAT_BUSSI, BAROSTAT_CELL_RESCALING, false, "bussi, cell-rescaling"},
                 {THERMOSTAT_LANGEVIN, BAROSTAT_CELL_RESCALING, true, "langevin, cell-rescaling per axis"}};
    int bad = 0;
    for (int k = 0; k < 3; k++) {
        char name[100];
        double T = 1.1, P1 = 8.0, P2 = 8.9;
        struct ensemble n = fixture_ensemble(kinds[k].t, kinds[k].b, T, P1);
        n.per_axis = kinds[k].per_axis;
        n.tau_P = kinds[k].b == BAROSTAT_MTK ? 1.0 : 0.3;
        n.compressibility = 0.02;
        sample(n, 10000, 100, true, x1, N);
        n.P = P2;
        sample(n, 10000, 100, true, x2, N);
        snprintf(name, sizeof name, "volume ratio of %s at P = %g and %g", kinds[k].name, P1, P2);
        bad += report_slope(name, x1, x2, N, (P2 - P1) / T);
    }
    return bad;
}

/* ---- numbers of the model ---- */

/* ρ = 1.296, T = 1, energy-shifted at 2.5 σ_AA: U/N = −5.470(2), P = 12.06(1) (LAMMPS, block averages). */
static int anchor(void)
{
    enum { N = 3600 };
    static double u[N], p[N];
    struct config c = {0};
    struct engine e;
    fixture_liquid(&c, 1000, 1.296, 1.0, 3, 4000);
    fixture_start(&e, &c, energy_shift, 0.005, 0);
    e.ensemble = fixture_ensemble(THERMOSTAT_NOSE_HOOVER, BAROSTAT_NONE, 1.0, 0.0);
    MUST(engine_advance(&e, e.step + 6000, false));
    for (int i = 0; i < N; i++) {
        MUST(engine_advance(&e, e.step + 25, false));
        u[i] = e.energy / 1000.0;
        p[i] = engine_scalar_pressure(&e);
    }
    double du = error_of_mean(u, N), dp = error_of_mean(p, N), mu = mean_of(u, N), mp = mean_of(p, N);
    int bad = REPORT(fabs(mu + 5.470) < 3 * hypot(du, 0.002) && du < 0.004, "energy at density 1.296, T = 1",
                     "%.4f(%.4f), LAMMPS -5.470(2)", mu, du);
    bad += REPORT(fabs(mp - 12.06) < 3 * hypot(dp, 0.01) && dp < 0.02, "pressure at density 1.296, T = 1",
                  "%.3f(%.3f), LAMMPS 12.06(1)", mp, dp);
    engine_free(&e);
    config_free(&c);
    return bad;
}

static void ramp(struct engine *e, double from, double to, int64_t steps)
{
    e->ensemble.T_from = from, e->ensemble.T_to = to;
    e->ensemble.step_from = e->step, e->ensemble.step_to = e->step + steps;
    MUST(engine_advance(e, e->step + steps, false));
}

/* Quench at P = 0 with 1e-3 ε/k_B per τ, N = 2048: density at T = 0.3 and the inherent structure of the
 * glass. Run to run (LAMMPS): ±0.004 in the density, ±0.01 in the energy; two runs of two codes differ by √2
 * of that: three of these are 0.017 and 0.042. */
static int quench(void)
{
    struct config c = {0};
    struct engine e;
    double volume = 0.0;
    fixture_liquid(&c, 2048, 1.1, 1.0, 4, 3000);
    fixture_start(&e, &c, energy_shift, 0.005, 0);
    e.ensemble = fixture_ensemble(THERMOSTAT_BUSSI, BAROSTAT_NONE, 0.8, 0.0);
    ramp(&e, 1.0, 0.8, 2000);
    e.ensemble = fixture_ensemble(THERMOSTAT_BUSSI, BAROSTAT_CELL_RESCALING, 0.8, 0.0);
    e.ensemble.tau_P = 5.0, e.ensemble.compressibility = 0.05;
    ramp(&e, 0.8, 0.8, 6000);
    ramp(&e, 0.8, 0.305, 99000);
    for (int i = 0; i < 20; i++) {
        ramp(&e, 0.305 - 0.0005 * i, 0.3045 - 0.0005 * i, 100);
        volume += box_volume(&e.domain.box) / 20;
    }
    ramp(&e, 0.295, 0.05, 49000);
    struct minimise_options o = {
        .box = MINIMISE_ISOTROPIC, .force = 1e-5, .stress = 1e-5, .most_steps = 20000};
    struct minimise_result r;
    MUST(minimise(&e, &o, &r));
    double rho = 2048 / volume, energy = e.energy / 2048, rho_is = 2048 / box_volume(&e.domain.box);
    int bad = REPORT(fabs(rho - 1.2272) < 0.017, "density of the quench at T = 0.3, P = 0",
                     "%.4f, LAMMPS 1.2272(2)", rho);
    bad += REPORT(r.converged && fabs(energy + 7.091) < 0.042, "inherent structure of the quench at P = 0",
                  "%.4f at density %.4f, LAMMPS -7.091 at 1.298", energy, rho_is);
    engine_free(&e);
    config_free(&c);
    return bad;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } checks[] = {{"drift", drift}, {"drift-mixed", drift_mixed}, {"metal", drift_metal},
                  {"metal-mixed", drift_metal_mixed}, {"kinetic", kinetic}, {"ratio", ratio},
                  {"pressure", pressure}, {"anchor", anchor},   {"quench", quench}};
    int bad = 0;
    if (argc == 3 && strcmp(argv[1], "wander") == 0) return wander(argv[2]);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (argc < 2 || strcmp(argv[1], checks[i].name) == 0) bad += checks[i].run();
    return bad > 0;
}
