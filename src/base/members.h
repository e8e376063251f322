/* SPDX-License-Identifier: GPL-3.0-or-later */
/* members — which runs a campaign folder holds, and what was varied: DIR/members.csv.
 *
 *     member,deposit.T,seed                    the swept keys, as written in the input
 *     T0.60Tg-seed1,0.60 Tg,1                  a member's folder within DIR, and its values as written
 *
 * Fields with commas or quotes are quoted as in any CSV file.
 *
 *     struct members m;
 *     TRY(members_read(&m, "runs/pvd"));        BAD_INPUT when DIR is no campaign folder
 *     m.name[i], m.key[k], m.value[i * m.keys + k]
 *     members_free(&m);
 *
 * members_write takes a struct filled by the caller, whose strings stay the caller's. */
#ifndef GLINT_BASE_MEMBERS_H
#define GLINT_BASE_MEMBERS_H

#include "base/arena.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct members {
    size_t n, keys;
    const char **name, **key, **value; /* n, keys, n × keys */
    struct arena arena;
};

bool members_there(const char *folder);
status members_read(struct members *m, const char *folder);
status members_write(const struct members *m, const char *folder);
void members_free(struct members *m);

#endif
