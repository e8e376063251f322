/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static bool muted;
static FILE *copy;

void log_mute(bool mute)
{
    muted = mute;
}
void log_copy_to(void *file_stream)
{
    copy = file_stream;
}

static void line(FILE *to, const char *prefix, const char *format, va_list args)
{
    fputs(prefix, to);
    vfprintf(to, format, args);
    fputc('\n', to);
}

static void say(const char *prefix, const char *format, va_list args)
{
    if (muted) return;
    va_list again;
    va_copy(again, args);
    line(stderr, prefix, format, args);
    if (copy) line(copy, prefix, format, again);
    va_end(again);
}

void log_info(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say("", format, args);
    va_end(args);
}

void log_warning(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say("warning: ", format, args);
    va_end(args);
}
