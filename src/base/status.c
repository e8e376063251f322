/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 16384 }; /* room for a list of all problems of an input file */
static _Thread_local char message[MESSAGE_SIZE];

status fail(status code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return code;
}

status status_context(status code, const char *format, ...)
{
    char previous[MESSAGE_SIZE], context[1024];
    memcpy(previous, message, sizeof previous);
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    snprintf(message, sizeof message, "%s: %.*s", context, (int)(sizeof message - sizeof context - 4),
             previous);
    return code;
}

const char *status_message(void)
{
    return message;
}
