/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/record_input.h"

#include "observe/observer.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct record_input, field)

/* `linear`, or `log 5 per decade`. */
static void read_schedule(struct input *in, const struct input_key *key, const struct tree_node *node,
                          void *field)
{
    int64_t *per_decade = field;
    const char *rest = "";
    double n = 0.0;
    (void)key;
    *per_decade = 0;
    if (node->kind == TREE_TEXT && strcmp(node->text, "linear") == 0) return;
    bool log = node->kind == TREE_TEXT && strncmp(node->text, "log ", 4) == 0 &&
               units_number(node->text + 4, &n, &rest);
    while (log && isspace((unsigned char)*rest)) rest++;
    if (!log || strcmp(rest, "per decade") != 0 || n < 1 || n > 100 || n != floor(n))
        input_problem(in, node,
                      "a schedule is `linear` or `log 5 per decade`, with 1 to 100 frames a decade");
    else
        *per_decade = (int64_t)n;
}

/* `2 GB`, `2 GB at most`. */
static void read_keep(struct input *in, const struct input_key *key, const struct tree_node *node,
                      void *field)
{
    static const char tail[] = " at most";
    char text[64];
    double *bytes = field;
    (void)key;
    size_t n = node->kind == TREE_TEXT ? strlen(node->text) : 0;
    if (n >= sizeof text) n = 0;
    snprintf(text, sizeof text, "%.*s", (int)n, n ? node->text : "");
    if (n > sizeof tail - 1 && strcmp(text + n - (sizeof tail - 1), tail) == 0)
        text[n - (sizeof tail - 1)] = '\0';
    if (n == 0 || units_parse(&in->units, text, QUANTITY_BYTES, bytes) != OK)
        input_problem(in, node, "the room for trajectories looks like `2 GB at most`%s%s", n ? ": " : "",
                      n ? status_message() : "");
    else if (!(*bytes > 0.0))
        input_problem(in, node, "the room for trajectories must be greater than 0");
}

static const char *const precision_words[] = {"double", "single", NULL};
static const struct input_key trajectory_keys[] = {
    {"every", INPUT_NUMBER, AT(every), .quantity = QUANTITY_TIME, .limit = INPUT_POSITIVE,
     .help = "time between frames"},
    {"schedule", INPUT_CUSTOM, AT(per_decade), .read = read_schedule, .standard = "linear",
     .noun = "linear | log N per decade",
     .help = "log: frames at logarithmic times since the begin of the stage, beside those of `every`"},
    {"keep", INPUT_CUSTOM, AT(keep), .read = read_keep, .noun = "2 GB at most",
     .help = "most room for all trajectories of the run; `every` is lengthened beforehand so that they fit"},
    {"precision", INPUT_CHOICE, AT(precision), .choices = precision_words, .standard = "single",
     .help = "of the stored positions"},
    {0}};
const struct input_table trajectory_table = {"trajectory", trajectory_keys, sizeof(struct record_input),
                                             .help = "atomic positions, in stages that observe them"};

/* ---- the plan ---- */

static int64_t frames_of(int64_t every, int64_t per_decade, const struct stage *stages, size_t n)
{
    int64_t frames = 0;
    for (size_t i = 0; i < n; i++)
        if (stages[i].observe_trajectory) frames += 1 + observer_count(every, per_decade, stages[i].steps);
    return frames;
}

static void say(struct record_plan *p)
{
    char times[64] = "", log[48] = "";
    if (p->every > 0) snprintf(times, sizeof times, "every %lld steps", (long long)p->every);
    if (p->per_decade > 0) snprintf(log, sizeof log, "log %lld per decade", (long long)p->per_decade);
    snprintf(p->words, sizeof p->words, "%s%s%s", times, times[0] && log[0] ? " and " : "", log);
}

/* The smallest factor for which the frames fit, by bisection: `high` always fits. */
static status lengthen(struct record_plan *p, const struct record_input *in, double frame, int64_t longest,
                       const struct stage *stages, size_t n)
{
    int64_t asked = p->every, low = 1, high = asked > 0 ? longest / asked + 1 : 1,
            fewest = frames_of(asked * high, in->per_decade, stages, n);
    if (frame * (double)fewest > in->keep)
        return fail(BAD_INPUT,
                    "even %lld frames of %.3g MB do not fit into the %.3g MB of `trajectory: keep:`",
                    (long long)fewest, 1e-6 * frame, 1e-6 * in->keep);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (frame * (double)frames_of(asked * middle, in->per_decade, stages, n) > in->keep)
            low = middle;
        else
            high = middle;
    }
    p->factor = high;
    p->every = asked * high;
    p->frames = frames_of(p->every, in->per_decade, stages, n);
    return OK;
}

status record_plan(struct record_plan *p, const struct record_input *in, double dt, double atoms,
                   const struct stage *stages, size_t n)
{
    /* Position, image, id and species; the two integers are deflated, so this is the most. */
    double frame = atoms * ((in->precision == 1 ? 12.0 : 24.0) + 12.0 + 8.0 + 4.0) + 128.0;
    int64_t asked = isnan(in->every) ? 0 : llround(in->every / dt), longest = 0;
    if (!isnan(in->every) && asked < 1) asked = 1;
    *p = (struct record_plan){.every = asked, .per_decade = in->per_decade, .factor = 1};
    if (asked == 0 && in->per_decade == 0)
        return fail(BAD_INPUT,
                    "`trajectory:` must say when: `every: 1 tau`, or `schedule: log 5 per decade`");
    for (size_t i = 0; i < n; i++)
        if (stages[i].observe_trajectory && stages[i].steps > longest) longest = stages[i].steps;
    p->frames = frames_of(asked, in->per_decade, stages, n);
    if (in->keep > 0.0 && frame * (double)p->frames > in->keep)
        TRY(lengthen(p, in, frame, longest, stages, n));
    p->bytes = frame * (double)p->frames;
    say(p);
    return OK;
}
