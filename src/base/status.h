/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status — how functions report failure.
 *
 * Every function that can fail returns a `status`. Its values are the exit codes of the program, so main can
 * return one unchanged. The message is formed where the cause is known, with fail(); callers hand the code
 * upward with TRY and may put what they were doing in front of the message with status_context(). Only main
 * prints the message and exits. A message says what was found, what was expected, where, and what to do.
 *
 * The message is kept per thread. Inside a parallel region a failure must be carried out of the region by the
 * caller (the region's code keeps the first failing thread's message). */
#ifndef GLINT_BASE_STATUS_H
#define GLINT_BASE_STATUS_H

typedef enum {
    OK = 0,         /* done */
    FAILED = 1,     /* the system refused: no memory, no disk, no permission, a damaged file */
    BAD_INPUT = 2,  /* bad usage or input: the user can mend it */
    UNPHYSICAL = 3, /* NaN, lost atom, blown-up energy, overflow of an exact sum */
    STOPPED = 4     /* stopped on request, with a checkpoint */
} status;

/* Record the message (printf style) and return `code`, which must not be OK. */
status fail(status code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Put "<text>: " in front of the recorded message. Returns `code` unchanged, so it can be used in a return.
 */
status status_context(status code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The message recorded by the last fail() on this thread; never NULL. Valid until the next fail(). */
const char *status_message(void);

/* Return from the calling function if the call fails. For functions that own nothing at that point; functions
 * that must release something use GUARD, which jumps to the label `done` with `s` (a local status) set. */
#define TRY(call)                                  \
    do {                                           \
        status try_status_ = (call);               \
        if (try_status_ != OK) return try_status_; \
    } while (0)
#define GUARD(call)             \
    do {                        \
        s = (call);             \
        if (s != OK) goto done; \
    } while (0)

#endif
