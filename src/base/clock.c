/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

_Thread_local uint64_t clock_waited;

struct clock_origin clock_origin(void)
{
    enum { CLOSE = 20000, TRIES = 100 }; /* ticks: some microseconds */
    struct clock_origin both = {0};
    for (int i = 0; i < TRIES; i++) { /* both at the same moment: again when put to sleep in between */
        both.ticks = clock_ticks();
        both.seconds = clock_now();
        if (clock_ticks() - both.ticks < CLOSE) break;
    }
    return both;
}

double clock_tick(const struct clock_origin *origin)
{
    struct clock_origin now = clock_origin();
    return now.ticks > origin->ticks ? (now.seconds - origin->seconds) / (double)(now.ticks - origin->ticks)
                                     : 0.0;
}

void clock_iso(char out[32])
{
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    char zone[8];
    strftime(zone, sizeof zone, "%z", &local); /* +hhmm */
    char date[24];
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &local);
    snprintf(out, 32, "%.19s%.3s:%.2s", date, zone, zone + 3);
}

struct progress progress_start(const char *label, int64_t total)
{
    double now = clock_now();
    return (struct progress){.label = label, .total = total, .start = now, .last = now};
}

const char *clock_duration(double seconds, char out[32])
{
    if (!(seconds < 1e9)) {
        snprintf(out, 32, "–");
        return out;
    }
    long s = (long)(seconds + 0.5);
    if (s < 60)
        snprintf(out, 32, "%ld s", s);
    else if (s < 3600)
        snprintf(out, 32, "%ld:%02ld min", s / 60, s % 60);
    else
        snprintf(out, 32, "%ld:%02ld h", s / 3600, s / 60 % 60);
    return out;
}

void progress_work(struct progress *p, double done, double left)
{
    p->work_done = done;
    p->work_left = left;
}

double progress_left(const struct progress *p, int64_t done)
{
    double elapsed = clock_now() - p->start;
    if (p->work_done > 0.0) return elapsed * p->work_left / p->work_done;
    return done > 0 ? elapsed * (double)(p->total - done) / (double)done : (double)NAN;
}

void progress_show(struct progress *p, int64_t done, const char *note)
{
    int terminal = isatty(2);
    double now = clock_now();
    if (now - p->last < (terminal ? 0.2 : 60.0) || done <= 0) return;
    p->last = now;
    double elapsed = now - p->start, rate = (double)done / elapsed;
    char left[32];
    clock_duration(progress_left(p, done), left);
    if (terminal)
        fprintf(stderr, "\r%-12s %5.1f %%  %8.4g /s  %s left  %s\033[K", p->label,
                100.0 * (double)done / (double)p->total, rate, left, note ? note : "");
    else
        log_info("%s: %.1f %%, %.4g /s, %s left %s", p->label, 100.0 * (double)done / (double)p->total, rate,
                 left, note ? note : "");
}

void progress_end(struct progress *p)
{
    (void)p;
    if (isatty(2)) fprintf(stderr, "\r\033[K");
}
