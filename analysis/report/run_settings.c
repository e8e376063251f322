/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/run_settings.h"

#include "analysis/fit/waiting_law.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/units.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { VALUE = 256 };

/* ---- the text ---- */

/* A scalar in double quotes, as the effective input writes texts that cannot stand alone: \", \\, \xNN and
 * \uNNNN are characters. */
static void copy_quoted(char *value, size_t size, const char *start)
{
    struct text out = {0};
    text_add(&out, "%s", "");
    for (const char *s = start; *s && *s != '"' && *s != '\n'; s++) {
        unsigned code = (unsigned char)*s;
        int digits = s[0] != '\\' ? 0 : s[1] == 'x' ? 2 : s[1] == 'u' ? 4 : 0, used = 0;
        char hex[5] = "";
        for (; used < digits && isxdigit((unsigned char)s[2 + used]); used++) hex[used] = s[2 + used];
        if (digits > 0 && used == digits) {
            code = (unsigned)strtoul(hex, NULL, 16);
            s += 1 + digits;
        } else if (s[0] == '\\' && s[1] && s[1] != '\n') {
            code = (unsigned char)*++s;
        }
        if (used == 0 || code < 0x80)
            text_add(&out, "%c", (int)code);
        else if (code < 0x800)
            text_add(&out, "%c%c", (int)(0xc0 | code >> 6), (int)(0x80 | (code & 0x3f)));
        else
            text_add(&out, "%c%c%c", (int)(0xe0 | code >> 12), (int)(0x80 | (code >> 6 & 0x3f)),
                     (int)(0x80 | (code & 0x3f)));
    }
    snprintf(value, size, "%s", out.s ? out.s : "");
    text_free(&out);
}

static void copy_value(char *value, size_t size, const char *start)
{
    size_t length = strcspn(start, "\n");
    if (*start == '"') {
        copy_quoted(value, size, start + 1);
        return;
    }
    for (size_t i = 1; i < length; i++)
        if (start[i] == '#' && start[i - 1] == ' ') length = i;
    while (length > 0 && isspace((unsigned char)start[length - 1])) length--;
    if (length > 1 && *start == '\'' && start[length - 1] == *start) start++, length -= 2;
    snprintf(value, size, "%.*s", (int)length, start);
}

bool run_settings_value(const char *input, const char *path, char *value, size_t size)
{
    size_t depth = 0;
    const char *key = path;
    for (const char *line = input; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        size_t indent = strspn(line, " "), n = strcspn(key, ".");
        if (line[indent] == '\n' || line[indent] == '#') continue;
        if (indent < 2 * depth) return false; /* the block ended */
        const char *at = line + indent;
        if (indent > 2 * depth || strncmp(at, key, n) != 0 || at[n] != ':') continue;
        if (key[n] == '\0') {
            copy_value(value, size, at + n + 1 + strspn(at + n + 1, " "));
            return true;
        }
        key += n + 1;
        depth++;
    }
    return false;
}

/* ---- words ---- */

static status unknown(const char *path, const char *found, const char *const *words, size_t n)
{
    const char *near = text_nearest(found, words, n);
    return fail(BAD_INPUT, "%s: '%s' is not known%s%s%s", path, found, near ? "; did you mean " : "",
                near ? near : "", near ? "?" : "");
}

/* One bit for each word of "[a, b]". */
static status read_words(const char *path, const char *list, const char *const *words, size_t n,
                         unsigned *bits)
{
    char copy[VALUE], *rest = copy;
    snprintf(copy, sizeof copy, "%s", list);
    *bits = 0;
    for (char *word; (word = strtok_r(rest, "[], ", &rest));) {
        size_t k = 0;
        while (k < n && strcmp(word, words[k]) != 0) k++;
        if (k == n) return unknown(path, word, words, n);
        *bits |= 1u << k;
    }
    return OK;
}

static status read_word(const char *input, const char *path, const char *const *words, size_t n,
                        size_t *choice)
{
    char value[VALUE];
    if (!run_settings_value(input, path, value, sizeof value)) return OK;
    for (size_t k = 0; k < n; k++)
        if (strcmp(value, words[k]) == 0) {
            *choice = k;
            return OK;
        }
    return unknown(path, value, words, n);
}

static bool read_number(const char *input, const char *path, int64_t *number)
{
    char value[VALUE];
    double v;
    const char *rest;
    if (!run_settings_value(input, path, value, sizeof value) || !units_number(value, &v, &rest))
        return false;
    *number = (int64_t)v;
    return true;
}

static const char *const yes_words[] = {"no", "yes", "false", "true", "off", "on"};
static status read_yes(const char *input, const char *path, bool *yes)
{
    size_t choice = *yes;
    TRY(read_word(input, path, yes_words, 6, &choice));
    *yes = choice % 2 == 1;
    return OK;
}

/* ---- the blocks ---- */

static const char *const law_words[WAITING_MODELS] = {"power", "truncated-power", "exponential", "stretched",
                                                      "lognormal"};
static const char *const model_words[] = {"kww", "ml"};
static const char *const power_words[] = {"1", "2"};

/* `steps` and real units mean what the run's dt and map make of them. */
static status read_xmin(const char *input, double *xmin)
{
    char value[VALUE], text[VALUE];
    struct unit_system u = units_lj();
    struct unit_map map = {0};
    double unused;
    *xmin = 0.0;
    if (!run_settings_value(input, "waiting.xmin", value, sizeof value) || strcmp(value, "scan") == 0)
        return OK;
    if (run_settings_value(input, "Tg.value", text, sizeof text) &&
        units_parse(&u, text, QUANTITY_TEMPERATURE, &unused) == OK)
        u.Tg = unused;
    struct unit_system metal = units_metal();
    if (run_settings_value(input, "map.sigma", text, sizeof text) &&
        units_parse(&metal, text, QUANTITY_LENGTH, &map.sigma) == OK) {
        if (run_settings_value(input, "map.eps", text, sizeof text))
            TRY(units_parse(&metal, text, QUANTITY_ENERGY, &map.eps));
        if (run_settings_value(input, "map.Tg", text, sizeof text))
            TRY(units_parse(&metal, text, QUANTITY_TEMPERATURE, &map.Tg));
        if (run_settings_value(input, "map.mass", text, sizeof text))
            TRY(units_parse(&metal, text, QUANTITY_MASS, &map.mass));
        TRY(units_map(&u, &map));
    }
    if (run_settings_value(input, "dt", text, sizeof text)) TRY(units_parse(&u, text, QUANTITY_TIME, &u.dt));
    return units_parse(&u, value, QUANTITY_TIME, xmin);
}

status run_settings_laws(const char *what, const char *list, unsigned *laws)
{
    TRY(read_words(what, list, law_words, WAITING_MODELS, laws));
    return *laws ? OK : fail(BAD_INPUT, "%s: no law is named", what);
}

static status parse_waiting(struct run_settings *s, const char *input)
{
    static const char *const censoring[] = {"kaplan-meier", "none"}, *const bias[] = {"corrected", "none"};
    char list[VALUE];
    size_t dropped = 0, biased = 0;
    int64_t blocks = 0;
    s->has_waiting = run_settings_value(input, "waiting.models", list, sizeof list);
    if (!s->has_waiting) return OK;
    TRY(run_settings_laws("waiting.models", list, &s->laws));
    TRY(read_word(input, "waiting.censoring", censoring, 2, &dropped));
    TRY(read_word(input, "waiting.window_bias", bias, 2, &biased));
    s->correction = dropped == 0 ? WAITING_CENSORED : biased == 0 ? WAITING_WINDOW : WAITING_NONE;
    read_number(input, "waiting.bootstrap.blocks", &blocks);
    s->blocks = (int)blocks;
    TRY(read_yes(input, "waiting.bootstrap.replicas", &s->replicas));
    return read_xmin(input, &s->xmin);
}

static status parse_analysis(struct run_settings *s, const char *input)
{
    static const char *const ages[] = {"start", "mid"}, *const diagonals[] = {"keep", "nan", "mean4",
                                                                              "first-offdiagonal"};
    char list[VALUE];
    size_t age = 0, diagonal = 0;
    s->has_analysis = run_settings_value(input, "analysis.ttcf.age", list, sizeof list);
    if (!s->has_analysis) return OK;
    TRY(read_word(input, "analysis.ttcf.age", ages, 2, &age));
    TRY(read_word(input, "analysis.ttcf.diagonal", diagonals, 4, &diagonal));
    snprintf(s->age, sizeof s->age, "%s", ages[age]);
    snprintf(s->diagonal, sizeof s->diagonal, "%s", diagonals[diagonal]);
    read_number(input, "analysis.ttcf.g2_bins", &s->per_decade);
    if (run_settings_value(input, "analysis.fit.models", list, sizeof list))
        TRY(read_words("analysis.fit.models", list, model_words, 2, &s->fit_models));
    if (run_settings_value(input, "analysis.fit.siegert", list, sizeof list))
        TRY(read_words("analysis.fit.siegert", list, power_words, 2, &s->siegert));
    TRY(read_yes(input, "analysis.null.exact", &s->null_exact));
    read_number(input, "analysis.null.surrogate", &s->surrogates);
    return OK;
}

status run_settings_parse(struct run_settings *s, const char *input)
{
    *s = (struct run_settings){.correction = WAITING_CENSORED,
                               .laws = (1u << WAITING_MODELS) - 1,
                               .age = "start",
                               .diagonal = "keep",
                               .per_decade = 5,
                               .fit_models = 3,
                               .siegert = 3,
                               .null_exact = true,
                               .surrogates = -1};
    if (!input) return OK;
    TRY(parse_waiting(s, input));
    return parse_analysis(s, input);
}

status run_settings_read(struct run_settings *s, const char *path)
{
    struct stat info;
    char folder[FILE_PATH_MAX], file[FILE_PATH_MAX], *input = NULL;
    size_t length;
    TRY(run_settings_parse(s, NULL));
    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder) return OK;
    if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode)) {
        char *slash = strrchr(folder, '/');
        if (slash)
            *slash = '\0';
        else
            snprintf(folder, sizeof folder, ".");
    }
    TRY(file_join(file, folder, "input.yaml"));
    if (!file_exists(file)) return OK;
    TRY(file_read(file, &input, &length));
    status parsed = run_settings_parse(s, input);
    DELETE(input);
    return parsed == OK ? OK : status_context(parsed, "%s", file);
}

static void add_words(struct text *out, const char *const *words, size_t n, unsigned bits)
{
    const char *separator = "";
    for (size_t k = 0; k < n; k++) {
        if (!(bits >> k & 1u)) continue;
        text_add(out, "%s%s", separator, words[k]);
        separator = ", ";
    }
}

void run_settings_describe(const struct run_settings *s, struct text *out)
{
    if (s->has_waiting) {
        text_add(out, "waiting: models ");
        add_words(out, law_words, WAITING_MODELS, s->laws);
        text_add(out, "; correction for the finite record: %s; xmin ",
                 waiting_correction_names[s->correction]);
        if (s->xmin > 0.0)
            text_add(out, "%g", s->xmin);
        else
            text_add(out, "scan");
        text_add(out, "; bootstrap blocks %d, replicas %s. ", s->blocks, s->replicas ? "yes" : "no");
    }
    if (!s->has_analysis) return;
    text_add(out, "analysis: age %s, diagonal %s, g2 bins %lld per decade; fits ", s->age, s->diagonal,
             (long long)s->per_decade);
    add_words(out, model_words, 2, s->fit_models);
    text_add(out, ", Siegert powers ");
    add_words(out, power_words, 2, s->siegert);
    text_add(out, "; null: exact %s, surrogates ", s->null_exact ? "yes" : "no");
    if (s->surrogates >= 0)
        text_add(out, "%lld.", (long long)s->surrogates);
    else
        text_add(out, "as the command decides.");
}
