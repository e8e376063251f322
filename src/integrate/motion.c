/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrate/motion.h"

void motion_move(struct engine *e, int t)
{
    static void (*const move_of[ISA_COUNT])(struct engine *, int) = {motion_move_sse2, motion_move_avx2,
                                                                     motion_move_avx512};
    move_of[e->list.isa](e, t);
}

void motion_end_kick(struct engine *e, int t, const size_t range[2])
{
    static void (*const kick_of[ISA_COUNT])(struct engine *, int, const size_t *) = {
        motion_end_kick_sse2, motion_end_kick_avx2, motion_end_kick_avx512};
    kick_of[e->list.isa](e, t, range);
}

bool motion_needs_axes(const struct engine *e)
{
    return e->want_energy || (e->ensemble.per_axis && e->ensemble.barostat != BAROSTAT_NONE);
}
