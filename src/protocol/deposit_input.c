/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deposit_input — what a `deposit` stage may say (part of deposit; see deposit.h). */
#include "protocol/deposit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIELD(f) offsetof(struct deposit, f)

static bool is_text(struct input *in, const struct tree_node *node, const char *expected)
{
    if (node->kind == TREE_TEXT) return true;
    input_problem(in, node, "expected %s", expected);
    return false;
}

/* `0.26 atoms/tau`: the word is for people. */
static void without_atoms(const char *text, char out[UNITS_TEXT])
{
    const char *word = strstr(text, "atom");
    if (!word) {
        snprintf(out, UNITS_TEXT, "%s", text);
        return;
    }
    const char *rest = word + strlen("atom");
    snprintf(out, UNITS_TEXT, "%.*s%s", (int)(word - text), text, *rest == 's' ? rest + 1 : rest);
}

/* `1 atom per 9.6 ps`: the rate; false: not of this form. */
static bool parse_atoms_per(const struct unit_system *units, const char *text, double *rate)
{
    const char *rest, *per = strstr(text, " per ");
    double atoms, time;
    if (!per || !units_number(text, &atoms, &rest) || !strstr(rest, "atom") || strstr(rest, "atom") > per)
        return false;
    if (units_parse(units, per + strlen(" per "), QUANTITY_TIME, &time) != OK) return false;
    *rate = atoms / time;
    return true;
}

static void read_flux(struct input *in, const struct input_key *key, const struct tree_node *node,
                      void *field)
{
    static const enum quantity quantities[] = {QUANTITY_FLUX, QUANTITY_FREQUENCY, QUANTITY_VELOCITY};
    const char *expected = in->units.kind == UNITS_METAL
                               ? "a flux (1e-4 /angstrom^2/ps), atoms per time (0.1 atoms/ps, 1 atom per 10 "
                                 "ps) or a growth velocity (1e8 nm/s)"
                               : "a flux (1e-3 /sigma^2/tau), atoms per time (0.2 atoms/tau, 1 atom per 5 "
                                 "tau) or a growth velocity (8e-4 sigma/tau, or nm/s where real units are "
                                 "known)";
    struct deposit_rate *rate = field;
    char text[UNITS_TEXT];
    (void)key;
    if (!is_text(in, node, expected)) return;
    without_atoms(node->text, text);
    for (int i = 0; i < 3; i++) {
        bool per =
            quantities[i] == QUANTITY_FREQUENCY && parse_atoms_per(&in->units, node->text, &rate->value);
        if (!per && units_parse(&in->units, text, quantities[i], &rate->value) != OK) continue;
        rate->kind = (enum deposit_flux)i;
        if (!(rate->value > 0.0)) input_problem(in, node, "the flux must be greater than 0");
        return;
    }
    input_problem(in, node, "'%s' is not understood as %s", node->text, expected);
}

static void read_species(struct input *in, const struct input_key *key, const struct tree_node *node,
                         void *field)
{
    static const char blocks[] = "shuffled-blocks of ";
    struct deposit_species *s = field;
    (void)key;
    if (node->kind != TREE_MAP) {
        input_problem(in, node, "species look like {A: 0.5, B: 0.5, draw: shuffled-blocks of 20}");
        return;
    }
    for (const struct tree_node *c = node->first; c; c = c->next) {
        double number = 0.0;
        const char *rest = "";
        if (strcmp(c->key, "draw") == 0) {
            bool ok = c->kind == TREE_TEXT && strncmp(c->text, blocks, strlen(blocks)) == 0 &&
                      units_number(c->text + strlen(blocks), &number, &rest) && *rest == '\0' &&
                      number >= 1 && number <= 1e6 && number == floor(number);
            if (!ok)
                input_problem(in, c, "draw: expected `shuffled-blocks of N`, e.g. shuffled-blocks of 20");
            s->block = (int64_t)number;
        } else if (s->count == SPECIES_MAX || strlen(c->key) >= SPECIES_NAME) {
            input_problem(in, c, "too many species, or too long a name");
        } else if (input_number(in, c, QUANTITY_NUMBER, &s->part[s->count])) {
            snprintf(s->name[s->count++], SPECIES_NAME, "%s", c->key);
        }
    }
}

static const char *const zone_expected =
    "`up to 4 sigma (10 angstrom) below surface`, `substrate only` or `all`";

static void read_zone(struct input *in, const struct input_key *key, const struct tree_node *node,
                      void *field)
{
    struct deposit_hold *h = (struct deposit_hold *)((char *)field - offsetof(struct deposit_hold, zone));
    (void)key;
    if (!is_text(in, node, zone_expected)) return;
    const char *text = node->text, *end = strstr(text, " below surface");
    char length[UNITS_TEXT];
    if (strcmp(text, "substrate only") == 0 || strcmp(text, "substrate-only") == 0) {
        h->zone = ZONE_SUBSTRATE;
    } else if (strcmp(text, "all") == 0) {
        h->zone = ZONE_ALL;
    } else if (strncmp(text, "up to ", 6) == 0 && end && strcmp(end, " below surface") == 0) {
        h->zone = ZONE_BELOW;
        snprintf(length, sizeof length, "%.*s", (int)(end - text - 6), text + 6);
        if (units_parse(&in->units, length, QUANTITY_LENGTH, &h->depth) != OK)
            input_problem(in, node, "%s", status_message());
    } else {
        input_problem(in, node, "zone '%s': expected %s", text, zone_expected);
    }
}

static const struct input_key hold_keys[] = {
    {"langevin", INPUT_NUMBER, offsetof(struct deposit_hold, tau), .quantity = QUANTITY_TIME,
     .limit = INPUT_POSITIVE, .standard = "1 tau", .standard_metal = "0.5 ps",
     .help = "1/friction of the Langevin thermostat"},
    {"zone", INPUT_CUSTOM, offsetof(struct deposit_hold, zone), .read = read_zone,
     .standard = "up to 4 sigma below surface", .standard_metal = "up to 10 angstrom below surface",
     .help = "where it acts, beside the substrate: up to … below surface, substrate only (the surface heats "
             "up), all"},
    {0}};
static const struct input_table hold_table = {"thermostat", hold_keys, sizeof(struct deposit_hold),
                                              .help = "of the substrate and the lower film"};

static const struct input_key source_keys[] = {
    {"T", INPUT_NUMBER, FIELD(source.T) - FIELD(source), .quantity = QUANTITY_TEMPERATURE,
     .limit = INPUT_POSITIVE,
     .help = "temperature of the vapor: the mean energy of an atom is 2 kB T; beside `energy`: the spread"},
    {"energy", INPUT_NUMBER, FIELD(source.energy) - FIELD(source), .quantity = QUANTITY_ENERGY,
     .limit = INPUT_POSITIVE, .help = "kinetic energy of each atom of a beam"},
    {"angle", INPUT_NUMBER, FIELD(source.angle) - FIELD(source), .quantity = QUANTITY_ANGLE,
     .limit = INPUT_BETWEEN, .min = 0, .max = 1.5, .standard = "0 deg",
     .help = "of incidence, from the normal; azimuth at random"},
    {"height", INPUT_NUMBER, FIELD(source.height) - FIELD(source), .quantity = QUANTITY_LENGTH,
     .limit = INPUT_POSITIVE, .help = "of the source above the surface; absent: cutoff + 2 mean spacings"},
    {0}};

static void check_source(struct input *in, const struct tree_node *map, void *target)
{
    const double *v = target; /* T, energy */
    if (isnan(v[0]) && isnan(v[1])) input_problem(in, map, "a source needs a temperature T or an energy");
}
static const struct input_table source_table = {"source", source_keys, sizeof(((struct deposit *)0)->source),
                                                .help = "the vapor", .check = check_source};

static const struct input_key until_keys[] = {
    {"thickness", INPUT_NUMBER, FIELD(until.thickness) - FIELD(until), .quantity = QUANTITY_LENGTH,
     .limit = INPUT_POSITIVE,
     .help = "of the film above the substrate; then the block of species is completed"},
    {"atoms", INPUT_INTEGER, FIELD(until.atoms) - FIELD(until), .limit = INPUT_POSITIVE, .noun = "atoms",
     .help = "that came and stayed"},
    {"time", INPUT_NUMBER, FIELD(until.time) - FIELD(until), .quantity = QUANTITY_TIME,
     .limit = INPUT_POSITIVE, .help = "of the flux"},
    {0}};

static void check_until(struct input *in, const struct tree_node *map, void *target)
{
    const struct {
        double thickness;
        int64_t atoms;
        double time;
    } *u = target;
    if (!isnan(u->thickness) + (u->atoms != INPUT_ABSENT) + !isnan(u->time) != 1)
        input_problem(in, map, "give one of thickness, atoms, time");
}
static const struct input_table until_table = {"until", until_keys, sizeof(((struct deposit *)0)->until),
                                               .help = "when the source is shut", .check = check_until};

/* `dt: adaptive`, or `dt: {adaptive: 0.02 sigma}` with the largest move. */
static void read_adaptive(struct input *in, const struct input_key *key, const struct tree_node *node,
                          void *field)
{
    (void)key;
    const char *standard = in->units.kind == UNITS_METAL ? "0.05 angstrom" : "0.02 sigma";
    const struct tree_node *move = node->kind == TREE_MAP ? tree_child(node, "adaptive") : NULL;
    double *largest = field;
    if (node->kind == TREE_TEXT && strcmp(node->text, "fixed") == 0) {
        *largest = 0.0;
    } else if (node->kind == TREE_TEXT && strcmp(node->text, "adaptive") == 0) {
        if (units_parse(&in->units, standard, QUANTITY_LENGTH, largest) != OK)
            input_problem(in, node, "%s", status_message());
    } else if (!move) {
        input_problem(in, node, "expected `fixed`, `adaptive` or {adaptive: %s}", standard);
    } else if (input_number(in, move, QUANTITY_LENGTH, largest) && !(*largest > 0.0)) {
        input_problem(in, move, "the largest move must be greater than 0");
    }
}

static const struct input_key cycle_keys[] = {
    {"atoms", INPUT_INTEGER, offsetof(struct deposit_cycle, atoms), .limit = INPUT_BETWEEN, .min = 1,
     .max = 1e5, .standard = "10", .help = "of a group"},
    {"hot", INPUT_NUMBER, offsetof(struct deposit_cycle, hot), .quantity = QUANTITY_TEMPERATURE,
     .limit = INPUT_POSITIVE, .required = true, .help = "temperature at which a group is held first"},
    {"heat", INPUT_NUMBER, offsetof(struct deposit_cycle, heat), .quantity = QUANTITY_TIME,
     .limit = INPUT_POSITIVE, .required = true, .help = "for how long"},
    {"cool", INPUT_NUMBER, offsetof(struct deposit_cycle, cool), .quantity = QUANTITY_TIME,
     .limit = INPUT_POSITIVE, .required = true, .help = "how long it is cooled from there to T"},
    {"minimise", INPUT_BOOL, offsetof(struct deposit_cycle, minimise), .standard = "yes",
     .help = "the whole film after every group"},
    {0}};
static const struct input_table cycle_table = {"cycle", cycle_keys, sizeof(struct deposit_cycle),
                                               .help = "insert, cool, minimise, repeat"};

static const char *const observe_words[] = {"trajectory", "nothing", "crystal-alarm", NULL};
static const struct input_key deposit_keys[] = {
    {"T", INPUT_NUMBER, FIELD(T), .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE, .required = true,
     .help = "temperature of the substrate"},
    {"flux", INPUT_CUSTOM, FIELD(flux), .read = read_flux,
     .help = "how fast atoms arrive: 1e-3 /sigma^2/tau, 0.2 atoms/tau, 1 atom per 5 tau, or a growth "
             "velocity 8e-4 "
             "sigma/tau "
             "(at the "
             "density of the substrate)"},
    {"cycle", INPUT_OPTIONAL, FIELD(cycle), .table = &cycle_table,
     .help = "instead of a flux: groups of atoms"},
    {"until", INPUT_MAP, FIELD(until), .table = &until_table, .required = true,
     .help = "thickness, atoms or time; the stage ends when nothing is in flight any more"},
    {"species", INPUT_CUSTOM, FIELD(species), .read = read_species,
     .help = "{A: 0.5, B: 0.5, draw: shuffled-blocks of 20}; absent: equal parts, blocks of 20"},
    {"source", INPUT_MAP, FIELD(source), .table = &source_table, .help = "energy and direction of the vapor"},
    {"thermostat", INPUT_MAP, FIELD(hold), .table = &hold_table, .help = "langevin, in a zone that moves"},
    {"dt", INPUT_CUSTOM, FIELD(largest_move), .read = read_adaptive, .standard = "fixed",
     .help = "fixed, or adaptive for energetic atoms: {adaptive: 0.02 sigma} halves dt until no atom moves "
             "farther"},
    {"observe", INPUT_WORDS, FIELD(observe), .choices = observe_words,
     .help = "what is recorded: trajectory, crystal-alarm, nothing"},
    {"label", INPUT_STRING, FIELD(label), .help = "a name for files, figures and `restore`"},
    {0}};

static void check_deposit(struct input *in, const struct tree_node *map, void *target)
{
    const struct deposit *d = target;
    if ((d->flux.value > 0.0) == (d->cycle != NULL)) input_problem(in, map, "give either `flux` or `cycle`");
    if (!d->cycle && isnan(d->source.T) && isnan(d->source.energy))
        input_problem(in, map, "a flux needs a `source` with a temperature T or an energy");
    if (d->cycle && d->largest_move > 0.0)
        input_problem(in, map, "an adaptive dt is for a flux, a cycle has no energetic atoms");
    if (d->cycle && !isnan(d->until.time))
        input_problem(in, map, "a cycle ends with a thickness or a number of atoms");
}

const struct input_table deposit_table = {"deposit", deposit_keys, sizeof(struct deposit),
                                          .help = "grow a film on the substrate of `film:` from the vapor",
                                          .check = check_deposit};

void deposit_resolve(struct input *in, const struct tree_node *node, struct deposit *d,
                     const struct species *species)
{
    struct deposit_species *s = &d->species;
    double total = 0.0;
    if (s->block == 0) s->block = 20;
    for (int k = 0; k < species->count && s->count == 0; k++) s->fraction[k] = 1.0 / species->count;
    for (int i = 0; i < s->count; i++) {
        int k = species_find(species, s->name[i]);
        if (k < 0)
            input_problem(in, node, "species: the potential has no species '%s'", s->name[i]);
        else if (!(s->part[i] >= 0.0))
            input_problem(in, node, "species: the fraction of %s is %g, expected 0 to 1", s->name[i],
                          s->part[i]);
        else
            s->fraction[k] = s->part[i];
        total += s->part[i];
    }
    if (s->count > 0 && !(fabs(total - 1.0) < 1e-9))
        input_problem(in, node, "species: the fractions add up to %g, expected 1", total);
}

double deposit_atoms(const struct deposit *d, double area, double density)
{
    if (d->until.atoms != INPUT_ABSENT) return (double)d->until.atoms;
    if (!isnan(d->until.thickness)) return d->until.thickness * area * density;
    double rate = d->flux.kind == FLUX_ATOMS      ? d->flux.value
                  : d->flux.kind == FLUX_PER_AREA ? d->flux.value * area
                                                  : d->flux.value * area * density;
    return rate * d->until.time;
}

double deposit_steps(const struct deposit *d, double area, double density, double dt)
{
    if (d->cycle)
        return deposit_atoms(d, area, density) / (double)d->cycle->atoms * (d->cycle->heat + d->cycle->cool) /
               dt;
    double per_time = d->flux.kind == FLUX_ATOMS      ? d->flux.value
                      : d->flux.kind == FLUX_PER_AREA ? d->flux.value * area
                                                      : d->flux.value * area * density;
    return deposit_atoms(d, area, density) / per_time / dt;
}
