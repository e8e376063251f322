/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/speckle_input.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct speckle_input, field)

/* `average: 5 frames over 5 tau`: the intensities of so many sub-frames, evenly over the distance of two
 * frames. */
static void read_exposure(struct input *in, const struct input_key *key, const struct tree_node *node,
                          void *field)
{
    int64_t *exposure = field;
    (void)key;
    const struct tree_node *average = node->kind == TREE_MAP ? tree_child(node, "average") : node;
    const struct tree_node *of = node->kind == TREE_MAP ? tree_child(node, "of") : NULL;
    if (of && (of->kind != TREE_TEXT || strcmp(of->text, "intensity") != 0))
        input_problem(in, of, "only `of: intensity` exists: a detector adds intensities, not amplitudes");
    double frames;
    const char *rest;
    if (!average || average->kind != TREE_TEXT || !units_number(average->text, &frames, &rest) ||
        frames < 1 || frames > 10000 || frames != floor(frames) || strncmp(rest, "frame", 5) != 0) {
        input_problem(in, node, "an exposure looks like {average: 5 frames, of: intensity} or `5 frames`");
        return;
    }
    *exposure = (int64_t)frames;
    const char *over = strstr(rest, "over ");
    double time;
    struct speckle_input *s = (struct speckle_input *)((char *)field - AT(exposure));
    if (!over) return;
    if (units_parse(&in->units, over + 5, QUANTITY_TIME, &time) != OK)
        input_problem(in, average, "%s", status_message());
    else if (!isnan(s->every) && fabs(time - s->every) > 1e-9 * s->every)
        input_problem(in, average, "an exposure must fill the distance of two frames (`every`), which is %g",
                      s->every);
}

static void value_text(const struct tree_node *node, char *out, size_t size)
{
    out[0] = '\0';
    if (node->kind == TREE_TEXT) snprintf(out, size, "%s", node->text);
    for (const struct tree_node *c = node->kind == TREE_LIST ? node->first : NULL; c; c = c->next)
        snprintf(out + strlen(out), size - strlen(out), "%s%s", c == node->first ? "" : " ",
                 c->text ? c->text : "");
}

static void read_windows(struct input *in, const struct input_key *key, const struct tree_node *node,
                         void *field)
{
    struct window_spec *window = field;
    struct speckle_input *s = (struct speckle_input *)((char *)field - AT(window));
    (void)key;
    if (node->kind != TREE_MAP) {
        input_problem(in, node, "windows are a map of names: {3d: {kind: shell}, 1d: {kind: spot}}");
        return;
    }
    for (const struct tree_node *w = node->first; w; w = w->next) {
        if (s->windows == SPECKLE_WINDOWS_MAX) {
            input_problem(in, w, "more than %d windows", SPECKLE_WINDOWS_MAX);
            return;
        }
        struct window_spec *spec = &window[s->windows++];
        *spec = window_spec_of(w->key);
        status st = w->kind == TREE_MAP ? OK : window_spec_set(spec, "kind", w->text ? w->text : "");
        for (const struct tree_node *k = w->kind == TREE_MAP ? w->first : NULL; k && st == OK; k = k->next) {
            char value[256];
            value_text(k, value, sizeof value);
            st = window_spec_set(spec, k->key, value);
            if (st != OK) input_problem(in, k, "%s", status_message());
        }
        if (st == OK) st = window_spec_check(spec);
        if (st == OK) st = window_spec_check_units(spec, in->units.kind == UNITS_LJ ? "lj" : "metal");
        if (st != OK && w->kind != TREE_MAP) input_problem(in, w, "%s", status_message());
        if (st != OK && w->kind == TREE_MAP && in->problem_count == 0)
            input_problem(in, w, "%s", status_message());
    }
}

static const char *const flatten_words[] = {"none", "S(|q|)", NULL};
static const struct input_key speckle_keys[] = {
    {"every", INPUT_NUMBER, AT(every), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE, .required = true,
     .help = "time between frames"},
    {"exposure", INPUT_CUSTOM, AT(exposure), .read = read_exposure,
     .help = "{average: 5 frames, of: intensity}: sub-frames whose intensities are averaged; absent: "
             "instantaneous"},
    {"flatten", INPUT_CHOICE, AT(flatten), .choices = flatten_words, .standard = "S(|q|)",
     .help = "whether the analysis divides by S(|q|), so that a peak's shape does not look like contrast"},
    {"form factors", INPUT_STRING, AT(form_factors), .standard = "'1'",
     .help = "1, or numbers per species (A=1,B=2), or xray (metal units)"},
    {"heights", INPUT_VECTOR, AT(heights), .n = 2, .quantity = QUANTITY_LENGTH, .limit = INPUT_NOT_NEGATIVE,
     .help = "of a film: only what lies between, above the substrate; absent: without `interior: drop:`"},
    {"windows", INPUT_CUSTOM, AT(window), .read = read_windows,
     .help = "names and q windows: kind shell | plane | spot | shells | cone with range, normal, "
             "angle, pixels, at"},
    {0}};
const struct input_table speckle_table = {"speckle", speckle_keys, sizeof(struct speckle_input),
                                          .help = "speckles computed while the atoms move"};

status speckle_input_steps(const struct speckle_input *s, double dt, int64_t *steps)
{
    double exact = s->every / dt / (double)s->exposure;
    *steps = llround(exact);
    if (exact < 0.999 || fabs(exact - nearbyint(exact)) > 1e-6 * exact)
        return fail(BAD_INPUT,
                    "a frame every %g with %lld sub-frames does not come out in whole time steps of %g",
                    s->every, (long long)s->exposure, dt);
    return OK;
}
