/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/analysis_input.h"

#include <string.h>

/* ---- waiting ---- */

#define AT(field) offsetof(struct waiting_input, field)
static const char *const law_words[] = {"power",     "truncated-power", "exponential",
                                        "stretched", "lognormal",       NULL};
static const char *const censoring_words[] = {"kaplan-meier", "none", NULL};
static const char *const bias_words[] = {"corrected", "none", NULL};

static void read_xmin(struct input *in, const struct input_key *key, const struct tree_node *node,
                      void *field)
{
    double *xmin = field;
    (void)key;
    *xmin = 0.0;
    if (node->kind == TREE_TEXT && strcmp(node->text, "scan") == 0) return;
    if (input_number(in, node, QUANTITY_TIME, xmin) && !(*xmin > 0.0))
        input_problem(in, node, "xmin must be greater than 0; or write `scan`");
}

static const struct input_key bootstrap_keys[] = {
    {"blocks", INPUT_INTEGER, AT(bootstrap.blocks) - AT(bootstrap), .limit = INPUT_BETWEEN, .min = 0,
     .max = 10000, .standard = "0",
     .help = "error of the exponent from so many blocks of atoms; 0: from the likelihood only"},
    {"replicas", INPUT_BOOL, AT(bootstrap.replicas) - AT(bootstrap), .standard = "no",
     .help = "where a run has replicas, also draw among them"},
    {0}};
static const struct input_table bootstrap_table = {"bootstrap", bootstrap_keys,
                                                   sizeof(((struct waiting_input *)0)->bootstrap),
                                                   .help = "errors that know how observations hang together"};

static void check_waiting(struct input *in, const struct tree_node *map, void *target)
{
    const struct waiting_input *w = target;
    if (w->models.count == 0) input_problem(in, map, "name at least one of the models");
    if (w->censoring == 0 && w->window_bias == 1)
        input_problem(
            in, map,
            "kaplan-meier counts the waits that the end of the record cut off, which corrects for the "
            "finite window: `window_bias: none` goes with `censoring: none` only");
}

static const struct input_key waiting_keys[] = {
    {"models", INPUT_WORDS, AT(models), .choices = law_words,
     .standard = "[power, truncated-power, exponential, stretched, lognormal]",
     .help = "laws compared; a power law may be quoted only if compared with all of them"},
    {"censoring", INPUT_CHOICE, AT(censoring), .choices = censoring_words, .standard = "kaplan-meier",
     .help = "waits cut off by the end of the record count as longer than that, or are dropped"},
    {"window_bias", INPUT_CHOICE, AT(window_bias), .choices = bias_words, .standard = "corrected",
     .help = "long waits are seen too rarely: corrected by the censored ones, else by the weight T - w"},
    {"xmin", INPUT_CUSTOM, AT(xmin), .read = read_xmin, .standard = "scan", .noun = "scan, or a time",
     .help = "from where on a law is fitted; scan: least Kolmogorov-Smirnov distance"},
    {"bootstrap", INPUT_MAP, AT(bootstrap), .table = &bootstrap_table, .help = "errors by resampling"},
    {0}};
const struct input_table waiting_table = {"waiting", waiting_keys, sizeof(struct waiting_input),
                                          .help = "how waiting times are analysed", .check = check_waiting};
#undef AT

/* ---- analysis ---- */

#define AT(field) offsetof(struct analysis_input, field)
static const char *const age_words[] = {"start", "mid", NULL};
static const char *const diagonal_words[] = {"keep", "nan", "mean4", "first-offdiagonal", NULL};
static const char *const model_words[] = {"kww", "ml", NULL};

static const struct input_key ttcf_keys[] = {
    {"age", INPUT_CHOICE, AT(ttcf.age) - AT(ttcf), .choices = age_words, .standard = "start",
     .help = "age of C(t1,t2): the earlier time, or the mean"},
    {"diagonal", INPUT_CHOICE, AT(ttcf.diagonal) - AT(ttcf), .choices = diagonal_words, .standard = "keep",
     .help = "what becomes of C(t,t)"},
    {"g2_bins", INPUT_INTEGER, AT(ttcf.g2_bins) - AT(ttcf), .limit = INPUT_BETWEEN, .min = 0, .max = 1000,
     .noun = "per decade", .standard = "5 per decade", .help = "lag bins; 0: every lag"},
    {0}};
static const struct input_table ttcf_table = {"ttcf", ttcf_keys, sizeof(((struct analysis_input *)0)->ttcf),
                                              .help = "two-time correlation and g2"};
static const struct input_key fit_keys[] = {
    {"models", INPUT_WORDS, AT(fit.models) - AT(fit), .choices = model_words, .standard = "[kww, ml]",
     .help = "relaxation functions; ml: Mittag-Leffler"},
    {"siegert", INPUT_INTEGERS, AT(fit.siegert) - AT(fit), .limit = INPUT_BETWEEN, .min = 1, .max = 2, .n = 2,
     .standard = "[1, 2]", .help = "Siegert powers: g2 - 1 = A f or A f^2"},
    {0}};
static const struct input_table fit_table = {"fit", fit_keys, sizeof(((struct analysis_input *)0)->fit),
                                             .help = "fits of the relaxation"};
static const struct input_key null_keys[] = {
    {"exact", INPUT_BOOL, AT(null.exact) - AT(null), .standard = "yes",
     .help = "moments of independent pixels beside the measured ones"},
    {"surrogate", INPUT_INTEGER, AT(null.surrogate) - AT(null), .limit = INPUT_BETWEEN, .min = 100,
     .max = 1e6, .noun = "seeds",
     .help = "stationary surrogate records, e.g. 200 seeds; fewer than 100 cannot show a false-alarm rate of "
             "1 %"},
    {0}};
static const struct input_table null_table = {"null", null_keys, sizeof(((struct analysis_input *)0)->null),
                                              .help = "what chance alone would show"};

static const struct input_key analysis_keys[] = {
    {"ttcf", INPUT_MAP, AT(ttcf), .table = &ttcf_table, .help = "two-time correlation and g2"},
    {"fit", INPUT_MAP, AT(fit), .table = &fit_table, .help = "fits of the relaxation"},
    {"null", INPUT_MAP, AT(null), .table = &null_table, .help = "null models"},
    {0}};
const struct input_table analysis_table = {"analysis", analysis_keys, sizeof(struct analysis_input),
                                           .help = "how speckles are analysed"};
