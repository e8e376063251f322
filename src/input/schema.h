/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schema — what an input may say, as tables; reading it into structs, with every problem reported at once.
 *
 * The author of a stage (a window, an observer, …) writes a struct and a table:
 *
 *     struct melt { double T, P, time; int ensemble; struct input_words observe; };
 *     #define AT(field) offsetof(struct melt, field)
 *     static const char *const ensembles[] = {"NVT", "NPT", NULL};
 *     static const struct input_key melt_keys[] = {
 *         {"T", INPUT_NUMBER, AT(T), .quantity = QUANTITY_TEMPERATURE, .limit = INPUT_POSITIVE,
 *          .required = true, .help = "temperature of the liquid"},
 *         {"P", INPUT_NUMBER, AT(P), .quantity = QUANTITY_PRESSURE, .standard = "0", .help = "pressure"},
 *         {"for", INPUT_NUMBER, AT(time), .quantity = QUANTITY_TIME, .required = true, .help = "how long"},
 *         {"ensemble", INPUT_CHOICE, AT(ensemble), .choices = ensembles, .standard = "NPT",
 *          .help = "what is held constant"},
 *         {"observe", INPUT_WORDS, AT(observe), .help = "what is recorded meanwhile"},
 *         {0}};
 *     const struct input_table melt_input = {
 *         "melt", melt_keys, sizeof(struct melt), .help = "hold a liquid"};
 *
 * (Every entry needs at least one designated initialiser, or gcc warns of the fields left out: always give
 * .help.) The owner of the whole input reads it:
 *
 *     struct input in;
 *     struct run run = {0};
 *     struct tree_node *effective;
 *     input_start(&in, units_lj());
 *     input_read(&in, &run_table, doc.root, &run, &effective);  fills run; notes problems and goes on
 *     GUARD(input_finish(&in, "pvd.yaml"));                     BAD_INPUT with all problems, one a line
 *     tree_emit(effective, &text);                              every key, given or standard, with its unit
 *     for (size_t i = 0; i < run.stages.count; i++) {           struct input_items, kind INPUT_STAGES
 *         const struct input_item *stage = &run.stages.item[i];
 *         if (stage->table == &melt_input) { const struct melt *melt = stage->target; … }
 *     }
 *     input_free(&in);                                          everything that `run` points at
 *
 * Keys are read in the order of the table, not of the file. So a table puts `potential`, `Tg`, `map` and `dt`
 * first; their `after` (or their table's `check`) sets in->units, and every later key may be written in Tg,
 * in K or in steps. Mark such keys .defines_units: when one of them has a problem, the complaints that only
 * follow from it ("Tg is not known") are left out.
 *
 * Kinds, and the field that each one fills:
 *
 *     INPUT_NUMBER    double           a value of .quantity, in internal units
 *     INPUT_INTEGER   int64_t          8, 1e6; with .noun = "seeds" also: 200 seeds
 *     INPUT_CHOICE    int              index into .choices
 *     INPUT_STRING    const char *     any text
 *     INPUT_BOOL      bool             yes/no, true/false, on/off
 *     INPUT_VECTOR    double[.n]       list of exactly .n values of .quantity
 *     INPUT_NUMBERS   input_numbers    list of any length; a single value counts as a list of one
 *     INPUT_INTEGERS  input_integers   the same; 1..8 is a range
 *     INPUT_WORDS     input_words      list of texts; with .choices every one must be among them
 *     INPUT_MAP       embedded struct  map read by .table; when absent, its standards are set all the same,
 *                                      but its required keys are not asked for
 *     INPUT_OPTIONAL  pointer          the same, but NULL when the key is absent
 *     INPUT_LIST      input_items      list of maps, each read by .table
 *     INPUT_NAMED     input_items      map of names of the user's choice, each a map read by .table, or by
 *                                      that one of .variants which its key `kind` names; `3d: shell` is
 *                                      short for `3d: {kind: shell}`
 *     INPUT_STAGES    input_items      list of `name: {…}` or just `name`; the name is one of .variants
 *     INPUT_CUSTOM    anything         .read is called with the node (`2.5 aa`, `3 in a line`, a map of its
 *                                      own) and notes with input_problem what it does not understand; it
 *                                      may use input_number …, or input_read with a table of its own
 *
 * An absent key without standard leaves: NaN, INPUT_ABSENT, -1 (choice), NULL, false, NaN in every component,
 * no entries; and for INPUT_CUSTOM what the field held before.
 *
 * Memory is the input's arena; strings in targets belong to it. items[i].node points into the document, which
 * must outlive its use. One struct input is used by one thread. */
#ifndef GLINT_INPUT_SCHEMA_H
#define GLINT_INPUT_SCHEMA_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "base/units.h"
#include "input/tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_ABSENT INT64_MIN

enum input_kind {
    INPUT_NUMBER,
    INPUT_INTEGER,
    INPUT_CHOICE,
    INPUT_STRING,
    INPUT_BOOL,
    INPUT_VECTOR,
    INPUT_NUMBERS,
    INPUT_INTEGERS,
    INPUT_WORDS,
    INPUT_MAP,
    INPUT_OPTIONAL,
    INPUT_LIST,
    INPUT_NAMED,
    INPUT_STAGES,
    INPUT_CUSTOM
};

/* For numbers and integers, every entry of a list included; min and max in internal units. */
enum input_limit {
    INPUT_ANY,
    INPUT_POSITIVE,     /* > 0 */
    INPUT_NOT_NEGATIVE, /* >= 0 */
    INPUT_BETWEEN       /* min <= value <= max */
};

struct input;
struct input_key {
    const char *name;
    enum input_kind kind;
    size_t offset; /* of the field in the target */
    enum quantity quantity;
    enum input_limit limit;
    double min, max;
    bool required;
    bool real;            /* read in metal units whatever the run's are: the map block itself */
    bool defines_units;   /* problems here make later complaints about Tg, steps and real units moot */
    int n;                /* INPUT_VECTOR: length; lists: the largest number of entries if not 0 */
    const char *standard; /* the default as one would type it, NULL: none */
    const char
        *standard_metal; /* the same in metal runs, where it has a unit that lj and metal do not share */
    const char *noun;    /* INPUT_INTEGER: a word allowed behind; INPUT_CUSTOM: how it is written */
    const char *const *choices;      /* ends with NULL */
    const struct input_table *table; /* INPUT_MAP, _OPTIONAL, _LIST, _NAMED */
    /* INPUT_MAP: the table when it depends on keys read before, whose readers left in the field what it needs
     * (in->arena holds it; NULL: memory ran out). Then .table is what the reference of the keys shows. */
    const struct input_table *(*table_for)(struct input *in, const struct tree_node *map, const void *field);
    const struct input_table *const *variants; /* ends with NULL: INPUT_STAGES, INPUT_NAMED */
    void (*read)(struct input *in, const struct input_key *key, const struct tree_node *node, void *field);
    /* Called after the key, or its standard, was read without a problem; NULL: none. */
    void (*after)(struct input *in, const struct input_key *key, const struct tree_node *node, void *field);
    const char *help;
};

struct input_table {
    const char *name;
    const struct input_key *keys; /* ends with an all-zero entry */
    size_t size;                  /* of the target struct */
    const char *help;
    /* After all keys of a map were read: relations between them; may set in->units. Not called when one of
     * its keys had a problem, nor for an absent INPUT_MAP. NULL: none. */
    void (*check)(struct input *in, const struct tree_node *map, void *target);
};

struct input_numbers {
    double *value;
    size_t count;
};
struct input_integers {
    int64_t *value;
    size_t count;
};
struct input_words {
    const char **value;
    int *choice; /* index into .choices, NULL without choices */
    size_t count;
};
struct input_item {
    const char *name;                /* of the stage or of the named map; NULL in a plain list */
    const struct input_table *table; /* the variant that was chosen */
    int variant;                     /* its index in .variants; -1 without variants */
    void *target;                    /* the struct that the table describes */
    const struct tree_node *node;    /* the entry's map, for messages; NULL if only its name was given */
};
struct input_items {
    struct input_item *item;
    size_t count;
};

struct input {
    struct unit_system units; /* in which the values are read; checks may set Tg, dt, the map */
    struct arena arena;
    struct text problems; /* one a line */
    size_t problem_count;
    bool units_doubtful; /* a key that defines units had a problem */
    size_t moot;         /* problems left out because they follow from that */
    status failure;      /* OK, or out of memory: then reading stops quietly and input_finish says so */
};

void input_start(struct input *in, struct unit_system units);
/* *effective (may be NULL) becomes the tree of all keys in effect, in table order; it belongs to in->arena.
 */
void input_read(struct input *in, const struct input_table *table, const struct tree_node *map, void *target,
                struct tree_node **effective);
/* OK, or BAD_INPUT with the number of problems in `name` and all of them; FAILED when memory ran out. */
status input_finish(const struct input *in, const char *name);
void input_free(struct input *in);

/* Note a problem: "file:line:col: path: " is put in front. At most INPUT_PROBLEMS_MAX are kept. */
enum { INPUT_PROBLEMS_MAX = 40 };
void input_problem(struct input *in, const struct tree_node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For INPUT_CUSTOM: read one node as …; false after a noted problem. */
bool input_number(struct input *in, const struct tree_node *node, enum quantity quantity, double *value);
bool input_integer(struct input *in, const struct tree_node *node, const char *noun, int64_t *value);
bool input_bool(struct input *in, const struct tree_node *node, bool *value);
bool input_choice(struct input *in, const struct tree_node *node, const char *const *choices, int *value);
bool input_text(struct input *in, const struct tree_node *node, const char **value);
/* Zeroed memory of the arena for what a custom value needs; NULL when memory ran out (already noted). */
void *input_memory(struct input *in, size_t count, size_t size);

/* Was the key written by the user? (For checks that treat given and standard values differently.) */
bool input_given(const struct tree_node *map, const char *key);

/* A reference of the keys for people, nested tables and variants included; examples in units of the given
 * kind. */
void input_document(const struct input_table *table, enum units_kind kind, struct text *out);

#endif
