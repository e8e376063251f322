/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "par/par.h"
#include "base/clock.h"
#include "base/isa.h"
#include "base/log.h"
#include "base/mem.h"

#include <mpi.h>
#include <omp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A rank's place in the world is a fact of the process, so it is kept here and nowhere else. */
static int rank, size = 1;
static bool started;

bool par_launched(void)
{
    static const char *const signs[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMI_RANK", "PMIX_RANK",
                                        "SLURM_STEP_ID"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (getenv(signs[i])) return true;
    return false;
}

/* Law 4: every wait spins for a bounded time, then yields. The library's own waits do one or the other for
 * ever: ranks that share processors with others then wait for each other's time slices. */
enum { SPINS = 1000 }; /* some 100 us: longer than ranks of a quiet machine differ in a step */

static void finish(MPI_Request *requests, int n)
{
    int done = 0;
    for (int spins = 0; MPI_Testall(n, requests, &done, MPI_STATUSES_IGNORE) == MPI_SUCCESS && !done;
         spins++) {
        if (spins < SPINS)
            __builtin_ia32_pause();
        else
            sched_yield();
    }
}

/* values of every rank combined, in place. */
static void combine(void *values, int n, MPI_Datatype type, MPI_Op op)
{
    MPI_Request request;
    uint64_t begin = clock_ticks();
    MPI_Iallreduce(MPI_IN_PLACE, values, n, type, op, MPI_COMM_WORLD, &request);
    finish(&request, 1);
    /* Tested until done, which the checker does not see. */
    /* NOLINTNEXTLINE(clang-analyzer-optin.mpi.MPI-Checker) */
    clock_waited += clock_ticks() - begin;
}

/* All ranks run the kernels of the least able processor: mixed ones would give other bits for another
 * placement. The environment variable is what every kernel asks (base/isa.h). */
static status lowest_isa(void)
{
    int isa = (int)isa_best();
    combine(&isa, 1, MPI_INT, MPI_MIN);
    return isa < (int)isa_best() && setenv("GLINT_ISA", isa_name((enum isa)isa), 1) != 0
               ? fail(FAILED, "cannot set the environment variable GLINT_ISA")
               : OK;
}

status par_start(void)
{
    if (started || !par_launched()) return OK;
    int provided;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS)
        return fail(FAILED, "MPI could not be started");
    started = true;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (provided < MPI_THREAD_FUNNELED) return fail(FAILED, "this MPI library does not support threads");
    log_mute(rank > 0);
    return lowest_isa();
}

void par_finish(void)
{
    if (started) MPI_Finalize();
    started = false;
}

int par_rank(void)
{
    return rank;
}
int par_size(void)
{
    return size;
}

int par_threads(void)
{
    if (getenv("OMP_NUM_THREADS")) return omp_get_max_threads();
    cpu_set_t allowed;
    int processors = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
    const char *text = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
    int local = started ? (text ? atoi(text) : size) : 1;
    int threads = processors / (local > 0 ? local : 1);
    return threads > 0 ? threads : 1;
}

void par_sum_int64(int64_t *values, int64_t n)
{
    for (int64_t done = 0; started && done < n;) { /* MPI counts are int: pieces below 2^28 */
        int piece = n - done < (1 << 28) ? (int)(n - done) : 1 << 28;
        combine(values + done, piece, MPI_INT64_T, MPI_SUM);
        done += piece;
    }
}

void par_sum(struct sum *sums, int n)
{
    enum { MOST = 64 };
    int64_t limbs[MOST * SUM_LIMBS];
    if (!started) return;
    for (int first = 0; first < n; first += MOST) {
        int count = n - first < MOST ? n - first : MOST;
        for (int i = 0; i < count; i++) sum_to_limbs(&sums[first + i], limbs + i * SUM_LIMBS);
        combine(limbs, count * SUM_LIMBS, MPI_INT64_T, MPI_SUM);
        for (int i = 0; i < count; i++) sum_from_limbs(&sums[first + i], limbs + i * SUM_LIMBS);
    }
}

void par_max(double *values, int n)
{
    if (started) combine(values, n, MPI_DOUBLE, MPI_MAX);
}

status par_agree(status s)
{
    if (!started) return s;
    struct {
        int code, rank;
    } worst = {(int)s, rank};
    combine(&worst, 1, MPI_2INT, MPI_MAXLOC); /* ties: the lowest rank */
    if (worst.code == OK) return OK;
    char message[2048];
    strncpy(message, status_message(), sizeof message - 1);
    message[sizeof message - 1] = '\0';
    MPI_Bcast(message, (int)sizeof message, MPI_CHAR, worst.rank, MPI_COMM_WORLD);
    return fail((status)worst.code, "%s", message);
}

enum { TAG_GATHER = 1, TAG_EXCHANGE = 2, PIECE = 1 << 30 };

/* A message of any length, in pieces MPI can count. */
static void send_bytes(const void *data, int64_t bytes, int peer, int tag)
{
    for (const char *p = data; bytes > 0; p += PIECE, bytes -= PIECE)
        MPI_Send(p, bytes < PIECE ? (int)bytes : PIECE, MPI_BYTE, peer, tag, MPI_COMM_WORLD);
}
static void receive_bytes(void *data, int64_t bytes, int peer, int tag)
{
    for (char *p = data; bytes > 0; p += PIECE, bytes -= PIECE)
        MPI_Recv(p, bytes < PIECE ? (int)bytes : PIECE, MPI_BYTE, peer, tag, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
}

status par_gather(const void *mine, size_t bytes, void *all, size_t total)
{
    if (!started) {
        if (bytes > total)
            return fail(FAILED, "internal: gathered %zu bytes into room for %zu", bytes, total);
        if (bytes) memcpy(all, mine, bytes);
        return OK;
    }
    int64_t count = (int64_t)bytes, *counts = NULL;
    TRY(NEW(counts, (size_t)size));
    MPI_Gather(&count, 1, MPI_INT64_T, counts, 1, MPI_INT64_T, 0, MPI_COMM_WORLD);
    if (rank != 0) {
        send_bytes(mine, count, 0, TAG_GATHER);
    } else {
        char *to = all;
        for (int r = 0; r < size; r++) {
            if (r == 0)
                memcpy(to, mine, bytes);
            else
                receive_bytes(to, counts[r], r, TAG_GATHER);
            to += counts[r];
        }
    }
    DELETE(counts);
    return OK;
}

status par_all_gather(const void *mine, size_t bytes, void **all, size_t *capacity, size_t *total)
{
    int64_t count = (int64_t)bytes, *counts = NULL;
    status s = OK;
    *total = bytes;
    GUARD(par_agree(NEW(counts, (size_t)size)));
    counts[0] = count;
    if (started) MPI_Allgather(&count, 1, MPI_INT64_T, counts, 1, MPI_INT64_T, MPI_COMM_WORLD);
    for (int r = 0; r < size; r++) *total += r == rank ? 0 : (size_t)counts[r];
    GUARD(par_agree(mem_grow(all, capacity, *total, 1, "gathered atoms")));
    char *to = *all;
    for (int r = 0; r < size; to += counts[r++]) {
        if (r == rank && bytes) memcpy(to, mine, bytes);
        for (int64_t done = 0; started && done < counts[r]; done += PIECE)
            MPI_Bcast(to + done, counts[r] - done < PIECE ? (int)(counts[r] - done) : PIECE, MPI_BYTE, r,
                      MPI_COMM_WORLD);
    }
done:
    DELETE(counts);
    return s;
}

void par_broadcast(void *data, size_t bytes)
{
    char *p = data;
    for (int64_t left = (int64_t)bytes; started && left > 0; p += PIECE, left -= PIECE)
        MPI_Bcast(p, left < PIECE ? (int)left : PIECE, MPI_BYTE, 0, MPI_COMM_WORLD);
}

struct par_exchange {
    MPI_Request *requests;
    size_t capacity;
    int n;
};

status par_exchange_new(struct par_exchange **e)
{
    return mem_new((void **)e, 1, sizeof **e, "an exchange");
}

void par_exchange_delete(struct par_exchange **e)
{
    if (*e) DELETE((*e)->requests);
    DELETE(*e);
}

static int pieces(size_t bytes)
{
    return (int)((bytes + PIECE - 1) / PIECE);
}

void par_exchange_begin(struct par_exchange *e, const struct par_message *receives, int n_receives,
                        const struct par_message *sends, int n_sends)
{
    size_t wanted = 0;
    e->n = 0;
    if (!started) return;
    for (int i = 0; i < n_receives; i++) wanted += (size_t)pieces(receives[i].bytes);
    for (int i = 0; i < n_sends; i++) wanted += (size_t)pieces(sends[i].bytes);
    if (wanted == 0) return;
    if (GROW(e->requests, e->capacity, wanted) != OK) MPI_Abort(MPI_COMM_WORLD, FAILED);
    for (int i = 0; i < n_receives + n_sends; i++) {
        bool in = i < n_receives;
        const struct par_message *m = in ? &receives[i] : &sends[i - n_receives];
        char *p = m->data;
        for (size_t left = m->bytes; left > 0; left -= left < PIECE ? left : PIECE, p += PIECE) {
            int count = left < PIECE ? (int)left : PIECE;
            MPI_Request *request = &e->requests[e->n++];
            if (in)
                MPI_Irecv(p, count, MPI_BYTE, m->peer, TAG_EXCHANGE, MPI_COMM_WORLD, request);
            else
                MPI_Isend(p, count, MPI_BYTE, m->peer, TAG_EXCHANGE, MPI_COMM_WORLD, request);
        }
    }
}

void par_exchange_end(struct par_exchange *e)
{
    uint64_t begin = clock_ticks();
    if (e->n > 0) finish(e->requests, e->n);
    clock_waited += clock_ticks() - begin;
    e->n = 0;
}

status par_all_to_all(const void *send, const int64_t *counts, void **received, size_t *capacity,
                      int64_t *from)
{
    if (!started) {
        from[0] = counts[0];
        TRY(mem_grow(received, capacity, (size_t)counts[0], 1, "received atoms"));
        if (counts[0]) memcpy(*received, send, (size_t)counts[0]);
        return OK;
    }
    MPI_Alltoall(counts, 1, MPI_INT64_T, from, 1, MPI_INT64_T, MPI_COMM_WORLD);
    int64_t total = 0;
    for (int r = 0; r < size; r++) total += from[r];
    TRY(par_agree(mem_grow(received, capacity, (size_t)total, 1, "received atoms")));
    /* Pairwise rounds: in round k every rank sends to rank+k and receives from rank−k. */
    const char *out = send;
    int64_t *offset_out = NULL, *offset_in = NULL;
    struct par_exchange *pair = NULL;
    TRY(par_exchange_new(&pair));
    TRY(NEW(offset_out, (size_t)size + 1));
    TRY(NEW(offset_in, (size_t)size + 1));
    for (int r = 0; r < size; r++) {
        offset_out[r + 1] = offset_out[r] + counts[r];
        offset_in[r + 1] = offset_in[r] + from[r];
    }
    char *in = *received;
    for (int k = 0; k < size; k++) {
        int to = (rank + k) % size, origin = (rank - k + size) % size;
        if (k == 0) {
            if (counts[rank]) memcpy(in + offset_in[rank], out + offset_out[rank], (size_t)counts[rank]);
            continue;
        }
        struct par_message get = {origin, in + offset_in[origin], (size_t)from[origin]};
        struct par_message put = {to, (char *)(uintptr_t)(out + offset_out[to]), (size_t)counts[to]};
        par_exchange_begin(pair, &get, 1, &put, 1);
        par_exchange_end(pair);
    }
    DELETE(offset_out);
    DELETE(offset_in);
    par_exchange_delete(&pair);
    return OK;
}
