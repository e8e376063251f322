/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of anti_ageing.h. */
#include "analysis/report/anti_ageing.h"

#include "base/file.h"

#include <math.h>
#include <stdio.h>

status anti_ageing_table(const struct isotherms *run, int n, double lag, const char *path)
{
    struct file_new f;
    TRY(file_begin(&f, path));
    fprintf(f.stream,
            "# R = A exp(-2 (t/tau)^beta), R = 1 at the first lag; lower_bound: R stays above e^-2 by two "
            "errors up to there; lost = 1 - R at lag %.9g; hop_rate: hops per atom and time of the atoms "
            "inside at the "
            "beginning, error from ten stretches of the isotherm or sqrt(hops), the larger\n",
            lag);
    fprintf(f.stream, "run,preparation,T_substrate,T_anneal,cycle,label,iteration,place,T,Tg,window,frames,"
                      "n_independent,tau_is,tau,tau_error,beta,beta_error,amplitude,reduced_chi2,lost,"
                      "lost_error,hop_rate,hop_rate_error,hops,hop_atoms,hop_fano,hop_criterion,"
                      "laves_fraction,laves_largest,units\n");
    for (int k = 0; k < n; k++)
        for (int64_t i = 0; i < run[k].n; i++) {
            const struct isotherm *x = &run[k].item[i];
            const struct relaxation_fit *t = x->fitted ? &x->fit : NULL;
            double none = (double)NAN;
            fprintf(f.stream, "%s,%s,%.9g,%.9g,%s,%s,%lld,%lld,%.9g,%.9g,%s,%lld,%lld,%s,%.9g,%.3g,",
                    run[k].name, run[k].film ? "film" : "quench", run[k].T_substrate, run[k].T_anneal,
                    x->cycle, x->label, (long long)x->iteration, (long long)x->place, x->T,
                    x->Tg > 0.0 ? x->Tg : none, x->window, (long long)x->frames, (long long)x->independent,
                    isotherm_tau_names[x->kind], x->tau, x->tau_error);
            fprintf(f.stream, "%.9g,%.3g,%.9g,%.4g,%.9g,%.3g,", t ? t->value[RELAXATION_BETA] : none,
                    t ? t->error[RELAXATION_BETA] : none, t ? t->value[RELAXATION_AMPLITUDE] : none,
                    t ? t->reduced_chi2 : none, x->lost, x->lost_error);
            fprintf(f.stream, "%.9g,%.3g,%lld,%lld,%.4g,\"%s\",%.4g,%.9g,%s\n", x->hops.rate, x->hops.error,
                    (long long)x->hops.hops, (long long)x->hops.atoms, x->hops.fano, x->hops.criterion,
                    x->watched ? x->crystal.most : none, x->watched ? (double)x->crystal.largest : none,
                    x->units);
        }
    return file_commit(&f);
}
