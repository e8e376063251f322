/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/args.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/campaign_run.h"
#include "cmd/phases.h"
#include "cmd/run_accuracy.h"
#include "cmd/run_input.h"
#include "cmd/run_json.h"
#include "cmd/run_observers.h"
#include "cmd/run_progress.h"
#include "observe/checkpoint.h"
#include "observe/measure_log.h"
#include "par/par.h"
#include "protocol/runner.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct options {
    const char *output;
    struct arg_list set;
    bool resume, force;
    int64_t threads, jobs;
    const char *member;
};

static const struct arg args[] = {
    {"--output", 'o', ARG_STRING, offsetof(struct options, output), "DIR", "run folder (made if needed)"},
    {"--set", 0, ARG_LIST, offsetof(struct options, set), "KEY=VALUE",
     "change the input, e.g. --set melt.T='0.7 eps/kB'"},
    {"--resume", 0, ARG_FLAG, offsetof(struct options, resume), NULL,
     "go on from the checkpoint in DIR (INPUT may be left out)"},
    {"--force", 0, ARG_FLAG, offsetof(struct options, force), NULL,
     "resume although another instruction set or precision wrote the checkpoint: bits differ"},
    {"--threads", 0, ARG_INT, offsetof(struct options, threads), "N",
     "threads of each rank (default: the processors it may use)"},
    {"--jobs", 0, ARG_INT, offsetof(struct options, jobs), "N",
     "campaigns: members at a time (default 1, or replicas: at_once)"},
    {"--member", 0, ARG_STRING, offsetof(struct options, member), "NAME",
     "only this member (name or number from 1) of the campaign in DIR: begin, go on, or find it done"},
    {0}};

extern const struct command cmd_run;

/* A signal handler can only set a flag. */
static volatile sig_atomic_t stop_signal;
static void on_signal(int number)
{
    stop_signal = number;
}

struct run { /* what the runner's hooks work with */
    const struct options *options;
    struct run_input input;
    struct run_observers observers;
    struct engine engine;
    struct runner_state state;
    struct progress progress;
    struct run_progress sign;                    /* of life, for others */
    int64_t total_steps, start_step, start_work; /* work: steps times atoms */
    double started, last_checkpoint, last_look;
    uint64_t observe, observe_wait; /* ticks of observers and checkpoints */
    char folder[FILE_PATH_MAX], start_time[32], digest[65];
    struct run_accuracy accuracy;
};

/* ---- hooks ---- */

static void say_stage(const struct stage *s, bool main_part)
{
    char target[64];
    snprintf(target, sizeof target, s->T_from == s->T_to ? "T = %g" : "T = %g to %g", s->T_from, s->T_to);
    if (main_part)
        log_info("stage %s: %s, %s%lld steps, %s", s->label, target,
                 s->action == STAGE_DEPOSIT ? "some " : "", (long long)s->steps,
                 s->box == STAGE_BOX_FREE ? "box free" : "box fixed");
    else
        log_info("stage %s: settling at T = %g, %lld steps, box free", s->label, s->T_from,
                 (long long)s->settle);
}

static status hook_begin(void *context, struct engine *e, const struct stage *s, bool main_part, bool resumed)
{
    struct run *r = context;
    struct stopwatch w = stopwatch_start();
    say_stage(s, main_part);
    run_accuracy_begin(&r->accuracy, e);
    TRY(run_observers_begin(&r->observers, e, s, r->state.first_step, main_part, resumed));
    r->observe += stopwatch_lap(&w, &r->observe_wait);
    return OK;
}

/* Is this the root of a branch, or wanted by other runs? */
static bool is_kept(const struct run_input *in, const struct stage *s)
{
    for (size_t i = 0; i < in->n_stages; i++)
        if (in->stages[i].action == STAGE_RESTORE && strcmp(in->stages[i].restore, s->label) == 0)
            return true;
    for (size_t i = 0; i < in->keep.count; i++)
        if (strcmp(in->keep.value[i], s->label) == 0) return true;
    return false;
}

static status keep_state(struct run *r, const struct engine *e, const struct stage *s)
{
    char name[128];
    if (!is_kept(&r->input, s)) return OK;
    snprintf(name, sizeof name, "state-%s.h5", s->label);
    return checkpoint_write(e, &r->state, r->observers.item, 0, r->folder, name, false, NULL);
}

static status hook_end(void *context, struct engine *e, const struct stage *s)
{
    struct run *r = context;
    run_accuracy_end(&r->accuracy, e, s);
    struct stopwatch w = stopwatch_start();
    TRY(run_observers_end(&r->observers, e, s));
    if (s->action == STAGE_MEASURE) TRY(measure_log_write(e, s, r->folder));
    TRY(keep_state(r, e, s));
    r->observe += stopwatch_lap(&w, &r->observe_wait);
    return OK;
}

static int64_t hook_next(void *context, const struct stage *s, bool main_part, int64_t now)
{
    const struct run *r = context;
    (void)s;
    return run_observers_next(&r->observers, main_part, now);
}

static status hook_observe(void *context, struct engine *e, const struct stage *s, bool main_part)
{
    struct run *r = context;
    struct stopwatch w = stopwatch_start();
    TRY(run_observers_sample(&r->observers, e, main_part));
    int64_t left = runner_steps_left(r->input.stages, r->input.n_stages, &r->state, e);
    r->total_steps = r->sign.total = e->step + left;
    r->progress.total = r->total_steps - r->start_step;
    progress_work(&r->progress, (double)(e->atom_steps - r->start_work),
                  runner_work_left(r->input.stages, r->input.n_stages, &r->state, e));
    r->sign.left = progress_left(&r->progress, e->step - r->start_step);
    if (par_rank() == 0) progress_show(&r->progress, e->step - r->start_step, s->label);
    run_progress_show(&r->sign, e->step, s->label);
    r->observe += stopwatch_lap(&w, &r->observe_wait);
    return OK;
}

static status hook_checkpoint(void *context, struct engine *e, const struct runner_state *state)
{
    struct run *r = context;
    struct stopwatch w = stopwatch_start();
    TRY(run_observers_flush(&r->observers));
    TRY(checkpoint_write(e, state, r->observers.item, r->observers.n, r->folder, "checkpoint.h5", true,
                         r->digest));
    run_observers_settle(&r->observers);
    r->observe += stopwatch_lap(&w, &r->observe_wait);
    r->last_checkpoint = clock_now();
    return OK;
}

static status load_engine(struct engine *e, struct checkpoint *c)
{
    film_free(&e->film);
    e->film = c->film;
    c->film = (struct film){0};
    return engine_load(e, &c->atoms);
}

static status hook_restore(void *context, struct engine *e, const char *label)
{
    struct run *r = context;
    struct checkpoint c;
    char name[128], path[FILE_PATH_MAX];
    snprintf(name, sizeof name, "state-%s.h5", label);
    TRY(file_join(path, r->folder, name));
    TRY(par_agree(checkpoint_read(&c, path)));
    status s = load_engine(e, &c);
    checkpoint_free(&c);
    log_info("restored the state at the end of stage %s", label);
    return s;
}

static bool asked_to_stop(const struct run *r)
{
    char path[FILE_PATH_MAX];
    if (stop_signal) return true;
    double wall = r->input.limit.wall;
    if (wall > 0.0 && clock_now() - r->started > wall) return true;
    return par_rank() == 0 && file_join(path, r->folder, "stop") == OK && access(path, F_OK) == 0;
}

/* Every rank hears of a request that reached any; looked at ten times a second, but by all ranks at the same
 * step. */
static bool hook_wants_stop(void *context)
{
    struct run *r = context;
    double done = (double)(r->engine.step - r->start_step) * r->input.dt, now = clock_now();
    bool enough = done >= r->input.limit.time * (1.0 - 1e-9); /* never with NaN */
    double wants = stop_signal || enough || run_observers_want_stop(&r->observers) ? 1.0 : 0.0;
    if (now - r->last_look > 0.1) {
        r->last_look = now;
        if (asked_to_stop(r)) wants = 1.0;
    }
    par_max(&wants, 1);
    return wants > 0.0;
}

static bool hook_wants_checkpoint(void *context)
{
    struct run *r = context;
    double due = clock_now() - r->last_checkpoint > r->input.checkpoint.every ? 1.0 : 0.0;
    par_max(&due, 1);
    return due > 0.0;
}

/* ---- setting up ---- */

/* The folder must be new, unless the run is resumed. */
static status prepare_folder(struct run *r)
{
    char path[FILE_PATH_MAX];
    TRY(file_make_folder(r->folder));
    TRY(run_progress_begin(&r->sign, r->folder));
    if (r->options->resume) return OK;
    TRY(file_join(path, r->folder, "run.json"));
    bool used = file_exists(path);
    TRY(file_join(path, r->folder, "checkpoint.h5"));
    used = used || file_exists(path);
    if (used)
        return fail(BAD_INPUT,
                    "%s already holds a run; choose another folder with -o, or go on with --resume",
                    r->folder);
    TRY(file_join(path, r->folder, "input.yaml"));
    return file_write(path, r->input.effective.s);
}

static struct engine_options engine_options(const struct run *r)
{
    return (struct engine_options){
        .potential = r->input.potential.spec,
        .dt = r->input.dt,
        .precision = (enum precision)r->input.precision,
        .skin = isnan(r->input.lists.skin) ? 0.0 : r->input.lists.skin,
        .inner_skin = isnan(r->input.lists.inner_skin) ? 0.0 : r->input.lists.inner_skin,
        .threads = r->options->threads > 0 ? (int)r->options->threads : par_threads(),
        .seed = (uint64_t)r->input.seed};
}

static status start_fresh(struct run *r)
{
    struct config c = {0};
    struct film f = {0};
    struct engine_options o = engine_options(r);
    status s = OK;
    if (r->input.film)
        GUARD(run_input_film(&r->input, &o, &c, &f));
    else
        GUARD(par_agree(run_input_configuration(&r->input, &c)));
    o.film = &f;
    GUARD(engine_start(&r->engine, &o, &c));
    r->state = (struct runner_state){.first_step = -1};
    GUARD(par_agree(run_observers_make(&r->observers, &r->input, r->folder, &r->engine)));
done:
    film_free(&f);
    config_free(&c);
    return s;
}

static status start_resumed(struct run *r)
{
    struct checkpoint c;
    struct engine_options o = engine_options(r);
    status s = OK;
    TRY(par_agree(checkpoint_find(&c, r->folder)));
    GUARD(par_agree(run_input_fits(&r->input, &c, r->options->force)));
    o.film = &c.film;
    GUARD(engine_start(&r->engine, &o, &c.atoms));
    memcpy(&r->engine.ensemble.state, c.ensemble, sizeof c.ensemble);
    r->state = c.runner;
    GUARD(par_agree(run_observers_make(&r->observers, &r->input, r->folder, &r->engine)));
    GUARD(run_observers_load(&r->observers, &c));
    log_info("going on from step %lld in stage %lld", (long long)r->engine.step,
             (long long)r->state.stage + 1);
done:
    checkpoint_free(&c);
    return s;
}

static void say_start(const struct run *r)
{
    const struct engine *e = &r->engine;
    log_info("%s", e->potential.description);
    log_info("%lld atoms, %d rank%s (%d with atoms) x %d thread%s, %s kernels, run folder %s",
             (long long)e->domain.total, par_size(), par_size() == 1 ? "" : "s", grid_active(&e->domain.grid),
             e->list.threads, e->list.threads == 1 ? "" : "s", isa_name(e->list.isa), r->folder);
}

static status carry_out(struct run *r)
{
    static const struct runner_hooks hooks = {.next = hook_next,
                                              .begin = hook_begin,
                                              .observe = hook_observe,
                                              .end = hook_end,
                                              .checkpoint = hook_checkpoint,
                                              .restore = hook_restore,
                                              .wants_stop = hook_wants_stop,
                                              .wants_checkpoint = hook_wants_checkpoint};
    struct runner_hooks h = hooks;
    h.context = r;
    TRY(par_agree(par_rank() == 0 ? prepare_folder(r) : OK));
    TRY(r->options->resume ? start_resumed(r) : start_fresh(r));
    say_start(r);
    TRY(run_accuracy_start(&r->accuracy, &r->engine));
    r->start_step = r->engine.step;
    r->start_work = r->engine.atom_steps;
    r->total_steps =
        r->start_step + runner_steps_left(r->input.stages, r->input.n_stages, &r->state, &r->engine);
    r->progress = progress_start("run", r->total_steps - r->start_step);
    run_progress_total(&r->sign, r->start_step, r->total_steps);
    r->last_checkpoint = clock_now();
    status s = runner_run(&r->engine, r->input.stages, r->input.n_stages, &r->state, &h);
    if (par_rank() == 0) progress_end(&r->progress);
    if (s == OK) r->total_steps = r->engine.step;
    if (s == OK) s = hook_checkpoint(r, &r->engine, &r->state);
    return s;
}

static void say_end(const struct phases *p)
{
    struct text t = {0};
    phases_table(p, &t);
    log_info("%lld steps in %.1f s\n%s", (long long)p->steps, p->wall, t.out_of_memory ? "" : t.s);
    text_free(&t);
}

/* However the run ended: run.json and where the time went. Refused runs leave the folder as it was. */
static status conclude(struct run *r, status s)
{
    struct phases p;
    struct phases_part part = {clock_now() - r->started, r->engine.step - r->start_step, r->observe,
                               r->observe_wait};
    if (s == BAD_INPUT) return s;
    phases_collect(&p, &r->engine, &part);
    if (par_rank() == 0) {
        status written = run_json_write(&(struct run_json){.engine = &r->engine,
                                                           .input = &r->input,
                                                           .accuracy = &r->accuracy,
                                                           .phases = &p,
                                                           .folder = r->folder,
                                                           .start = r->start_time,
                                                           .digest = r->digest,
                                                           .total_steps = r->total_steps,
                                                           .end = s});
        if (s == OK) s = written;
    }
    if (s == OK || s == STOPPED) say_end(&p);
    return s;
}

static status run_all(const char *path, const struct options *o)
{
    struct run r = {.options = o, .started = clock_now()};
    char input_path[FILE_PATH_MAX];
    clock_iso(r.start_time);
    snprintf(r.folder, sizeof r.folder, "%s", o->output);
    if (!path) {
        TRY(file_join(input_path, r.folder, "input.yaml"));
        path = input_path;
    }
    TRY(par_agree(run_input_read(&r.input, path, o->set.value, o->set.n)));
    status s = conclude(&r, par_agree(carry_out(&r)));
    run_progress_end(&r.sign);
    run_observers_release(&r.observers);
    for (size_t i = 0; i < r.input.n_stages; i++)
        if (r.input.stages[i].measure) measure_free(r.input.stages[i].measure);
    engine_free(&r.engine);
    run_input_free(&r.input);
    return s;
}

/* One member, in this process (and its other ranks). */
static status run_member(const struct options *asked)
{
    struct options o = *asked;
    char folder[FILE_PATH_MAX], input[FILE_PATH_MAX];
    enum campaign_action action;
    TRY(par_agree(campaign_pick(o.output, o.member, folder, &action)));
    TRY(file_join(input, folder, "input.yaml"));
    if (action == CAMPAIGN_SKIP) log_info("%s is done", folder);
    if (action == CAMPAIGN_SKIP) return OK;
    TRY(par_agree(par_rank() == 0 && action == CAMPAIGN_START ? campaign_clear(folder) : OK));
    o.output = folder;
    o.resume = action == CAMPAIGN_RESUME;
    return run_all(o.resume ? NULL : input, &o);
}

static status check_options(const char *path, const struct options *o)
{
    if (!o->output) return fail(BAD_INPUT, "glint run needs a run folder: -o DIR");
    if (o->member && (path || o->set.n > 0))
        return fail(BAD_INPUT,
                    "--member runs what the campaign in -o DIR says: leave out the input and --set");
    if (!path && !o->resume && !o->member)
        return fail(BAD_INPUT, "glint run needs an input file (or --resume)");
    return isa_check();
}

static status run(int argc, char **argv)
{
    struct options o = {0};
    const char *path = NULL;
    bool campaign = false;
    TRY(args_parse(&cmd_run, argc, argv, &o, &path, 0, 1, NULL));
    TRY(check_options(path, &o));
    if (!o.member) TRY(campaign_asked_for(path, o.set.value, o.set.n, o.output, &campaign));
    if (campaign)
        return campaign_run(path, o.set.value, o.set.n, o.output,
                            &(struct campaign_options){o.jobs, o.threads, o.force});
    if (o.jobs) return fail(BAD_INPUT, "--jobs is for campaigns: the input has neither sweep nor replicas");
    TRY(par_start());
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    status s = par_agree(o.member ? run_member(&o) : run_all(path, &o));
    par_finish();
    return s;
}

const struct command cmd_run = {
    .name = "run",
    .summary = "carry out a simulation described by a YAML file",
    .synopsis = "INPUT.yaml -o DIR [--set KEY=VALUE]... [--resume] [--threads N] [--jobs N]",
    .description =
        "Makes the sample, carries out the stages, observes what was asked for, and leaves "
        "everything in the run folder:\n"
        "input.yaml (effective), run.json, thermo.csv, trajectory.h5, speckle-*.h5, "
        "hops-*.h5, crystal-*.csv (long stages), checkpoint.h5. Also under mpirun or\n"
        "srun; any number of ranks and threads gives the same bits.\n"
        "SIGTERM, SIGINT, SIGUSR1, a file DIR/stop or the wall-clock limit lead to a checkpoint "
        "at the next list rebuild\n"
        "and exit code 4. Under mpirun use SIGUSR1 or the stop file (mpirun --bind-to none). "
        "--resume goes on, also with\n"
        "another number of ranks, to the same bits.\n\n"
        "An input with sweep or replicas is a campaign: each member is a run in DIR/NAME with an "
        "input.yaml and a log.txt of\n"
        "its own, carried out by a process of its own, --jobs N at a time (not under mpirun). Members "
        "that are done are\n"
        "skipped, stopped ones go on, and a failed one does not stop the others. Stop it as you "
        "would a run.",
    .examples = "  glint run inputs/wahnstrom-glass/short.yaml -o runs/first\n"
                "  mpirun -n 4 --bind-to none glint run glass.yaml -o runs/glass --set seed=7\n"
                "  glint run -o runs/glass --resume\n"
                "  glint run waiting.yaml -o runs/wt --jobs 2\n"
                "  glint run -o runs/wt --resume --jobs 2",
    .args = args,
    .run = run,
};
