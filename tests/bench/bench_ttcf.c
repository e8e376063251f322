/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_ttcf FRAMES PIXELS — the TTCF against one single-thread ssyrk of the same size in the same program,
 * and the peak memory of the TTCF. Build: make build/tests/bench_ttcf */
#include "analysis/correlate/ttcf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"

#include <cblas.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static double peak_gb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss * 1024e-9;
}

/* CPU seconds of all threads: on a shared machine they say more than the wall clock. */
static double cpu_now(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
    int64_t T = argc > 1 ? atoll(argv[1]) : 4000, P = argc > 2 ? atoll(argv[2]) : 10000;
    float *data = NULL, *full = NULL;
    if (NEW(data, (size_t)(T * P)) != OK) return FAILED;
    uint32_t x = 1;
    for (int64_t i = 0; i < T * P; i++) data[i] = (float)((x = x * 1664525u + 1013904223u) >> 8) * 0x1p-24f;
    double before = peak_gb();
    struct ttcf c;
    double t0 = clock_now(), cpu0 = cpu_now();
    status s = ttcf_compute(&c, data, NULL, T, P, &(struct ttcf_options){.progress = false});
    double t_ttcf = clock_now() - t0, cpu_ttcf = cpu_now() - cpu0, peak = peak_gb();
    if (s != OK) {
        fprintf(stderr, "%s\n", status_message());
        return s;
    }
    ttcf_free(&c);
    double flop = (double)T * (double)T * (double)P;
    int threads = omp_get_max_threads();
    printf("frames %lld, pixels %lld, threads %d\n", (long long)T, (long long)P, threads);
    printf("ttcf:   %8.3f s  %8.1f GFlop/s  (%.1f a thread), peak memory %.3f GB (frames alone %.3f GB)\n",
           t_ttcf, flop / t_ttcf * 1e-9, flop / t_ttcf * 1e-9 / threads, peak, before);
    if (NEW(full, (size_t)(T * T)) != OK) return FAILED;
    openblas_set_num_threads(1);
    t0 = clock_now();
    cpu0 = cpu_now();
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)T, (int)P, 1.0f, data, (int)P, 0.0f, full,
                (int)T);
    double t_blas = clock_now() - t0, cpu_blas = cpu_now() - cpu0;
    printf("ssyrk:  %8.3f s  %8.1f GFlop/s  (one thread)\nttcf per thread / ssyrk: %.3f\n", t_blas,
           flop / t_blas * 1e-9, t_blas / t_ttcf / threads);
    printf("in CPU time: ttcf %.3f s, ssyrk %.3f s, ratio %.3f\n", cpu_ttcf, cpu_blas, cpu_blas / cpu_ttcf);
    return OK;
}
