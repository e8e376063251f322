/* SPDX-License-Identifier: GPL-3.0-or-later */
/* campaign — a folder of runs made from one input with `sweep:`, `replicas:` (input/sweep.h) or `controls:`
 * (cmd/controls.h).
 *
 *     DIR/campaign.yaml     the input as given, --set applied
 *     DIR/members.csv       name and values of each member (base/members.h)
 *     DIR/NAME/             a normal run folder with its own complete input.yaml, which can be run, resumed
 *                           and analysed alone; log.txt is what its process said
 *
 *     struct campaign c;
 *     GUARD(campaign_read(&c, "pvd.yaml", sets, n));      every member's input checked; nothing written
 *     GUARD(campaign_prepare(&c, "runs/pvd"));            the folder, old or new
 *     GUARD(campaign_open(&c, "runs/pvd"));               or: from the folder alone (--resume)
 *     campaign_free(&c);
 *
 * With controls, members.csv has two more columns: `role` (film, film-quench, bulk-quench, composition)
 * and `rate` of bulk quenches. A control follows all films; films that would make the same control share it,
 * and the keys it does not depend on are empty in its line.
 *
 * campaign_prepare on a folder that already is a campaign keeps what is there and adds what is new. A member
 * that has begun and whose effective input is another now is refused, with the keys that differ (`limit`,
 * `checkpoint` and `keep` may change: they do not touch the results). One process; not under mpirun. */
#ifndef GLINT_CMD_CAMPAIGN_H
#define GLINT_CMD_CAMPAIGN_H

#include "base/arena.h"
#include "base/members.h"
#include "cmd/member.h"
#include "input/sweep.h"

struct campaign {
    char folder[FILE_PATH_MAX];
    struct members members;
    const char **input; /* by member: the effective input; NULL after campaign_open */
    int64_t *total;     /* by member: steps */
    double wall;        /* s, the least limit of the members; NaN without */
    int64_t at_once;
    struct tree document; /* after campaign_read */
    struct sweep sweep;
    struct arena arena;
};

/* Is the input a campaign, or (path NULL) the folder? An unreadable input is none. BAD_INPUT when a single
 * run would go into a campaign's folder. */
status campaign_asked_for(const char *path, const char *const *sets, int n_sets, const char *folder,
                          bool *asked);

status campaign_read(struct campaign *c, const char *path, const char *const *sets, int n_sets);
status campaign_prepare(struct campaign *c, const char *folder);
status campaign_open(struct campaign *c, const char *folder);
void campaign_free(struct campaign *c);

status campaign_member_folder(const struct campaign *c, size_t i, char out[FILE_PATH_MAX]);

/* How a member is to be gone on with. */
enum campaign_action { CAMPAIGN_SKIP, CAMPAIGN_START, CAMPAIGN_RESUME };
enum campaign_action campaign_action_of(const struct member *m);
/* Before CAMPAIGN_START: the run.json of a failed attempt is removed. */
status campaign_clear(const char *folder);

/* For --member: the member with this name or number (from 1), its folder and what to do. */
status campaign_pick(const char *folder, const char *which, char out[FILE_PATH_MAX],
                     enum campaign_action *action);

#endif
