/* SPDX-License-Identifier: GPL-3.0-or-later */
/* member — how a run is, from the files in its folder: input.yaml, run.json, progress.json, checkpoint.h5,
 * thermo.csv, log.txt. Nothing is changed.
 *
 *     struct member m;
 *     member_look(&m, "runs/pvd/T0.85Tg-seed1");
 *     printf("%s %lld of %lld", member_state_name(m.state), m.step, m.total);
 *
 * waiting   not begun: an input at most
 * running   its process lives; of a process on another machine, its file is younger than MEMBER_SILENT
 * stopped   ended on request, with a checkpoint
 * done
 * failed    with the message of the run, or the last line of its log
 * died      its process is gone without a word (killed, power, a crash); the last checkpoint, if any, is good
 */
#ifndef GLINT_CMD_MEMBER_H
#define GLINT_CMD_MEMBER_H

#include "base/file.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define MEMBER_SILENT 600.0 /* s without a sign from another machine */

enum member_state { MEMBER_WAITING, MEMBER_RUNNING, MEMBER_STOPPED, MEMBER_DONE, MEMBER_FAILED, MEMBER_DIED };
enum { MEMBER_STATES = MEMBER_DIED + 1 };

struct member {
    enum member_state state;
    bool checkpoint;              /* there is one to go on from */
    int64_t step, total;          /* total 0: not known */
    double steps_per_s, left;     /* s; NaN when not known */
    double T, P, energy, density; /* last line of thermo.csv, energy per atom; NaN without one */
    char stage[64], message[1024];
};

void member_look(struct member *m, const char *folder);
const char *member_state_name(enum member_state state);

#endif
