/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and iterations of the samples of a comparison (part of anti_ageing). */
#include "analysis/report/anti_ageing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int64_t anti_ageing_iteration(const struct isotherms *run, int n)
{
    for (int k = 0; k < n; k++)
        if (!isotherms_at(&run[k], 1, 0)) return 0;
    return 1;
}

int64_t anti_ageing_last(const struct isotherms *run, int n)
{
    int64_t last = 0;
    for (int k = 0; k < n; k++)
        for (int64_t i = 0; i < run[k].n; i++)
            if (run[k].item[i].iteration > last) last = run[k].item[i].iteration;
    return last;
}

void anti_ageing_sample(const struct isotherms *run, char *out, size_t size)
{
    double unit = run->item[0].Tg > 0.0 ? run->item[0].Tg : 1.0;
    snprintf(out, size, "%s", run->film ? "film" : "quench");
    if (!isnan(run->T_substrate))
        snprintf(out + strlen(out), size - strlen(out), " grown at %.3g", run->T_substrate / unit);
    if (isnan(run->T_anneal))
        snprintf(out + strlen(out), size - strlen(out), ", as prepared");
    else
        snprintf(out + strlen(out), size - strlen(out), ", annealed at %.3g", run->T_anneal / unit);
}
