/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glint waiting — hops of atoms and their waiting times. */
#include "analysis/cmd/track_args.h"
#include "analysis/cmd/values.h"
#include "analysis/cmd/waiting_output.h"
#include "analysis/dynamics/hop_record.h"
#include "analysis/dynamics/hop_table.h"
#include "analysis/dynamics/hop_table_file.h"
#include "analysis/report/run_settings.h"
#include "base/file.h"
#include "base/log.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct options {
    struct track_args track;
    const char *distance, *r1, *persist, *cage, *p_hop, *preset, *burst, *hops, *species, *output, *stage;
    const char *models, *correction, *xmin;
    bool linear, trajectory;
    int64_t ages, replicates, seed, blocks;
};
#define AT(field) offsetof(struct options, field)
static const struct arg args[] = {
    {"--distance", 'd', ARG_STRING, AT(distance), "LIST",
     "hop distances, in r1 or a length ('0.4,0.6,0.8,1.0 r1')"},
    {"--persist", 'p', ARG_STRING, AT(persist), "LIST",
     "persistence times ('0,5 tau', '0,2 ps': the defaults)"},
    {"--cage", 0, ARG_STRING, AT(cage), "TIME",
     "time over which a cage's mean position is taken (5 tau, 2 ps)"},
    {"--r1", 0, ARG_STRING, AT(r1), "LENGTH", "first peak of g(r); measured if not given"},
    {"--p-hop", 0, ARG_STRING, AT(p_hop), "W,P",
     "add the p_hop criterion: window (time), threshold (length^2): '10,0.2'"},
    {"--preset", 0, ARG_STRING, AT(preset), "riechers",
     "add: displaced by r1 from where it stood, no mean, no persistence"},
    {"--ages", 0, ARG_INT, AT(ages), "N",
     "N age windows beside the whole record, each as long as the record before it"},
    {"--linear-ages", 0, ARG_FLAG, AT(linear), NULL, "age windows of equal length"},
    {"--species", 0, ARG_STRING, AT(species), "NAME", "atoms of one species only"},
    {"--burst", 0, ARG_STRING, AT(burst), "TIME",
     "also hops per window of this length, for the first row ('50 tau', '20 ps')"},
    {"--hops", 0, ARG_STRING, AT(hops), "FILE", "write the list of hops of the first row (CSV)"},
    {"--output", 'o', ARG_STRING, AT(output), "FILE.h5",
     "write the table and all waiting times (/entry/glint/waiting_times)"},
    {"--stage", 0, ARG_STRING, AT(stage), "LABEL", "of a run folder: the stage whose hops-LABEL.h5 is read"},
    {"--trajectory", 0, ARG_FLAG, AT(trajectory), NULL,
     "of a run folder: find hops in trajectory.h5 although they were found while the atoms moved"},
    {"--models", 0, ARG_STRING, AT(models), "LIST",
     "laws compared: power, truncated-power, exponential, stretched, lognormal (default: the run's input, "
     "else all)"},
    {"--correction", 0, ARG_STRING, AT(correction), "HOW",
     "for the finite record: censored (Kaplan-Meier), window or none (default: the run's input, else "
     "censored)"},
    {"--xmin", 0, ARG_STRING, AT(xmin), "TIME|scan", "from where on the tail is fitted"},
    {"--blocks", 0, ARG_INT, AT(blocks), "N", "error of alpha by a bootstrap over N blocks of atoms"},
    {"--replicates", 0, ARG_INT, AT(replicates), "N", "synthetic samples for the goodness of fit (0: none)"},
    {"--seed", 0, ARG_INT, AT(seed), "N", "seed of those samples (1)"},
    TRACK_ARGS(struct options, track),
    {0}};

extern const struct command cmd_waiting;

/* ---- options ---- */
static status one(double *out, const struct values *v, const char *option)
{
    if (v->n != 1) return fail(BAD_INPUT, "%s: one number was expected, found %d", option, v->n);
    *out = v->value[0];
    return OK;
}

static status read_p_hop(struct hop_table_options *h, const char *text, const struct track *t)
{
    struct values v;
    TRY(values_times(&v, "--p-hop", text, t->time_unit));
    if (v.n != 2 || !(v.value[0] > 0.0 && v.value[1] > 0.0))
        return fail(BAD_INPUT, "--p-hop: window and threshold were expected, like '10,0.2', found '%s'",
                    text);
    h->window = v.value[0];
    h->threshold = v.value[1];
    return OK;
}

static status read_lists(struct hop_table_options *h, const struct options *o, const struct track *t)
{
    struct values v;
    if (o->distance) {
        TRY(values_lengths(&v, "--distance", o->distance, t->length_unit, h->r1, "r1"));
        h->distances = v.n;
        for (int i = 0; i < v.n; i++) {
            if (!(v.value[i] > 0.0))
                return fail(BAD_INPUT, "--distance '%s': a distance must be positive", o->distance);
            h->distance[i] = v.value[i] / h->r1;
        }
    }
    if (o->persist) {
        TRY(values_times(&v, "--persist", o->persist, t->time_unit));
        h->persists = v.n;
        memcpy(h->persist, v.value, sizeof v.value);
    }
    if (o->cage) {
        TRY(values_times(&v, "--cage", o->cage, t->time_unit));
        TRY(one(&h->cage, &v, "--cage"));
    }
    return o->p_hop ? read_p_hop(h, o->p_hop, t) : OK;
}

static status read_r1(struct hop_table_options *h, const struct options *o, const struct track *t)
{
    struct values v;
    if (!o->r1) return hop_table_r1(t, &h->r1);
    TRY(values_lengths(&v, "--r1", o->r1, t->length_unit, 0.0, t->length_unit));
    TRY(one(&h->r1, &v, "--r1"));
    return h->r1 > 0.0 ? OK : fail(BAD_INPUT, "--r1: %g, it must be positive", h->r1);
}

/* What a hop is, for a trajectory. */
static status read_detector(struct hop_table_options *h, const struct options *o, const struct track *t)
{
    const struct hop_table_options standard = hop_table_defaults(t->units);
    memcpy(h->persist, standard.persist, sizeof h->persist);
    h->cage = standard.cage;
    bool clock = strcmp(t->time_unit, "steps") != 0 && strcmp(t->time_unit, "frames") != 0;
    if (!clock && (!o->persist || !o->cage))
        return fail(
            BAD_INPUT,
            "the file has no times, so the defaults (5 tau, 2 ps) mean nothing: give --step-time, or --cage "
            "and --persist in %s",
            t->time_unit);
    if (!t->uniform)
        log_warning(
            "the frames are not equally spaced: hops there and back inside a gap are not seen, and \"in all "
            "frames for t_p\" may rest on two frames");
    TRY(read_r1(h, o, t));
    TRY(read_lists(h, o, t));
    if (o->preset && strcmp(o->preset, "riechers") != 0)
        return fail(BAD_INPUT, "--preset '%s' is unknown; there is 'riechers'", o->preset);
    if (o->ages < 0 || o->ages > HOP_TABLE_LIST)
        return fail(BAD_INPUT, "--ages %" PRId64 ": a number from 1 to %d was expected", o->ages,
                    HOP_TABLE_LIST);
    h->riechers = o->preset != NULL;
    h->ages = (int)o->ages;
    h->linear_ages = o->linear;
    if (!o->species) return OK;
    h->group = 1 + species_find(&t->species, o->species);
    if (h->group == 0) return fail(BAD_INPUT, "--species '%s': the file has no such species", o->species);
    return OK;
}

/* How the times are analysed: the run's input, then the command line. */
static status read_analysis(struct hop_table_options *h, const struct options *o,
                            const struct run_settings *s)
{
    h->laws = s->laws;
    h->correction = s->correction;
    h->xmin = s->xmin;
    h->blocks = s->blocks;
    if (o->models) TRY(run_settings_laws("--models", o->models, &h->laws));
    if (o->correction) {
        int c = WAITING_NONE;
        while (c <= WAITING_WINDOW && strcmp(o->correction, waiting_correction_names[c]) != 0) c++;
        if (c > WAITING_WINDOW)
            return fail(BAD_INPUT, "--correction '%s': censored, window or none was expected", o->correction);
        h->correction = (enum waiting_correction)c;
    }
    if (o->xmin && strcmp(o->xmin, "scan") == 0) h->xmin = 0.0;
    if (o->blocks < 0 || o->blocks > 100000)
        return fail(BAD_INPUT, "--blocks %" PRId64 ": a number from 0 to 100000 was expected", o->blocks);
    if (o->blocks > 0) h->blocks = (int)o->blocks;
    if (o->replicates < 0) return fail(BAD_INPUT, "--replicates %" PRId64 " is negative", o->replicates);
    h->replicates = o->replicates;
    h->seed = (uint64_t)o->seed;
    return OK;
}

static status read_xmin(struct hop_table_options *h, const struct options *o, const char *time_unit)
{
    struct values v;
    if (!o->xmin || strcmp(o->xmin, "scan") == 0) return OK;
    TRY(values_times(&v, "--xmin", o->xmin, time_unit));
    TRY(one(&h->xmin, &v, "--xmin"));
    return h->xmin > 0.0 ? OK : fail(BAD_INPUT, "--xmin: %g, it must be positive", h->xmin);
}

/* ---- the list of hops ---- */
static status write_hops(const char *path, const struct hops *h, const struct track *t)
{
    struct file_new f;
    TRY(file_begin(&f, path));
    fprintf(f.stream, "# hops, positions unwrapped in the mean cell; time in %s, lengths in %s\n",
            t->time_unit, t->length_unit);
    fprintf(f.stream, "id,species,time,from_x,from_y,from_z,to_x,to_y,to_z,length,reversible\n");
    for (int64_t k = 0; k < h->n; k++) {
        const struct hop *p = h->hop + k;
        fprintf(f.stream, "%" PRIu64 ",%s,%.10g,%.9g,%.9g,%.9g,%.9g,%.9g,%.9g,%.6g,%d\n", t->id[p->atom],
                t->species.name[t->type[p->atom]], p->time, p->from[0], p->from[1], p->from[2], p->to[0],
                p->to[1], p->to[2], p->length, p->reversible);
    }
    return file_commit(&f);
}

static status write_output(const char *path, const struct hop_table *h, const struct track *t)
{
    struct h5 f;
    status s = OK;
    TRY(h5_begin(&f, path));
    GUARD(hop_table_write(&f, h, t));
    return h5_commit(&f);
done:
    h5_close(&f);
    return s;
}

/* ---- where hops come from ---- */

/* Options that say what a hop is, or which frames: then only a trajectory can answer. */
static const char *detector_option(const struct options *o)
{
    const struct track_args *t = &o->track;
    return o->distance                           ? "--distance"
           : o->r1                               ? "--r1"
           : o->persist                          ? "--persist"
           : o->cage                             ? "--cage"
           : o->p_hop                            ? "--p-hop"
           : o->preset                           ? "--preset"
           : o->species                          ? "--species"
           : o->ages || o->linear                ? "--ages"
           : t->from != 0.0 || t->to != 0.0      ? "--from or --to"
           : t->every                            ? "--every"
           : t->keep_drift || t->keep_box_change ? "--keep-…"
                                                 : NULL;
}

/* The record of hops to use; record[0] = 0: none, the trajectory. */
static status find_record(char record[FILE_PATH_MAX], const char *path, const struct options *o)
{
    struct stat info;
    bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode), unfinished = false;
    const char *slash = strrchr(path, '/'), *why = o->trajectory ? "--trajectory" : detector_option(o);
    record[0] = '\0';
    if (!folder) {
        if (hop_record_is_name(slash ? slash + 1 : path)) snprintf(record, FILE_PATH_MAX, "%s", path);
        if (record[0] && why)
            return fail(BAD_INPUT, "%s holds hops, not positions: %s needs a trajectory", path, why);
        return OK;
    }
    if (why && !o->stage) return OK;
    if (why) return fail(BAD_INPUT, "--stage chooses a record of hops, %s needs a trajectory", why);
    TRY(hop_record_find(record, path, o->stage, &unfinished));
    if (o->stage && !record[0])
        return fail(BAD_INPUT, "%s has no %srecord of hops of a stage '%s'", path,
                    unfinished ? "finished " : "", o->stage);
    if (unfinished && !record[0])
        log_warning("%s: the stage that watches hops is not finished; looking for a trajectory", path);
    return OK;
}

static status make_table(struct hop_table *h, struct track *t, const char *path, const char *record,
                         struct hop_table_options *ho, const struct options *o)
{
    if (record[0]) {
        TRY(read_xmin(ho, o, "tau"));
        TRY(hop_record_load(h, t, record, ho));
        log_info("hops were found while the atoms moved: %s (the trajectory: --trajectory)", record);
        return OK;
    }
    TRY(track_args_load(t, path, &o->track));
    TRY(read_xmin(ho, o, t->time_unit));
    TRY(read_detector(ho, o, t));
    return hop_table_make(h, t, ho);
}

static status print(const struct waiting_output *out, const struct options *o)
{
    const struct hop_table *h = out->table;
    if (o->hops) TRY(write_hops(o->hops, &h->row[0].hops, out->track));
    if (o->output) TRY(write_output(o->output, h, out->track));
    return o->track.json ? waiting_print_json(out) : waiting_print(out);
}

static status run(int argc, char **argv)
{
    status s = OK;
    struct options o = {.seed = 1};
    struct track t = {0};
    struct hop_table h = {0};
    struct hop_table_options ho = hop_table_defaults("lj"); /* times: read_detector */
    struct run_settings settings;
    struct text said = {0};
    struct values v;
    double burst = 0.0;
    char record[FILE_PATH_MAX];
    const char *file[1];
    int files;
    TRY(args_parse(&cmd_waiting, argc, argv, &o, file, 1, 1, &files));
    GUARD(run_settings_read(&settings, file[0]));
    settings.has_analysis = false; /* speckles are no business of this command */
    run_settings_describe(&settings, &said);
    GUARD(read_analysis(&ho, &o, &settings));
    GUARD(find_record(record, file[0], &o));
    GUARD(make_table(&h, &t, file[0], record, &ho, &o));
    if (o.burst) {
        GUARD(values_times(&v, "--burst", o.burst, t.time_unit));
        GUARD(one(&burst, &v, "--burst"));
    }
    s = print(&(struct waiting_output){.table = &h,
                                       .track = &t,
                                       .options = &ho,
                                       .from = record[0] ? record : file[0],
                                       .r1_from = record[0] ? "as the run found it"
                                                  : o.r1    ? "given"
                                                            : "first peak of g(r), measured",
                                       .settings = said.s ? said.s : "",
                                       .burst = burst},
              &o);
done:
    hop_table_free(&h);
    track_free(&t);
    text_free(&said);
    return s;
}

const struct command cmd_waiting = {
    .name = "waiting",
    .summary = "hops of atoms and their waiting times, for several distances at once",
    .synopsis =
        "TRAJ|RUNDIR|HOPS.h5 [--distance LIST] [--persist LIST] [--ages N] [--preset riechers] [--json]",
    .description =
        "An atom hops when it is farther than d from the mean position of its cage for at least "
        "t_p; the waiting times "
        "between hops (exchange) and to the first hop (persistence) are kept apart, atoms that "
        "never hop count as censored. "
        "Every d and t_p is a row, because the result depends on them; an exponent is printed "
        "with its xmin, how long it "
        "is flat, the law the likelihood prefers, and whether it may be quoted. p_hop: Candelier "
        "et al. 2010. riechers: "
        "displaced by one bond length r1 from where it stood (Riechers et al. 2024).\n"
        "A run that watched hops itself (the block hops: of its input) has hops-LABEL.h5: that is used, "
        "unless an option says what a hop is, or --trajectory. The block waiting: of the input gives the "
        "defaults of the analysis.",
    .examples =
        "  glint waiting runs/wt\n"
        "  glint waiting runs/wt --distance '0.4,0.6,0.8,1.0 r1' --persist '0,5,10 tau' --ages 3 --json\n"
        "  glint waiting trajectory.h5 --distance 0.6 --persist 5 --preset riechers --p-hop 10,0.2\n"
        "  glint waiting runs/wt --burst '50 tau' --hops hops.csv -o waiting.h5\n",
    .args = args,
    .run = run};
