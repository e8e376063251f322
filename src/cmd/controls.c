/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/controls.h"
#include "protocol/deposit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const control_roles[] = {"film", "film-quench", "bulk-quench", "composition", "bulk-hold", NULL};

struct film_quench {
    double from, to, melt, time, thickness, flux; /* NaN: time, thickness: same; to: where the film grew */
};
struct bulk_quench {
    double from, to, melt, shift;
    int64_t atoms, looks;
    struct input_numbers rates;
};
struct bulk_hold {
    double from, melt, rate, time;
    int64_t atoms, looks;
    struct input_numbers T;
};

/* ---- what may be said ---- */

/* `same`, or a value. */
static void read_same(struct input *in, const struct input_key *key, const struct tree_node *node,
                      void *field)
{
    double *value = field;
    *value = NAN;
    if (node->kind == TREE_TEXT && strcmp(node->text, "same") == 0) return;
    if (input_number(in, node, key->quantity, value) && !(*value > 0.0))
        input_problem(in, node, "`same` or %s greater than 0 was expected", quantity_name(key->quantity));
}

#define FROM(type)                                                       \
    {                                                                    \
        "from", INPUT_NUMBER, offsetof(struct type, from),               \
            .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE,   \
            .help = "temperature of the melt (1.6 Tg where Tg is known)" \
    }
#define MELT(type)                                                                     \
    {                                                                                  \
        "melt", INPUT_NUMBER, offsetof(struct type, melt),                             \
            .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE, .standard = "100 tau", \
            .standard_metal = "50 ps", .help = "how long it is held there"             \
    }
#define ATOMS(type)                                                           \
    {                                                                         \
        "atoms", INPUT_INTEGER, offsetof(struct type, atoms),                 \
            .limit = INPUT_BETWEEN, .min = 2, .max = 5e8, .standard = "2000", \
            .help = "of a periodic cell of the film's mixture"                \
    }
#define AT(f) offsetof(struct film_quench, f)
static const struct input_key film_quench_keys[] = {
    FROM(film_quench),
    {"to", INPUT_NUMBER, AT(to), .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE,
     .help = "where the quench ends; absent: the temperature at which the film grew"},
    MELT(film_quench),
    {"time", INPUT_CUSTOM, AT(time), .quantity = QUANTITY_TIME, .read = read_same, .standard = "same",
     .help = "how long the quench takes; same: as the deposition, by the estimate of glint check"},
    {"thickness", INPUT_CUSTOM, AT(thickness), .quantity = QUANTITY_LENGTH, .read = read_same,
     .standard = "same", .help = "of the film before it is melted; same: the deposition's `until`"},
    {"flux", INPUT_NUMBER, AT(flux), .quantity = QUANTITY_FLUX, .limit = INPUT_POSITIVE,
     .standard = "0.05 /sigma^2/tau", .standard_metal = "0.01 /angstrom^2/ps",
     .help = "at which the atoms come that are melted then"},
    {0}};
static const struct input_table film_quench_table = {
    "film-quench", film_quench_keys, sizeof(struct film_quench),
    .help = "a film as thick, on the same substrate, melted and quenched"};

#undef AT
#define AT(f) offsetof(struct bulk_quench, f)
static const struct input_key bulk_quench_keys[] = {
    ATOMS(bulk_quench),
    {"rates", INPUT_NUMBERS, AT(rates), .quantity = QUANTITY_COOLING_RATE, .limit = INPUT_POSITIVE,
     .required = true, .n = 32, .help = "one run for each; four or more give an equivalent cooling rate"},
    FROM(bulk_quench),
    {"to", INPUT_NUMBER, AT(to), .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE,
     .help = "where the quench ends; absent: the lowest temperature of the film's stages"},
    MELT(bulk_quench),
    {"looks", INPUT_INTEGER, AT(looks), .limit = INPUT_BETWEEN, .min = 1, .max = 24, .standard = "12",
     .help = "inherent structures taken on the way, at equal steps of temperature"},
    {"shift", INPUT_NUMBER, AT(shift), .limit = INPUT_BETWEEN, .min = 0, .max = 0.5, .standard = "0.05",
     .help = "of mixtures: two more runs at the fastest rate, with so much more and less of the first "
             "species, to "
             "correct e_IS for composition; 0: none"},
    {0}};
static const struct input_table bulk_quench_table = {
    "bulk-quench", bulk_quench_keys, sizeof(struct bulk_quench), .help = "periodic cells quenched at P = 0"};

#undef AT
#define AT(f) offsetof(struct bulk_hold, f)
static const struct input_key bulk_hold_keys[] = {
    ATOMS(bulk_hold),
    {"T", INPUT_NUMBERS, AT(T), .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE, .required = true,
     .n = 32, .help = "one run for each; three or more give the liquid's line"},
    FROM(bulk_hold),
    MELT(bulk_hold),
    {"rate", INPUT_NUMBER, AT(rate), .quantity = QUANTITY_COOLING_RATE, .limit = INPUT_POSITIVE,
     .standard = "1e-4 eps/kB/tau", .standard_metal = "1e12 K/s", .help = "at which it is cooled to T"},
    {"for", INPUT_NUMBER, AT(time), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .standard = "20000 tau", .standard_metal = "20 ns", .help = "how long it is held there"},
    {"looks", INPUT_INTEGER, AT(looks), .limit = INPUT_BETWEEN, .min = 4, .max = 48, .standard = "10",
     .help = "inherent structures taken meanwhile; the later half counts"},
    {0}};
static const struct input_table bulk_hold_table = {"bulk-hold", bulk_hold_keys, sizeof(struct bulk_hold),
                                                   .help = "periodic liquids held at P = 0"};

const struct input_table *const control_tables[] = {&film_quench_table, &bulk_quench_table, &bulk_hold_table,
                                                    NULL};

static bool is_film_quench(const struct input_item *control)
{
    return control->table == &film_quench_table;
}

static bool is_hold(const struct input_item *control)
{
    return control->table == &bulk_hold_table;
}

/* ---- relations ---- */

static const struct stage *find_deposit(const struct run_input *r)
{
    for (size_t i = 0; i < r->n_stages; i++)
        if (r->stages[i].action == STAGE_DEPOSIT) return &r->stages[i];
    return NULL;
}

static void check_melt(struct run_input *r, const struct tree_node *at, double *from, double to)
{
    if (isnan(*from) && r->input.units.Tg > 0.0) *from = 1.6 * r->input.units.Tg;
    if (isnan(*from))
        input_problem(&r->input, at, "`from` is needed: the temperature of the melt (no Tg is known)");
    else if (!(to < *from))
        input_problem(&r->input, at, "a quench from %g to %g does not cool", *from, to);
}

static void check_one(struct run_input *r, const struct input_item *item, double lowest)
{
    struct film_quench *f = item->target;
    struct bulk_quench *b = item->target;
    struct bulk_hold *h = item->target;
    const struct tree_node *at = item->node ? item->node : tree_child(r->document.root, "controls");
    if (is_hold(item)) {
        for (size_t i = 0; i < h->T.count; i++) check_melt(r, at, &h->from, h->T.value[i]);
        return;
    }
    bool film = is_film_quench(item);
    double *to = film ? &f->to : &b->to;
    if (isnan(*to)) *to = film ? find_deposit(r)->deposit->T : lowest;
    check_melt(r, at, film ? &f->from : &b->from, *to);
}

void controls_check(struct run_input *r)
{
    const struct tree_node *at = tree_child(r->document.root, "controls");
    size_t deposits = 0;
    double lowest = INFINITY;
    if (r->controls.count == 0) return;
    for (size_t i = 0; i < r->n_stages; i++) {
        deposits += r->stages[i].action == STAGE_DEPOSIT;
        if (r->stages[i].T_to > 0.0) lowest = fmin(lowest, r->stages[i].T_to);
    }
    if (!r->film || deposits != 1) {
        input_problem(&r->input, at,
                      "controls are those of a film grown in one deposit stage; found %zu such stages%s",
                      deposits, r->film ? "" : " and no `film`");
        return;
    }
    for (size_t i = 0; i < r->controls.count; i++) check_one(r, &r->controls.item[i], lowest);
}

/* ---- documents ---- */

struct maker {
    const struct run_input *film;
    struct tree *document;
};

static const char *shown(const struct maker *m, enum quantity q, double value, char out[UNITS_TEXT])
{
    return units_format(&m->film->input.units, q, value, out);
}

static status add_copy(struct maker *m, struct tree_node *parent, const struct tree_node *node)
{
    struct tree_node *copy = NULL;
    TRY(tree_copy(&m->document->arena, node, &copy));
    copy->key = node->key; /* of the film's document, or of a literal: both live longer */
    tree_append(parent, copy);
    return OK;
}

/* `yaml` as a new child of a map (with a key) or of a list. */
static status add_value(struct maker *m, struct tree_node *parent, const char *key, const char *yaml)
{
    struct tree_node *node = NULL;
    TRY(tree_value(&m->document->arena, "controls", yaml, &node));
    node->key = key;
    tree_append(parent, node);
    return OK;
}

static status begin_document(struct maker *m, enum control_role role, bool (*kept)(const char *key),
                             struct tree_node **stages)
{
    TRY(tree_new(&m->document->arena, TREE_MAP, NULL, &m->document->root));
    m->document->root->file = m->film->document.root->file;
    m->document->root->line = m->document->root->column = 1;
    for (const struct tree_node *c = m->film->document.root->first; c; c = c->next)
        if (kept(c->key)) TRY(add_copy(m, m->document->root, c));
    TRY(add_value(m, m->document->root, "role", control_roles[role]));
    TRY(tree_new(&m->document->arena, TREE_LIST, NULL, stages));
    (*stages)->key = "stages";
    tree_append(m->document->root, *stages);
    return OK;
}

static bool is_among(const char *key, const char *const *words)
{
    while (*words && strcmp(*words, key) != 0) words++;
    return *words != NULL;
}

/* ---- film-quench ---- */

static bool kept_of_film(const char *key)
{
    static const char *const not_kept[] = {"stages", "controls", "role", NULL};
    return !is_among(key, not_kept);
}

/* The deposition that only brings the atoms. */
static status add_fast_deposit(struct maker *m, const struct film_quench *q, const struct stage *s,
                               struct tree_node *stages)
{
    static const char *const kept[] = {"species", "source", "thermostat", NULL};
    const struct deposit *d = s->deposit;
    const struct film_input *film = m->film->film;
    struct tree_node *entry = NULL, *body = NULL;
    char value[UNITS_TEXT], text[UNITS_TEXT + 32];
    TRY(tree_new(&m->document->arena, TREE_MAP, NULL, &entry));
    TRY(tree_new(&m->document->arena, TREE_MAP, NULL, &body));
    tree_append(stages, entry);
    body->key = "deposit";
    tree_append(entry, body);
    TRY(add_value(m, body, "T", shown(m, QUANTITY_TEMPERATURE, q->to, value)));
    TRY(add_value(m, body, "flux", shown(m, QUANTITY_FLUX, q->flux, value)));
    double thickness = isnan(q->thickness) ? d->until.thickness : q->thickness;
    if (!isnan(thickness))
        snprintf(text, sizeof text, "{thickness: %s}", shown(m, QUANTITY_LENGTH, thickness, value));
    else
        snprintf(
            text, sizeof text, "{atoms: %.0f}",
            fmax(1.0, nearbyint(deposit_atoms(d, film->area[0] * film->area[1], film->substrate.density))));
    TRY(add_value(m, body, "until", text));
    for (const struct tree_node *c = s->node->first; c; c = c->next)
        if (is_among(c->key, kept)) TRY(add_copy(m, body, c));
    if (d->cycle && isnan(d->source.T) && isnan(d->source.energy)) {
        tree_drop(body, "source");
        snprintf(text, sizeof text, "{T: %s}", shown(m, QUANTITY_TEMPERATURE, d->cycle->hot, value));
        TRY(add_value(m, body, "source", text));
    }
    return add_value(m, body, "label", "prepared");
}

static status add_film_ramps(struct maker *m, const struct film_quench *q, const struct stage *s,
                             struct tree_node *stages)
{
    char from[UNITS_TEXT], to[UNITS_TEXT], time[UNITS_TEXT], hold[UNITS_TEXT + 40], text[6 * UNITS_TEXT];
    double length = isnan(q->time) ? (double)s->steps * m->film->dt : q->time;
    shown(m, QUANTITY_TEMPERATURE, q->from, from);
    snprintf(hold, sizeof hold, "thermostat: {kind: langevin, tau: %s}",
             shown(m, QUANTITY_TIME, s->deposit->hold.tau, time));
    snprintf(text, sizeof text, "melt: {T: %s, for: %s, %s, label: melted}", from,
             shown(m, QUANTITY_TIME, q->melt, time), hold);
    TRY(add_value(m, stages, NULL, text));
    snprintf(text, sizeof text, "quench: {T: %s, to: %s, for: %lld steps, %s, label: %.64s}", from,
             shown(m, QUANTITY_TEMPERATURE, q->to, to), llround(length / m->film->dt), hold,
             s->deposit->label ? s->deposit->label : "quenched");
    return add_value(m, stages, NULL, text);
}

static status make_film_quench(struct maker *m, const struct film_quench *q)
{
    const struct stage *deposit = find_deposit(m->film);
    const struct tree_node *grown = deposit->node->parent; /* the entry of the list */
    struct tree_node *stages = NULL;
    TRY(begin_document(m, CONTROL_FILM_QUENCH, kept_of_film, &stages));
    for (const struct tree_node *c = grown->parent->first; c; c = c->next) {
        if (c != grown) {
            TRY(add_copy(m, stages, c));
            continue;
        }
        TRY(add_fast_deposit(m, q, deposit, stages));
        TRY(add_film_ramps(m, q, deposit, stages));
    }
    return OK;
}

/* ---- bulk-quench ---- */

static bool kept_of_bulk(const char *key)
{
    static const char *const kept[] = {"potential", "Tg",     "map",        "dt",    "seed",  "thermostat",
                                       "barostat",  "thermo", "checkpoint", "limit", "lists", "crystal_alarm",
                                       NULL};
    return is_among(key, kept);
}

/* `shift` more of the first species, the others in proportion. */
static status add_atoms(struct maker *m, int64_t atoms, double shift)
{
    const struct species *species = &m->film->atoms.species;
    const double *fraction = find_deposit(m->film)->deposit->species.fraction;
    struct text t = {0};
    text_add(&t, "{N: %lld", (long long)atoms);
    for (int k = 0; k < species->count; k++) {
        double f = k == 0 ? fraction[0] + shift : fraction[k] * (1.0 - shift / (1.0 - fraction[0]));
        text_add(&t, ", %s: %.17g", species->name[k], shift == 0.0 ? fraction[k] : f);
    }
    text_add(&t, "}");
    status s = t.out_of_memory ? fail(FAILED, "out of memory for a control")
                               : add_value(m, m->document->root, "atoms", t.s);
    text_free(&t);
    return s;
}

/* A document with the cell and its melt. */
static status begin_bulk(struct maker *m, enum control_role role, int64_t atoms, double shift, double from,
                         double melt, struct tree_node **stages)
{
    char a[UNITS_TEXT], b[UNITS_TEXT], text[4 * UNITS_TEXT];
    TRY(begin_document(m, role, kept_of_bulk, stages));
    TRY(add_atoms(m, atoms, shift));
    snprintf(text, sizeof text, "melt: {T: %s, for: %s, P: 0, label: melted}",
             shown(m, QUANTITY_TEMPERATURE, from, a), shown(m, QUANTITY_TIME, melt, b));
    return add_value(m, *stages, NULL, text);
}

static status make_bulk_hold(struct maker *m, const struct bulk_hold *h, double T)
{
    struct tree_node *stages = NULL;
    char a[UNITS_TEXT], b[UNITS_TEXT], text[4 * UNITS_TEXT];
    TRY(begin_bulk(m, CONTROL_BULK_HOLD, h->atoms, 0.0, h->from, h->melt, &stages));
    snprintf(text, sizeof text, "quench: {to: %s, rate: %s, P: 0, label: down}",
             shown(m, QUANTITY_TEMPERATURE, T, a), shown(m, QUANTITY_COOLING_RATE, h->rate, b));
    TRY(add_value(m, stages, NULL, text));
    TRY(add_value(m, stages, NULL, "measure: {eis: all, pressure: 0, label: there}"));
    snprintf(text, sizeof text, "anneal: {for: %s, P: 0, look: {every: %s, eis: all, pressure: 0}}",
             shown(m, QUANTITY_TIME, h->time, a), shown(m, QUANTITY_TIME, h->time / (double)h->looks, b));
    return add_value(m, stages, NULL, text);
}

static status make_bulk_quench(struct maker *m, const struct bulk_quench *q, enum control_role role,
                               double rate, double shift)
{
    struct tree_node *stages = NULL;
    char a[UNITS_TEXT], b[UNITS_TEXT], text[4 * UNITS_TEXT];
    TRY(begin_bulk(m, role, q->atoms, shift, q->from, q->melt, &stages));
    for (int64_t k = 1; k <= q->looks; k++) {
        double to = q->from + (q->to - q->from) * (double)k / (double)q->looks;
        snprintf(text, sizeof text, "quench: {to: %s, rate: %s, P: 0, label: quench-%lld}",
                 shown(m, QUANTITY_TEMPERATURE, to, a), shown(m, QUANTITY_COOLING_RATE, rate, b),
                 (long long)k);
        TRY(add_value(m, stages, NULL, text));
        snprintf(text, sizeof text, "measure: {eis: all, pressure: 0, label: at-%lld}", (long long)k);
        TRY(add_value(m, stages, NULL, text));
    }
    return add_value(m, stages, NULL, "minimise: {box: isotropic, P: 0, label: cold}");
}

/* ---- */

static bool can_shift(const struct run_input *film, const struct bulk_quench *q)
{
    double first = find_deposit(film)->deposit->species.fraction[0];
    return q->shift > 0.0 && first - q->shift > 0.0 && first + q->shift < 1.0;
}

size_t controls_number(const struct run_input *film, size_t item)
{
    const struct input_item *control = &film->controls.item[item];
    if (is_film_quench(control)) return 1;
    if (is_hold(control)) return ((const struct bulk_hold *)control->target)->T.count;
    const struct bulk_quench *q = control->target;
    return q->rates.count + (can_shift(film, q) ? 2 : 0);
}

enum control_role controls_role(const struct run_input *film, size_t item, size_t which)
{
    const struct input_item *control = &film->controls.item[item];
    if (is_film_quench(control)) return CONTROL_FILM_QUENCH;
    if (is_hold(control)) return CONTROL_BULK_HOLD;
    return which < ((const struct bulk_quench *)control->target)->rates.count ? CONTROL_BULK_QUENCH
                                                                              : CONTROL_COMPOSITION;
}

static double rate_of(const struct bulk_quench *q, size_t which)
{
    double fastest = 0.0;
    for (size_t i = 0; i < q->rates.count; i++) fastest = fmax(fastest, q->rates.value[i]);
    return which < q->rates.count ? q->rates.value[which] : fastest;
}

static double shift_of(const struct bulk_quench *q, size_t which)
{
    return which < q->rates.count ? 0.0 : which == q->rates.count ? q->shift : -q->shift;
}

status controls_document(const struct run_input *film, size_t item, size_t which, struct tree *document)
{
    const struct input_item *control = &film->controls.item[item];
    struct maker m = {film, document};
    *document = (struct tree){0};
    status s;
    if (is_film_quench(control)) {
        s = make_film_quench(&m, control->target);
    } else if (is_hold(control)) {
        const struct bulk_hold *h = control->target;
        s = make_bulk_hold(&m, h, h->T.value[which]);
    } else {
        const struct bulk_quench *q = control->target;
        s = make_bulk_quench(&m, q, controls_role(film, item, which), rate_of(q, which), shift_of(q, which));
    }
    if (s != OK) tree_free(document);
    return s;
}

const char *controls_rate(const struct run_input *film, size_t item, size_t which, char out[UNITS_TEXT])
{
    const struct input_item *control = &film->controls.item[item];
    out[0] = '\0';
    if (!is_film_quench(control) && !is_hold(control))
        units_format(&film->input.units, QUANTITY_COOLING_RATE, rate_of(control->target, which), out);
    return out;
}

const char *controls_word(const struct run_input *film, size_t item, size_t which, char out[UNITS_TEXT])
{
    char rate[UNITS_TEXT];
    const struct input_item *control = &film->controls.item[item];
    out[0] = '\0';
    controls_rate(film, item, which, rate);
    if (is_hold(control)) {
        double Tg = film->input.units.Tg, T = ((const struct bulk_hold *)control->target)->T.value[which];
        units_format(&film->input.units, QUANTITY_TEMPERATURE, T, rate);
        if (Tg > 0.0)
            snprintf(out, UNITS_TEXT, "-T%.6gTg", T / Tg);
        else
            snprintf(out, UNITS_TEXT, "-T%.*s", (int)strcspn(rate, " "), rate);
    } else if (controls_role(film, item, which) == CONTROL_COMPOSITION)
        snprintf(out, UNITS_TEXT, "%+g", shift_of(control->target, which));
    else if (rate[0])
        snprintf(out, UNITS_TEXT, "-rate%.*s", (int)strcspn(rate, " "), rate);
    return out;
}

bool controls_depend_on(const struct run_input *film, size_t item, const char *key)
{
    const struct input_item *control = &film->controls.item[item];
    const struct tree_node *node = tree_find(film->document.root, key), *top = node, *given = control->node;
    const struct tree_node *grown = find_deposit(film)->node;
    if (!node) return true;
    while (top->parent && top->parent->parent) top = top->parent;
    if (!is_film_quench(control)) {
        while (node && node->parent != grown) node = node->parent;
        bool mixture = node && strcmp(node->key, "species") == 0;
        return mixture || kept_of_bulk(top->key) || strcmp(top->key, "controls") == 0;
    }
    if (node->parent == grown && strcmp(node->key, "T") == 0) return !(given && tree_child(given, "to"));
    const struct film_quench *q = control->target;
    if (node->parent == grown && strcmp(node->key, "flux") == 0) return isnan(q->time);
    return true;
}
