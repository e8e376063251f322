/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/campaign_run.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/run_progress.h"
#include "par/par.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A signal handler can only set a flag. */
static volatile sig_atomic_t stop_signal;
static void on_signal(int number)
{
    stop_signal = number;
}

struct job {
    pid_t pid; /* 0: not running */
    bool ended;
    status code;       /* exit code */
    char message[512]; /* why it is not done */
};

struct crew {
    struct campaign *campaign;
    const struct campaign_options *options;
    struct job *job; /* by member */
    size_t at_once, running, next;
    int threads;
    bool stopping;
    double started, last_line;
    int lines; /* on the terminal, to be drawn over */
    struct run_progress sign;
};

/* The progress on a terminal is drawn over; a line of the log comes above it. */
static void erase_lines(struct crew *w)
{
    if (w->lines > 0) fprintf(stderr, "\033[%dA\033[J", w->lines);
    w->lines = 0;
}

/* ---- a member's process ---- */

/* Between fork and exec: only calls that are safe there. */
static void become_member(char **argv, int log, pid_t parent)
{
    int nothing = open("/dev/null", O_RDONLY);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* when the parent is killed: a checkpoint */
    if (getppid() != parent) _exit(FAILED);
    if (nothing >= 0) dup2(nothing, 0);
    dup2(log, 1);
    dup2(log, 2);
    execv("/proc/self/exe", argv);
    _exit(FAILED);
}

static status start_process(struct job *j, char **argv, const char *log_path, bool append)
{
    int log = open(log_path, O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0666);
    if (log < 0) return fail(FAILED, "cannot write %s: %s", log_path, strerror(errno));
    pid_t parent = getpid();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) become_member(argv, log, parent);
    close(log);
    if (child < 0) return fail(FAILED, "cannot start a process: %s", strerror(errno));
    j->pid = child;
    return OK;
}

static status start_member(struct crew *w, size_t i, enum campaign_action action)
{
    char folder[FILE_PATH_MAX], input[FILE_PATH_MAX], log[FILE_PATH_MAX], threads[16];
    char program[] = "glint", run[] = "run", o[] = "-o", t[] = "--threads", resume[] = "--resume",
         force[] = "--force";
    TRY(campaign_member_folder(w->campaign, i, folder));
    TRY(file_join(input, folder, "input.yaml"));
    TRY(file_join(log, folder, "log.txt"));
    snprintf(threads, sizeof threads, "%d", w->threads);
    bool again = action == CAMPAIGN_RESUME;
    if (!again) TRY(campaign_clear(folder));
    char *argv[] = {program, run,     again ? resume : input,           o,   folder,
                    t,       threads, w->options->force ? force : NULL, NULL};
    TRY(start_process(&w->job[i], argv, log, again));
    w->running++;
    erase_lines(w);
    log_info("%s: %s (%zu of %zu)", w->campaign->members.name[i], again ? "goes on" : "starts", i + 1,
             w->campaign->members.n);
    return OK;
}

/* A process has ended: how, and what did it say? */
static void take_end(struct crew *w, size_t i, int state)
{
    struct job *j = &w->job[i];
    struct member m;
    char folder[FILE_PATH_MAX];
    j->pid = 0;
    j->ended = true;
    w->running--;
    int signal = WIFSIGNALED(state) ? WTERMSIG(state) : 0;
    bool early =
        w->stopping && (signal == SIGTERM || signal == SIGINT); /* before it could catch the request */
    j->code = signal == 0 ? (status)WEXITSTATUS(state) : early ? STOPPED : FAILED;
    if (campaign_member_folder(w->campaign, i, folder) == OK && j->code != OK) {
        member_look(&m, folder);
        if (signal != 0 && !early)
            snprintf(j->message, sizeof j->message, "killed by signal %d (%s)", signal, strsignal(signal));
        else if (j->code != STOPPED)
            snprintf(j->message, sizeof j->message, "%.500s", m.message);
    }
    erase_lines(w);
    log_info("%s: %s%s%.400s", w->campaign->members.name[i],
             j->code == OK        ? "done"
             : j->code == STOPPED ? "stopped"
                                  : "FAILED",
             j->message[0] ? ": " : "", j->message);
}

static void collect(struct crew *w)
{
    int state;
    for (size_t i = 0; i < w->campaign->members.n; i++)
        if (w->job[i].pid > 0 && waitpid(w->job[i].pid, &state, WNOHANG) == w->job[i].pid)
            take_end(w, i, state);
}

/* ---- stopping ---- */

static bool asked_to_stop(const struct crew *w)
{
    char path[FILE_PATH_MAX];
    double wall = w->campaign->wall;
    if (stop_signal) return true;
    if (wall > 0.0 && clock_now() - w->started > wall) return true;
    return file_join(path, w->campaign->folder, "stop") == OK && file_exists(path);
}

static void stop_all(struct crew *w)
{
    erase_lines(w);
    log_info("stopping %zu running member%s", w->running, w->running == 1 ? "" : "s");
    w->stopping = true;
    for (size_t i = 0; i < w->campaign->members.n; i++)
        if (w->job[i].pid > 0) kill(w->job[i].pid, SIGTERM);
}

/* ---- progress ---- */

struct tally {
    size_t count[MEMBER_STATES];
    double left;    /* seconds of those that run, one after another */
    double waiting; /* steps of those that do not */
    double speed;   /* steps/s of all that run */
    int64_t steps;
};

static void show_member(struct crew *w, size_t i, const struct member *m)
{
    char left[32], speed[32] = "";
    double total = (double)w->campaign->total[i];
    if (m->steps_per_s > 0.0) snprintf(speed, sizeof speed, "%.4g steps/s", m->steps_per_s);
    fprintf(stderr, "  %-32.60s %5.1f %%  %16s  %9s left  %s\n", w->campaign->members.name[i],
            total > 0.0 ? fmin(100.0, 100.0 * (double)m->step / total) : 0.0, speed,
            m->left >= 0.0 ? clock_duration(m->left, left) : "?", m->stage);
    w->lines++;
}

static void look_at_all(struct crew *w, struct tally *t, bool show)
{
    enum { LINES = 16 };
    *t = (struct tally){0};
    for (size_t i = 0; i < w->campaign->members.n; i++) {
        struct member m;
        char folder[FILE_PATH_MAX];
        if (campaign_member_folder(w->campaign, i, folder) != OK) continue;
        if (w->job[i].ended && w->job[i].code == OK) {
            t->count[MEMBER_DONE]++;
            continue;
        }
        member_look(&m, folder);
        if (w->job[i].pid > 0) m.state = MEMBER_RUNNING;
        t->count[m.state]++;
        t->steps += m.step;
        if (m.state == MEMBER_RUNNING && m.left >= 0.0) t->left += m.left;
        if (m.state == MEMBER_RUNNING && m.steps_per_s > 0.0) t->speed += m.steps_per_s;
        if (m.state != MEMBER_RUNNING && m.state != MEMBER_DONE && !w->job[i].ended)
            t->waiting += fmax(0.0, (double)(w->campaign->total[i] - m.step));
        if (show && m.state == MEMBER_RUNNING && w->lines < LINES) show_member(w, i, &m);
    }
}

static void show_progress(struct crew *w)
{
    struct tally t;
    char left[32] = "?";
    int terminal = isatty(2);
    double now = clock_now();
    if (now - w->last_line < (terminal ? 1.0 : 60.0)) return;
    w->last_line = now;
    erase_lines(w);
    look_at_all(w, &t, terminal);
    run_progress_show(&w->sign, t.steps, "members");
    if (t.speed > 0.0) clock_duration(t.left / (double)t.count[MEMBER_RUNNING] + t.waiting / t.speed, left);
    fprintf(stderr, "%zu done, %zu running, %zu to go, %zu failed; about %s left\n", t.count[MEMBER_DONE],
            t.count[MEMBER_RUNNING], t.count[MEMBER_WAITING] + t.count[MEMBER_STOPPED] + t.count[MEMBER_DIED],
            t.count[MEMBER_FAILED], left);
    if (terminal) w->lines++;
}

/* ---- all of them ---- */

/* Start the next members that want to run, as many as there is room for. A member that cannot even be
 * started counts as failed. */
static void start_some(struct crew *w)
{
    while (!w->stopping && w->running < w->at_once && w->next < w->campaign->members.n) {
        size_t i = w->next++;
        struct member m;
        char folder[FILE_PATH_MAX];
        status s = campaign_member_folder(w->campaign, i, folder);
        if (s == OK) {
            member_look(&m, folder);
            enum campaign_action action = campaign_action_of(&m);
            w->job[i].ended = action == CAMPAIGN_SKIP;
            if (action != CAMPAIGN_SKIP) s = start_member(w, i, action);
        }
        if (s == OK) continue;
        w->job[i].ended = true;
        w->job[i].code = s;
        snprintf(w->job[i].message, sizeof w->job[i].message, "%.500s", status_message());
        erase_lines(w);
        log_warning("%s: %s", w->campaign->members.name[i], w->job[i].message);
    }
}

static void work(struct crew *w)
{
    const struct timespec nap = {.tv_nsec = 50000000};
    for (;;) {
        if (!w->stopping && asked_to_stop(w)) stop_all(w);
        size_t before = w->running;
        collect(w);
        start_some(w);
        if (w->running == 0 && (w->stopping || w->next == w->campaign->members.n)) break;
        if (before != w->running && isatty(2)) w->last_line = 0.0;
        show_progress(w);
        nanosleep(&nap, NULL);
    }
    erase_lines(w);
}

/* Also of members that nobody has come to yet: they may have been done before. */
static bool is_done(const struct crew *w, size_t i)
{
    struct member m;
    char folder[FILE_PATH_MAX];
    if (w->job[i].ended) return w->job[i].code == OK;
    if (campaign_member_folder(w->campaign, i, folder) != OK) return false;
    member_look(&m, folder);
    return campaign_action_of(&m) == CAMPAIGN_SKIP;
}

/* One line a member that is not done; the code is that of the first failure, else STOPPED. */
static status verdict(const struct crew *w)
{
    struct text t = {0};
    status code = OK;
    size_t failed = 0, stopped = 0, n = w->campaign->members.n;
    for (size_t i = 0; i < n; i++) {
        const struct job *j = &w->job[i];
        if (is_done(w, i)) continue;
        bool halted = !j->ended || j->code == STOPPED;
        failed += !halted;
        stopped += halted;
        if (!halted && code == OK) code = j->code;
        if (!halted) text_add(&t, "\n  %s: %s", w->campaign->members.name[i], j->message);
    }
    if (stopped > 0 && (w->stopping || failed == 0)) code = STOPPED;
    if (code == OK)
        log_info("all %zu members are done: %s", n, w->campaign->folder);
    else
        fail(code,
             "%zu of %zu members done, %zu stopped or waiting, %zu failed (glint run -o %s --resume goes "
             "on)%s",
             n - failed - stopped, n, stopped, failed, w->campaign->folder, t.s ? t.s : "");
    text_free(&t);
    return code;
}

static void watch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
}

static status run_members(struct campaign *c, const struct campaign_options *o)
{
    struct crew w = {.campaign = c, .options = o, .started = clock_now()};
    w.last_line = w.started;
    int64_t jobs = o->jobs > 0 ? o->jobs : c->at_once, steps = 0;
    w.at_once = (uint64_t)jobs < c->members.n ? (size_t)jobs : c->members.n;
    w.threads = o->threads > 0 ? (int)o->threads : par_threads() / (int)w.at_once;
    if (w.threads < 1) w.threads = 1;
    TRY(NEW(w.job, c->members.n));
    status s = run_progress_begin(&w.sign, c->folder);
    if (s == OK) {
        for (size_t i = 0; i < c->members.n; i++) steps += c->total[i];
        run_progress_total(&w.sign, 0, steps);
        watch_signals();
        log_info("%zu members, %zu at a time, %d thread%s each, in %s", c->members.n, w.at_once, w.threads,
                 w.threads == 1 ? "" : "s", c->folder);
        work(&w);
        s = verdict(&w);
    }
    run_progress_end(&w.sign);
    DELETE(w.job);
    return s;
}

status campaign_run(const char *path, const char *const *sets, int n_sets, const char *folder,
                    const struct campaign_options *o)
{
    struct campaign c;
    if (o->jobs < 0 || o->threads < 0) return fail(BAD_INPUT, "--jobs and --threads must be positive");
    if (!path && n_sets > 0)
        return fail(BAD_INPUT, "--set changes the input of a campaign: give the file, too");
    if (par_launched())
        return fail(BAD_INPUT,
                    "a campaign starts a process a member and cannot itself run under mpirun or srun; run it "
                    "without, or its members one by one: --member NAME, or glint slurm");
    status s = path ? campaign_read(&c, path, sets, n_sets) : campaign_open(&c, folder);
    if (s != OK) return s;
    if (path) s = campaign_prepare(&c, folder);
    if (s == OK) s = run_members(&c, o);
    campaign_free(&c);
    return s;
}
