/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/hops_input.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct hops_input, field)

static const char *skip_blanks(const char *text)
{
    while (isspace((unsigned char)*text)) text++;
    return text;
}

/* "0.4 r1", or a length; a list of them. */
static void read_distance(struct input *in, const struct tree_node *node, struct hops_distance *d)
{
    const char *rest;
    double number;
    if (node->kind == TREE_TEXT && units_number(node->text, &number, &rest) &&
        strcmp(skip_blanks(rest), "r1") == 0)
        *d = (struct hops_distance){number, true};
    else if (input_number(in, node, QUANTITY_LENGTH, &number))
        *d = (struct hops_distance){number, false};
    else
        return;
    if (!(number > 0.0)) input_problem(in, node, "a hop distance must be greater than 0");
}

static void read_distances(struct input *in, const struct input_key *key, const struct tree_node *node,
                           void *field)
{
    struct hops_input *h = (struct hops_input *)((char *)field - AT(distance));
    (void)key;
    h->distance.count = 0;
    const struct tree_node *first = node->kind == TREE_LIST ? node->first : node;
    for (const struct tree_node *n = first; n; n = node->kind == TREE_LIST ? n->next : NULL) {
        if (h->distance.count == HOPS_LIST) {
            input_problem(in, n, "more than %d distances", HOPS_LIST);
            return;
        }
        read_distance(in, n, &h->distance.item[h->distance.count++]);
    }
    if (h->distance.count == 0) input_problem(in, node, "a list of distances was expected: [0.6, 0.8] r1");
}

static void read_reference(struct input *in, const struct input_key *key, const struct tree_node *node,
                           void *field)
{
    static const char mean[] = "cage mean over ";
    double *cage = field;
    (void)key;
    if (node->kind == TREE_TEXT && strcmp(node->text, "position") == 0) {
        *cage = 0.0;
        return;
    }
    if (node->kind != TREE_TEXT || strncmp(node->text, mean, sizeof mean - 1) != 0) {
        input_problem(in, node, "a reference is `cage mean over 5 tau` or `position`%s%s",
                      node->kind == TREE_TEXT ? ", found " : "", node->kind == TREE_TEXT ? node->text : "");
        return;
    }
    if (units_parse(&in->units, node->text + sizeof mean - 1, QUANTITY_TIME, cage) != OK)
        input_problem(in, node, "%s", status_message());
    else if (!(*cage > 0.0))
        input_problem(in, node, "the cage mean needs a time greater than 0; or write `position`");
}

static void read_ages(struct input *in, const struct input_key *key, const struct tree_node *node,
                      void *field)
{
    struct hops_input *h = (struct hops_input *)((char *)field - AT(ages));
    const char *rest = "";
    double count = 0.0;
    (void)key;
    bool good = node->kind == TREE_TEXT && units_number(node->text, &count, &rest) && count >= 1 &&
                count <= HOP_AGES_MAX && count == floor(count);
    rest = good ? skip_blanks(rest) : "";
    if (good && strncmp(rest, "window", 6) == 0) rest += rest[6] == 's' ? 7 : 6;
    rest = skip_blanks(*rest == ',' ? rest + 1 : rest);
    h->ages.count = (int64_t)count;
    h->ages.linear = strcmp(rest, "linear") == 0;
    if (!good || (*rest && !h->ages.linear && strcmp(rest, "logarithmic") != 0))
        input_problem(in, node,
                      "ages look like `3 windows, logarithmic` or `4 windows, linear`, at most %d windows",
                      HOP_AGES_MAX);
}

static void read_r1(struct input *in, const struct input_key *key, const struct tree_node *node, void *field)
{
    struct hops_input *h = (struct hops_input *)((char *)field - AT(r1));
    (void)key;
    h->r1.value = 0.0;
    h->r1.pair[0][0] = h->r1.pair[1][0] = '\0';
    if (node->kind == TREE_TEXT && strcmp(node->text, "measured") == 0) return;
    const char *dash = node->kind == TREE_TEXT ? strchr(node->text, '-') : NULL;
    if (dash && isalpha((unsigned char)node->text[0])) {
        if (dash - node->text > 7 || strlen(dash + 1) > 7 || !dash[1])
            input_problem(in, node, "a pair of species looks like A-B");
        snprintf(h->r1.pair[0], 8, "%.*s", (int)(dash - node->text), node->text);
        snprintf(h->r1.pair[1], 8, "%.7s", dash + 1);
    } else if (input_number(in, node, QUANTITY_LENGTH, &h->r1.value) && !(h->r1.value > 0.0)) {
        input_problem(in, node, "r1 must be greater than 0");
    }
}

/* ---- also ---- */

static const struct input_key p_hop_keys[] = {
    {"window", INPUT_NUMBER, offsetof(struct hops_phop, window), .quantity = QUANTITY_TIME,
     .limit = INPUT_POSITIVE, .required = true, .help = "before and after together, e.g. 10 tau"},
    {"threshold", INPUT_NUMBER, offsetof(struct hops_phop, threshold), .quantity = QUANTITY_AREA,
     .limit = INPUT_POSITIVE, .required = true, .help = "of p, e.g. 0.2 sigma^2"},
    {0}};
static const struct input_table p_hop_table = {"p_hop", p_hop_keys, sizeof(struct hops_phop),
                                               .help = "the criterion of Candelier et al. 2010"};
static const char *const preset_words[] = {"riechers", NULL};
static const struct input_key also_keys[] = {
    {"p_hop", INPUT_OPTIONAL, AT(also.p_hop) - AT(also), .table = &p_hop_table,
     .help = "the criterion of Candelier et al. 2010"},
    {"preset", INPUT_CHOICE, AT(also.preset) - AT(also), .choices = preset_words,
     .help = "riechers: displaced by r1 from where it stood, no mean, no persistence"},
    {0}};
static const struct input_table also_table = {"also", also_keys, sizeof(((struct hops_input *)0)->also),
                                              .help = "more criteria"};

/* ---- the block ---- */

static const struct input_key hops_keys[] = {
    {"in", INPUT_WORDS, AT(in),
     .help = "labels of the stages watched, beside those that observe hops; a `trajectory:` that no stage "
             "asks for is kept there, too"},
    {"every", INPUT_NUMBER, AT(every), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .standard = "200 steps",
     .help = "time between two looks at the positions: the resolution of waiting times"},
    {"reference", INPUT_CUSTOM, AT(cage), .read = read_reference, .standard = "cage mean over 1000 steps",
     .noun = "cage mean over TIME | position", .help = "what a displacement is measured from"},
    {"distance", INPUT_CUSTOM, AT(distance), .read = read_distances, .standard = "[0.4, 0.6, 0.8, 1.0] r1",
     .noun = "list of lengths, or of multiples of r1", .help = "how far is a hop; one row each"},
    {"persist", INPUT_NUMBERS, AT(persist), .quantity = QUANTITY_TIME, .limit = INPUT_NOT_NEGATIVE,
     .n = HOPS_LIST, .standard = "[0, 1000] steps", .help = "how long an atom must stay away; one row each"},
    {"also", INPUT_MAP, AT(also), .table = &also_table, .help = "more criteria"},
    {"ages", INPUT_CUSTOM, AT(ages), .read = read_ages, .standard = "1 window",
     .noun = "N windows, logarithmic | linear",
     .help = "age windows of the stage; logarithmic: each as long as the record before it"},
    {"r1", INPUT_CUSTOM, AT(r1), .read = read_r1, .standard = "measured", .noun = "measured | A-B | length",
     .help = "first peak of g(r), total or of a pair of species, in the first frame; or a length"},
    {"species", INPUT_STRING, AT(species), .standard = "all", .help = "whose hops"},
    {0}};
const struct input_table hops_table = {"hops", hops_keys, sizeof(struct hops_input),
                                       .help = "hops of atoms, found while they move"};

int hops_rows(const struct hops_input *h, double r1, const char *names[HOPS_ROWS],
              struct hop_options how[HOPS_ROWS])
{
    int n = 0;
    for (int d = 0; d < h->distance.count; d++)
        for (size_t p = 0; p < h->persist.count; p++) {
            const struct hops_distance *item = &h->distance.item[d];
            names[n] = "cage";
            how[n++] = (struct hop_options){.criterion = HOP_CAGE,
                                            .distance = item->value * (item->in_r1 ? r1 : 1.0),
                                            .persist = h->persist.value[p],
                                            .cage = h->cage};
        }
    if (h->also.preset == 0) {
        names[n] = "riechers";
        how[n++] = hop_riechers(r1);
    }
    if (h->also.p_hop) {
        names[n] = "p_hop";
        how[n++] = (struct hop_options){
            .criterion = HOP_PHOP, .window = h->also.p_hop->window, .threshold = h->also.p_hop->threshold};
    }
    return n;
}

status hops_windows(const struct hops_input *h, int64_t frames, double interval, int *windows,
                    int64_t from[HOPS_WINDOWS], int64_t to[HOPS_WINDOWS])
{
    double edge[HOP_AGES_MAX + 1], lost = h->also.p_hop ? h->also.p_hop->window : 0.0;
    int ages = (int)h->ages.count;
    for (size_t p = 0; p < h->persist.count; p++) lost = fmax(lost, h->persist.value[p]);
    *windows = ages > 1 ? 1 + ages : 1;
    from[0] = 0;
    to[0] = frames - 1;
    hop_ages(0.0, (double)(frames - 1), ages, !h->ages.linear, edge);
    for (int w = 1; w < *windows; w++) {
        from[w] = (int64_t)ceil(edge[w - 1] - 1e-6);
        to[w] = (int64_t)floor(edge[w] + 1e-6);
    }
    for (int w = 0; w < *windows; w++) {
        int64_t length = to[w] - from[w];
        if (length > 0 && (double)length * interval > lost) continue;
        return fail(
            BAD_INPUT,
            "the window from look %lld to %lld is not longer than the time a hop takes to be confirmed (%g "
            "looks): use fewer `ages`, or a smaller `every`",
            (long long)from[w], (long long)to[w], lost / interval);
    }
    return OK;
}
