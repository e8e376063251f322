/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/observer.h"

int64_t observer_next(const struct observer *o, int64_t now)
{
    if (!o->active) return INT64_MAX;
    return o->first_step + ((now - o->first_step) / o->every + 1) * o->every;
}

bool observer_is_due(const struct observer *o, int64_t step)
{
    return o->active && step > o->first_step && (step - o->first_step) % o->every == 0;
}
