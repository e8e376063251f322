/* SPDX-License-Identifier: GPL-3.0-or-later */
/* par — ranks. The only code that calls MPI.
 *
 * Without a launcher (mpirun, srun) MPI is not even started: one rank, every function is a local no-op.
 * "Collective" is a promise: every rank calls the function in the same order. Calls are made by one thread of
 * a rank. */
#ifndef GLINT_PAR_PAR_H
#define GLINT_PAR_PAR_H

#include "base/status.h"
#include "base/sums.h"

#include <stddef.h>
#include <stdint.h>

status par_start(void); /* collective; MPI only if a launcher's environment is present; mutes the log of ranks
                           > 0; lowers GLINT_ISA to the least able rank's */
void par_finish(void);  /* collective; all files must be closed before */
int par_rank(void);
int par_size(void);
/* Threads this rank should use: OMP_NUM_THREADS if set, else the processors it may run on shared with the
 * other ranks of this machine. */
int par_threads(void);

/* Collective: exact sums over ranks. */
void par_sum(struct sum *sums, int n);
void par_sum_int64(int64_t *values, int64_t n);
/* Collective: maximum over ranks (exact, whatever the order). */
void par_max(double *values, int n);
/* Collective: the worst status of all ranks, on every rank; the message of the lowest failing rank is
 * broadcast. */
status par_agree(status s);
/* Collective: each rank's bytes one after the other on rank 0. `total` is the room there (ignored elsewhere).
 */
status par_gather(const void *mine, size_t bytes, void *all, size_t total);
/* Collective: the same on every rank. *all is grown with mem_grow (capacity in bytes); *total: its used
 * bytes.
 */
status par_all_gather(const void *mine, size_t bytes, void **all, size_t *capacity, size_t *total);

/* Collective: rank 0's bytes on every rank. */
void par_broadcast(void *data, size_t bytes);

/* One message of an exchange: bytes to or from a peer. */
struct par_message {
    int peer;
    void *data;
    size_t bytes;
};
/* Start all receives and sends of one exchange; par_exchange_end waits for them. Between the two the buffers
 * belong to MPI and the caller computes. Both ends list their messages consistently; one message a pair of
 * ranks. */
struct par_exchange;
status par_exchange_new(struct par_exchange **e);
void par_exchange_begin(struct par_exchange *e, const struct par_message *receives, int n_receives,
                        const struct par_message *sends, int n_sends);
void par_exchange_end(struct par_exchange *e);
void par_exchange_delete(struct par_exchange **e);

/* Collective: send counts[r] bytes to every rank r (packed in rank order), receive what others send, packed
 * in rank order into *received (grown with mem_grow; capacity in bytes). from[r] returns the bytes that came
 * from rank r. */
status par_all_to_all(const void *send, const int64_t *counts, void **received, size_t *capacity,
                      int64_t *from);

#endif
