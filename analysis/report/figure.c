/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/figure.h"
#include "analysis/report/palette.h"
#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- text ---- */

void figure_file_name(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (const char *c = text; *c && n + 1 < size; c++, n++) {
        bool plain = isalnum((unsigned char)*c) || (*c == '.' && n > 0) || *c == '_';
        out[n] = plain ? *c : '-';
    }
    if (n == 0 && size > 1) out[n++] = 'x';
    out[n] = '\0';
}

const char *figure_text(const char *text, char out[FIGURE_TEXT])
{
    size_t n = 0;
    for (const char *c = text; *c && n + 3 < FIGURE_TEXT; c++) {
        if (iscntrl((unsigned char)*c) || *c == '`' || *c == '\\') continue;
        if (*c == '\'')
            out[n++] = '\'';
        else if (strchr("_^{}@&~", *c))
            out[n++] = '\\';
        out[n++] = *c;
    }
    out[n] = '\0';
    return out;
}

/* The symbol of a word, NULL: none. */
static const char *symbol(const char *word, size_t length)
{
    static const char *const known[][2] = {{"tau", "τ"},      {"sigma", "σ"}, {"eps", "ε"},
                                           {"angstrom", "Å"}, {"kB", "k_B"},  {"Tg", "T_g"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i][0]) == length && strncmp(word, known[i][0], length) == 0) return known[i][1];
    return NULL;
}

const char *figure_unit(const char *unit, char out[FIGURE_TEXT])
{
    char piece[FIGURE_TEXT], escaped[FIGURE_TEXT];
    size_t n = 0;
    if (strcmp(unit, "frame") == 0) return "frames";
    if (strncmp(unit, "1/", 2) == 0 && symbol(unit + 2, strlen(unit + 2))) {
        snprintf(out, FIGURE_TEXT, "%s^{-1}", symbol(unit + 2, strlen(unit + 2)));
        return out;
    }
    out[0] = '\0';
    while (*unit && n + 1 < FIGURE_TEXT) {
        size_t letters = 0;
        while (isalpha((unsigned char)unit[letters])) letters++;
        const char *shown = letters > 0 ? symbol(unit, letters) : NULL;
        if (letters == 0 && unit[0] == '^') {
            shown = "^"; /* a power stays one */
            letters = 1;
        }
        if (letters == 0) letters = 1;
        snprintf(piece, sizeof piece, "%.*s", (int)letters, unit);
        int written = snprintf(out + n, FIGURE_TEXT - n, "%s", shown ? shown : figure_text(piece, escaped));
        n += written > 0 ? (size_t)written : 0;
        unit += letters;
    }
    return out;
}

void figure_script(struct figure *f, const char *format, ...)
{
    char line[4096];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    text_add(&f->script, "%s", line);
}

/* ---- begin ---- */

static void palette(struct figure *f)
{
    enum { STOPS = 32 };
    figure_script(f, "set palette defined (");
    for (int i = 0; i <= STOPS; i++) {
        int rgb[3];
        palette_map((double)i / STOPS, rgb);
        figure_script(f, "%s%g '#%02x%02x%02x'", i ? ", " : "", (double)i / STOPS, rgb[0], rgb[1], rgb[2]);
    }
    figure_script(f, ")\n");
}

status figure_begin(struct figure *f, const char *folder, const char *name, int width, int height)
{
    memset(f, 0, sizeof *f);
    if (snprintf(f->folder, sizeof f->folder, "%s", folder) >= (int)sizeof f->folder)
        return fail(BAD_INPUT, "the path is too long: %s", folder);
    figure_file_name(f->name, sizeof f->name, name);
    f->width = width;
    f->height = height;
    snprintf(f->svg, sizeof f->svg, "%s.svg", f->name);
    snprintf(f->png, sizeof f->png, "%s.png", f->name);
    snprintf(f->gp, sizeof f->gp, "%s.gp", f->name);
    TRY(file_make_folder(folder));
    figure_script(f, "# %s — drawn by glint report; edit and run 'gnuplot %s' in this folder\n", f->name,
                  f->gp);
    figure_script(f, "set encoding utf8\nset datafile missing 'nan'\n");
    figure_script(
        f,
        "do for [medium in 'svg png'] {\n"
        "reset\n"
        "if (medium eq 'svg') { set terminal svg size %d,%d enhanced font 'Helvetica,14' "
        "background '#ffffff' linewidth 1.2; set output '%s' } else { set terminal pngcairo size "
        "%d,%d enhanced font 'Helvetica,14' fontscale 1.6 linewidth 2.4 pointscale 2; set output '%s' "
        "}\n",
        width, height, f->svg, 2 * width, 2 * height, f->png);
    figure_script(f,
                  "set border 3 lc rgb '#333333' lw 0.8\nset tics nomirror out scale 0.6 tc rgb '#222222'\n"
                  "set key samplen 1.6 spacing 1.15 font ',12'\n");
    palette(f);
    for (int i = 0; i < 6; i++)
        figure_script(f, "set linetype %d lc rgb '%s' lw 1.6 pt %d ps 0.55\n", i + 1, palette_line(i),
                      (const int[]){7, 5, 9, 13, 11, 6}[i]);
    return OK;
}

/* ---- data ---- */

const char *figure_data_name(const struct figure *f, const char *part, bool matrix,
                             char out[FIGURE_NAME + 40])
{
    char safe[32];
    figure_file_name(safe, sizeof safe, part);
    snprintf(out, FIGURE_NAME + 40, "%s-%s.%s", f->name, safe, matrix ? "f32" : "dat");
    return out;
}

static status data_path(struct figure *f, const char *part, bool matrix, char path[FILE_PATH_MAX])
{
    if (f->files == FIGURE_FILES)
        return fail(FAILED, "figure %s: more than %d data files", f->name, FIGURE_FILES);
    return file_join(path, f->folder, figure_data_name(f, part, matrix, f->file[f->files++]));
}

status figure_data(struct figure *f, const char *part, int columns, const char *const *names,
                   const double *const *data, int64_t rows)
{
    char path[FILE_PATH_MAX];
    struct file_new out;
    TRY(data_path(f, part, false, path));
    TRY(file_begin(&out, path));
    fprintf(out.stream, "#");
    for (int k = 0; k < columns; k++) fprintf(out.stream, " %s", names[k]);
    fprintf(out.stream, "\n");
    for (int64_t i = 0; i < rows; i++)
        for (int k = 0; k < columns; k++) {
            double v = data[k][i];
            if (isfinite(v))
                fprintf(out.stream, "%.9g", v);
            else
                fprintf(out.stream, "nan");
            fputc(k + 1 < columns ? ' ' : '\n', out.stream);
        }
    return file_commit(&out);
}

status figure_matrix(struct figure *f, const char *part, const float *m, int64_t side)
{
    char path[FILE_PATH_MAX];
    struct file_new out;
    TRY(data_path(f, part, true, path));
    TRY(file_begin(&out, path));
    fwrite(m, sizeof *m, (size_t)(side * side), out.stream);
    return file_commit(&out);
}

void figure_downsample(const float *m, int64_t side, int64_t bin, float *out)
{
    int64_t n = (side + bin - 1) / bin;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0.0;
            int64_t count = 0;
            for (int64_t a = i * bin; a < (i + 1) * bin && a < side; a++)
                for (int64_t b = j * bin; b < (j + 1) * bin && b < side; b++) {
                    if (isnan(m[a * side + b])) continue;
                    sum += (double)m[a * side + b];
                    count++;
                }
            out[i * n + j] = count ? (float)(sum / (double)count) : NAN;
        }
}

/* ---- end ---- */

static status write_script(struct figure *f, char path[FILE_PATH_MAX])
{
    figure_script(f, "unset output\n}\n");
    if (f->script.out_of_memory) return fail(FAILED, "out of memory for figure %s", f->name);
    TRY(file_join(path, f->folder, f->gp));
    return file_write(path, f->script.s);
}

/* gnuplot in the figure's folder; its complaints go to NAME.log, removed when there are none. */
static int run_gnuplot(const struct figure *f, const char *log)
{
    posix_spawn_file_actions_t actions;
    char script[FIGURE_NAME + 8], program[] = "gnuplot", *argv[] = {program, script, NULL};
    pid_t child;
    int code = -1, state;
    snprintf(script, sizeof script, "%s", f->gp);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, f->folder);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    int error = posix_spawnp(&child, program, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error) return error == ENOENT ? 127 : -1;
    while (waitpid(child, &state, 0) < 0 && errno == EINTR) continue;
    if (WIFEXITED(state)) code = WEXITSTATUS(state);
    return code;
}

status figure_end(struct figure *f)
{
    char path[FILE_PATH_MAX], log[FILE_PATH_MAX], name[FIGURE_NAME + 8], *said = NULL;
    size_t length = 0;
    TRY(write_script(f, path));
    snprintf(name, sizeof name, "%s.log", f->name);
    TRY(file_join(log, f->folder, name));
    int code = run_gnuplot(f, name);
    if (file_exists(log)) TRY(file_read(log, &said, &length));
    f->drawn = code == 0;
    if (code == 127)
        snprintf(f->why, sizeof f->why,
                 "gnuplot was not found (Debian package gnuplot-nox); run 'gnuplot %s' later", f->gp);
    else if (code != 0)
        snprintf(f->why, sizeof f->why, "gnuplot failed with code %d: %.400s", code, said ? said : "");
    if (f->drawn) unlink(log);
    DELETE(said);
    return OK;
}

void figure_free(struct figure *f)
{
    text_free(&f->script);
}
