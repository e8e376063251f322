/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint speckle — speckle frames of a trajectory. */
#include "base/args.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/isa.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "scatter/lattice.h"
#include "scatter/slab.h"
#include "scatter/speckle.h"
#include "scatter/speckle_file.h"
#include "system/trajectory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

extern const struct command cmd_speckle;

enum { WINDOWS_MOST = ARG_LIST_MAX };

struct options {
    struct arg_list windows;
    const char *output, *form_factors, *flatten, *units, *inside;
    int64_t exposure, every, first, last, sq_frames;
    bool compress, json;
};

/* Everything the command holds, so that one function can release it. */
struct job {
    struct options o;
    struct trajectory *trajectory;
    int64_t end; /* frames [o.first, end) in steps of o.every */
    bool box_changes;
    struct config c;
    struct slab slab; /* --inside */
    struct box box;   /* of the sample, or of what is inside */
    int64_t atoms;    /* in it, in the first frame */
    char units[8];
    struct form_factors form;
    struct window_spec spec[WINDOWS_MOST];
    struct window window[WINDOWS_MOST];
    char path[WINDOWS_MOST][FILE_PATH_MAX];
    struct speckle_file *file[WINDOWS_MOST];
    double mean[WINDOWS_MOST]; /* Σ over frames of the pixels' mean intensity */
    struct structure *structure;
    struct peak peak;
    struct speckle *speckle;
    int64_t frames;                       /* written */
    double first_time, last_time, gap[2]; /* of exposures; smallest and largest distance */
    double first_sub, last_sub;           /* sub-frames' times */
    int64_t subs;
};

/* ---- options ---- */

/* LOW,HIGH,EDGE */
static status read_slab(struct job *j)
{
    struct slab *s = &j->slab;
    int end = 0;
    if (!j->o.inside) return OK;
    if (sscanf(j->o.inside, "%lf,%lf,%lf%n", &s->low, &s->high, &s->edge, &end) != 3 || j->o.inside[end] ||
        !(s->high > s->low))
        return fail(BAD_INPUT,
                    "--inside is '%s'; expected three heights z LOW,HIGH,EDGE such as 8,14,1 with LOW < HIGH",
                    j->o.inside);
    return slab_check(s);
}

static status check_options(struct job *j)
{
    const struct options *o = &j->o;
    if (o->windows.n < 1)
        return fail(BAD_INPUT, "no --window given; for example --window shell or "
                               "--window '1d:spot,pixels=3 in a line,at=all disjoint on peak'");
    if (!o->output) return fail(BAD_INPUT, "no output file given; say -o FRAMES.h5");
    if (o->exposure < 1 || o->every < 1 || o->first < 0 || o->sq_frames < 1)
        return fail(BAD_INPUT, "--exposure, --every and --sq-frames must be 1 or more, --first 0 or more");
    if (strcmp(o->flatten, "none") != 0 && strcmp(o->flatten, "S(|q|)") != 0)
        return fail(BAD_INPUT, "--flatten is '%s'; expected none or 'S(|q|)'", o->flatten);
    TRY(isa_check());
    TRY(read_slab(j));
    for (int i = 0; i < o->windows.n; i++) {
        TRY(window_spec_parse(&j->spec[i], o->windows.value[i]));
        for (int k = 0; k < i; k++)
            if (strcmp(j->spec[i].name, j->spec[k].name) == 0)
                return fail(BAD_INPUT, "two windows are called '%s'; name them: --window NAME:%s",
                            j->spec[i].name, o->windows.value[i]);
    }
    return OK;
}

/* One window: the path as given. Several: -NAME before the ending. */
static status name_output(struct job *j, int i)
{
    const char *path = j->o.output, *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    if (!dot || (slash && dot < slash)) dot = path + strlen(path);
    bool many = j->o.windows.n > 1;
    int n = snprintf(j->path[i], FILE_PATH_MAX, "%.*s%s%s%s", (int)(dot - path), path, many ? "-" : "",
                     many ? j->spec[i].name : "", dot);
    return n < FILE_PATH_MAX - 8 ? OK : fail(BAD_INPUT, "the path is too long: %s", path);
}

/* ---- before the frames ---- */

/* The units only name things (and allow X-ray factors); numbers are taken as they are. */
static status choose_units(struct job *j)
{
    const char *u = j->o.units ? j->o.units : j->c.units;
    if (j->o.units && strcmp(u, "lj") != 0 && strcmp(u, "metal") != 0)
        return fail(BAD_INPUT, "--units is '%s'; expected lj or metal", u);
    if (!u[0]) log_warning("the trajectory does not say its units: lj is assumed; use --units");
    snprintf(j->units, sizeof j->units, "%s", u[0] ? u : "lj");
    return OK;
}

/* What scatters: the whole sample, or what is inside of a film. */
static status find_box(struct job *j)
{
    j->box = slab_box(&j->slab, &j->c.box);
    j->atoms = 0;
    for (int64_t i = 0; i < j->c.atoms; i++) j->atoms += slab_weight(&j->slab, j->c.x[3 * i + 2]) > 0.0;
    if (j->atoms > 0) return OK;
    return fail(BAD_INPUT, "no atom of the first frame stands between z = %g and %g (--inside)", j->slab.low,
                j->slab.high);
}

/* The atoms of the frame into an amplitude; one process. */
static status add_frame(struct job *j, struct amplitude *a)
{
    int64_t *sums;
    size_t count;
    if (slab_used(&j->slab))
        TRY(slab_add_config(&j->slab, &j->c, a, NULL));
    else
        TRY(amplitude_add(a, &(struct amplitude_atoms){
                                 .count = j->c.atoms, .stride = 3, .x = j->c.x, .type32 = j->c.type}));
    return amplitude_partial(a, &sums, &count);
}

static status add_structure(struct job *j)
{
    struct box box = slab_box(&j->slab, &j->c.box);
    TRY(structure_begin(j->structure, &box));
    TRY(add_frame(j, j->structure->amplitude));
    return structure_finish(j->structure);
}

static status add_speckle(struct job *j)
{
    struct box box = slab_box(&j->slab, &j->c.box);
    TRY(speckle_begin(j->speckle, &box));
    TRY(add_frame(j, speckle_amplitude(j->speckle)));
    return speckle_finish(j->speckle, j->c.step, j->c.time);
}

static status open_trajectory(struct job *j, const char *path)
{
    TRY(trajectory_open(&j->trajectory, path));
    int64_t frames = trajectory_frames(j->trajectory);
    j->end = j->o.last < 0 || j->o.last >= frames ? frames : j->o.last + 1;
    if (j->o.first >= j->end)
        return fail(BAD_INPUT, "%s has %lld frames; none is between --first %lld and --last %lld", path,
                    (long long)frames, (long long)j->o.first, (long long)j->o.last);
    int64_t used = (j->end - j->o.first + j->o.every - 1) / j->o.every;
    if (used < j->o.exposure)
        return fail(BAD_INPUT, "%s: %lld frames are used, fewer than one exposure of %lld", path,
                    (long long)used, (long long)j->o.exposure);
    double first[3][3];
    TRY(trajectory_read(j->trajectory, j->o.first, &j->c));
    memcpy(first, j->c.box.h, sizeof first);
    TRY(trajectory_read(j->trajectory, j->o.first + (used - 1) * j->o.every, &j->c));
    j->box_changes = memcmp(first, j->c.box.h, sizeof first) != 0;
    TRY(trajectory_read(j->trajectory, j->o.first, &j->c));
    TRY(find_box(j));
    TRY(choose_units(j));
    for (int i = 0; i < j->o.windows.n; i++) TRY(window_spec_check_units(&j->spec[i], j->units));
    return form_factors_parse(&j->form, j->o.form_factors, &j->c.species, j->units);
}

/* S(q) of a few frames spread over the trajectory: for the peak and for flattening. */
static status measure_structure(struct job *j)
{
    bool flatten = strcmp(j->o.flatten, "none") != 0, peak = false;
    double most = 0;
    for (int i = 0; i < j->o.windows.n; i++) {
        peak = peak || window_spec_needs_peak(&j->spec[i]);
        most = fmax(most, window_spec_highest_q(&j->spec[i], &j->box));
    }
    if (!peak && !flatten) return OK;
    double usual = 1.6 * 2 * M_PI * cbrt((double)j->atoms / box_volume(&j->box));
    if (!flatten || most < usual) most = usual;
    TRY(structure_new(&j->structure, &j->box, j->atoms, &j->form, most));
    int64_t used = (j->end - j->o.first + j->o.every - 1) / j->o.every;
    int64_t n = used < j->o.sq_frames ? used : j->o.sq_frames;
    struct progress p = progress_start("S(q)", n);
    for (int64_t i = 0; i < n; i++) {
        int64_t frame = j->o.first + (n > 1 ? i * (used - 1) / (n - 1) : 0) * j->o.every;
        TRY(trajectory_read(j->trajectory, frame, &j->c));
        TRY(add_structure(j));
        progress_show(&p, i + 1, NULL);
    }
    progress_end(&p);
    if (!peak) return OK;
    TRY(peak_find(&j->peak, j->structure));
    log_info("first peak of S(q): q = %.5g, S = %.4g, half-maximum from %.5g to %.5g (%lld frames)",
             j->peak.q, j->peak.height, j->peak.low, j->peak.high, (long long)n);
    return OK;
}

static status build_windows(struct job *j)
{
    char how[200];
    TRY(trajectory_read(j->trajectory, j->o.first, &j->c));
    for (int i = 0; i < j->o.windows.n; i++) {
        TRY(window_build(&j->window[i], &j->spec[i], &j->box, j->peak.q > 0 ? &j->peak : NULL));
        TRY(slab_apply(&j->slab, &j->window[i]));
        if (j->window[i].warning[0]) log_warning("%s", j->window[i].warning);
        TRY(name_output(j, i));
    }
    TRY(speckle_new(&j->speckle, j->window, j->o.windows.n, &j->form, j->atoms, j->o.exposure));
    amplitude_describe(speckle_amplitude(j->speckle), how, sizeof how);
    log_info("amplitudes: %s (%s)", how, isa_name(isa_best()));
    for (int i = 0; i < j->o.windows.n; i++) {
        struct speckle_file_options o = {.window = &j->window[i],
                                         .spec = &j->spec[i],
                                         .form_factors = j->form.text,
                                         .units = j->units,
                                         .slab = &j->slab,
                                         .exposure = j->o.exposure,
                                         .flatten = strcmp(j->o.flatten, "none") != 0,
                                         .box_changes = j->box_changes,
                                         .deflate = j->o.compress};
        TRY(speckle_file_create(&j->file[i], j->path[i], &o));
        if (j->structure && (o.flatten || j->window[i].high <= j->structure->q[j->structure->bins - 1]))
            TRY(speckle_file_set_structure(j->file[i], j->structure));
    }
    return OK;
}

/* ---- the frames ---- */

static status write_frame(struct job *j)
{
    double time = speckle_time(j->speckle);
    for (int i = 0; i < j->o.windows.n; i++) {
        const double *intensity = speckle_intensity(j->speckle, i);
        double sum = 0;
        for (int64_t p = 0; p < j->window[i].count; p++) sum += intensity[p];
        j->mean[i] += sum / (double)j->window[i].count;
        TRY(speckle_file_append(j->file[i], speckle_step(j->speckle), time, intensity, &j->c.box));
    }
    if (j->frames == 0) {
        j->first_time = time;
    } else {
        double gap = time - j->last_time;
        j->gap[0] = j->frames == 1 ? gap : fmin(j->gap[0], gap);
        j->gap[1] = j->frames == 1 ? gap : fmax(j->gap[1], gap);
    }
    j->last_time = time;
    j->frames++;
    speckle_next(j->speckle);
    return OK;
}

static status run_frames(struct job *j)
{
    double box[3][3];
    memcpy(box, j->c.box.h, sizeof box);
    struct progress p = progress_start("speckle", j->end - j->o.first);
    for (int64_t k = j->o.first; k < j->end; k += j->o.every) {
        TRY(trajectory_read(j->trajectory, k, &j->c));
        if (!j->box_changes && memcmp(box, j->c.box.h, sizeof box) != 0)
            return fail(BAD_INPUT,
                        "frame %lld: the box differs from that of the first and the last frame used",
                        (long long)k);
        status s = add_speckle(j);
        if (s != OK) return status_context(s, "frame %lld", (long long)k);
        if (j->subs++ == 0) j->first_sub = j->c.time;
        j->last_sub = j->c.time;
        if (speckle_ready(j->speckle)) TRY(write_frame(j));
        progress_show(&p, k - j->o.first + 1, NULL);
    }
    progress_end(&p);
    return OK;
}

/* Times of the frames, then close. */
static status finish_files(struct job *j)
{
    double frame_time = j->frames > 1 ? (j->last_time - j->first_time) / (double)(j->frames - 1) : 0;
    double spacing = j->subs > 1 ? (j->last_sub - j->first_sub) / (double)(j->subs - 1) : 0;
    if (j->frames > 1 && !(j->gap[1] - j->gap[0] <= 1e-6 * fabs(frame_time)))
        log_warning("frames are not equally spaced in time (%g to %g): frame_time is their mean; use the "
                    "series 'time'",
                    j->gap[0], j->gap[1]);
    if (j->frames > 1 && !(frame_time > 0))
        log_warning("the trajectory carries no increasing time: frame_time is 0");
    if (j->subs % j->o.exposure)
        log_info("the last %lld frames do not fill an exposure and were left out",
                 (long long)(j->subs % j->o.exposure));
    for (int i = 0; i < j->o.windows.n; i++) {
        TRY(speckle_file_set_times(j->file[i], frame_time, (double)j->o.exposure * spacing));
        TRY(speckle_file_close(&j->file[i]));
    }
    return OK;
}

/* ---- result ---- */

static void print_json(const struct job *j)
{
    struct json out = json_start();
    json_open(&out, NULL, '{');
    json_integer(&out, "frames", j->frames);
    json_integer(&out, "exposure", j->o.exposure);
    json_string(&out, "units", j->units);
    json_string(&out, "form_factors", j->form.text);
    json_string(&out, "flatten", j->o.flatten);
    json_string(&out, "isa", isa_name(isa_best()));
    if (j->peak.q > 0) {
        json_open(&out, "peak", '{');
        json_number(&out, "q", j->peak.q);
        json_number(&out, "height", j->peak.height);
        json_number(&out, "low", j->peak.low);
        json_number(&out, "high", j->peak.high);
        json_close(&out);
    }
    json_open(&out, "windows", '[');
    for (int i = 0; i < j->o.windows.n; i++) {
        const struct window *w = &j->window[i];
        json_open(&out, NULL, '{');
        json_string(&out, "name", w->name);
        json_string(&out, "kind", window_kind_name(w->kind));
        json_integer(&out, "pixels", w->count);
        json_integer(&out, "groups", w->groups);
        json_integer(&out, "n_independent", w->n_independent);
        json_number(&out, "q_low", w->low);
        json_number(&out, "q_high", w->high);
        json_number(&out, "mean_intensity", j->mean[i] / (double)j->frames);
        json_string(&out, "description", w->description);
        json_string(&out, "file", j->path[i]);
        json_close(&out);
    }
    json_close(&out);
    json_close(&out);
    puts(out.text.s);
    json_free(&out);
}

static void print_table(const struct job *j)
{
    printf("%-10s %-7s %8s %7s %8s %9s %9s %8s %10s  %s\n", "window", "kind", "pixels", "groups", "n_indep",
           "q_low", "q_high", "frames", "mean_I", "file");
    for (int i = 0; i < j->o.windows.n; i++) {
        const struct window *w = &j->window[i];
        printf("%-10s %-7s %8lld %7lld %8lld %9.4g %9.4g %8lld %10.4g  %s\n", w->name,
               window_kind_name(w->kind), (long long)w->count, (long long)w->groups,
               (long long)w->n_independent, w->low, w->high, (long long)j->frames,
               j->mean[i] / (double)j->frames, j->path[i]);
    }
}

static void release(struct job *j)
{
    for (int i = 0; i < WINDOWS_MOST; i++) {
        speckle_file_close(&j->file[i]);
        window_free(&j->window[i]);
    }
    speckle_free(&j->speckle);
    structure_free(&j->structure);
    config_free(&j->c);
    trajectory_close(&j->trajectory);
}

static status run(int argc, char **argv)
{
    struct job *j = NULL;
    const char *path[1];
    int n;
    status s;
    GUARD(NEW(j, 1));
    j->o = (struct options){
        .form_factors = "1", .flatten = "none", .exposure = 1, .every = 1, .last = -1, .sq_frames = 5};
    GUARD(args_parse(&cmd_speckle, argc, argv, &j->o, path, 1, 1, &n));
    GUARD(check_options(j));
    GUARD(open_trajectory(j, path[0]));
    GUARD(measure_structure(j));
    GUARD(build_windows(j));
    GUARD(run_frames(j));
    GUARD(finish_files(j));
    if (j->o.json)
        print_json(j);
    else
        print_table(j);
done:
    if (j) release(j);
    DELETE(j);
    return s;
}

static const struct arg args[] = {
    {"--window", 'w', ARG_LIST, offsetof(struct options, windows), "SPEC",
     "[NAME:]KIND[,key=value]…, KIND is shell, plane, spot, shells or cone; may be repeated"},
    {"--output", 'o', ARG_STRING, offsetof(struct options, output), "FILE",
     "where frames go; with several windows, -NAME is put before the ending"},
    {"--inside", 0, ARG_STRING, offsetof(struct options, inside), "LOW,HIGH,EDGE",
     "of a film: only what lies between these z, weighted with cos² edges of width EDGE"},
    {"--exposure", 0, ARG_INT, offsetof(struct options, exposure), "N",
     "average the intensities of N frames of the trajectory (1)"},
    {"--every", 0, ARG_INT, offsetof(struct options, every), "N", "use every Nth frame (1)"},
    {"--first", 0, ARG_INT, offsetof(struct options, first), "N", "first frame used, from 0 (0)"},
    {"--last", 0, ARG_INT, offsetof(struct options, last), "N", "last frame used (the last)"},
    {"--form-factors", 0, ARG_STRING, offsetof(struct options, form_factors), "F",
     "1 for all, A=1,B=2 for numbers, or xray (elements) (1)"},
    {"--flatten", 0, ARG_STRING, offsetof(struct options, flatten), "HOW",
     "none, or 'S(|q|)': readers divide by the stored S at each pixel (none)"},
    {"--units", 0, ARG_STRING, offsetof(struct options, units), "U",
     "lj or metal, where the trajectory does not say"},
    {"--sq-frames", 0, ARG_INT, offsetof(struct options, sq_frames), "N", "frames S(q) is measured from (5)"},
    {"--compress", 0, ARG_FLAG, offsetof(struct options, compress), NULL, "shuffle and deflate the frames"},
    {"--json", 0, ARG_FLAG, offsetof(struct options, json), NULL, "machine-readable result"},
    {0}};

const struct command cmd_speckle = {
    .name = "speckle",
    .summary = "speckle frames of a trajectory, as a coherent X-ray beam would see it",
    .synopsis = "TRAJ --window SPEC [--window SPEC]… -o FRAMES.h5 [--exposure N] [--form-factors F] [--json]",
    .description =
        "Intensities |sum f exp(iq.r)|^2 / sum f^2 at points of the reciprocal lattice of the box, written "
        "as NeXus "
        "frames that glint ttcf and the other analyses read like measured ones. Keys of a window: range "
        "(half-maximum of peak | FROM to TO), normal (h k l of a plane), pixels (3 in a line | 3x3 | 3x3x3), "
        "at "
        "(all disjoint on peak | h k l | direction h k l), from, to, number (shells). The first peak is "
        "found from "
        "S(q), measured on all points of the lattice. Of q and -q one is kept: all pixels are independent. "
        "The whole "
        "convention is written into each file.",
    .examples = "  glint speckle runs/a/trajectory.h5 --window shell -o runs/a/frames.h5\n"
                "  glint speckle traj.h5 -w 3d:shell -w '2d:plane,normal=[0,0,1]' \\\n"
                "      -w '1d:spot,pixels=3 in a line,at=all disjoint on peak' --exposure 5 --flatten "
                "'S(|q|)' -o f.h5\n"
                "  glint speckle dump.lammpstrj -w 'qdep:shells,from=2,to=14,number=8' --form-factors "
                "A=1,B=2 -o f.h5\n",
    .args = args,
    .run = run,
};
