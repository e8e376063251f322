/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halo_step — what a domain exchanges in every step, by the plan of halo.c (declared in domain.h). */
#include "system/domain.h"

#include <string.h>

/* The buffers are those of positions for both; numbers fill a quarter of them. */
static void pack(struct domain *d, enum domain_content what)
{
    double *numbers = d->send_buffer[0];
    for (size_t i = 0; i < d->n_send_runs; i++) {
        const struct halo_run *r = &d->send_run[i];
        if (what == DOMAIN_POSITIONS)
            memcpy(d->send_buffer[r->to], d->x[r->from], r->count * sizeof *d->x);
        else
            memcpy(numbers + r->to, d->shared + r->from, r->count * sizeof *d->shared);
    }
}

void domain_send(struct domain *d, enum domain_content what)
{
    if (d->n_peers == 0) return;
    size_t size = what == DOMAIN_POSITIONS ? 4 : 1;
    pack(d, what);
    for (int i = 0; i < d->n_peers; i++) {
        const struct halo_peer *p = &d->peer[i];
        d->message_in[i] = (struct par_message){p->rank, d->received[0] + size * p->receive_first,
                                                size * p->receive_count * sizeof(double)};
        d->message_out[i] = (struct par_message){p->rank, d->send_buffer[0] + size * p->send_first,
                                                 size * p->send_count * sizeof(double)};
    }
    par_exchange_begin(d->exchange, d->message_in, d->n_peers, d->message_out, d->n_peers);
}

void domain_receive(struct domain *d)
{
    par_exchange_end(d->exchange);
}

/* Copy a run of atoms with its shift. The species bits in the fourth number are copied, never added to. */
static void fill_positions(const struct domain *d, const struct halo_run *r, double (*from)[4])
{
    double shift[3];
    box_shift(&d->box, r->image, shift);
    double(*to)[4] = d->x + r->to;
    const double(*source)[4] = (const double(*)[4])from + r->from;
    for (uint32_t k = 0; k < r->count; k++) {
        to[k][0] = source[k][0] + shift[0];
        to[k][1] = source[k][1] + shift[1];
        to[k][2] = source[k][2] + shift[2];
        memcpy(&to[k][3], &source[k][3], sizeof to[k][3]);
    }
    if (d->packed.per_unit > 0.0) packed_fill(&d->packed, (const double(*)[4])d->x, r->to, r->count);
}

static void fill_numbers(const struct domain *d, const struct halo_run *r, const double *from)
{
    memcpy(d->shared + r->to, from + r->from, r->count * sizeof *from);
    if (d->packed.per_unit > 0.0) packed_numbers(&d->packed, d->shared, r->to, r->count);
}

/* One thread's share of the owned atoms. */
static void pack_owned(const struct domain *d, enum domain_content what, int thread, int threads)
{
    size_t first = d->n * (size_t)thread / (size_t)threads,
           last = d->n * ((size_t)thread + 1) / (size_t)threads;
    for (size_t i = first; i < last; i++)
        if (what == DOMAIN_POSITIONS)
            packed_fill(&d->packed, (const double(*)[4])d->x, d->slot[i], 1);
        else
            packed_numbers(&d->packed, d->shared, d->slot[i], 1);
}

/* One thread's share of the runs. */
static void fill(struct domain *d, const struct halo_run *runs, size_t n, double (*positions)[4],
                 const double *numbers, int thread, int threads)
{
    size_t first = n * (size_t)thread / (size_t)threads, last = n * ((size_t)thread + 1) / (size_t)threads;
    for (size_t i = first; i < last; i++) {
        const struct halo_run *r = &runs[i];
        if (positions)
            fill_positions(d, r, positions);
        else
            fill_numbers(d, r, numbers);
    }
}

void domain_fill_images(struct domain *d, enum domain_content what, int thread, int threads)
{
    if (d->packed.per_unit > 0.0) pack_owned(d, what, thread, threads);
    fill(d, d->image_run, d->n_image_runs, what == DOMAIN_POSITIONS ? d->x : NULL, d->shared, thread,
         threads);
}

void domain_fill_halo(struct domain *d, enum domain_content what, int thread, int threads)
{
    fill(d, d->halo_run, d->n_halo_runs, what == DOMAIN_POSITIONS ? d->received : NULL,
         d->n_halo_runs > 0 ? d->received[0] : NULL, thread, threads);
}

void domain_fill(struct domain *d, struct team *team, int thread)
{
    if (thread == 0) domain_send(d, DOMAIN_POSITIONS);
    domain_fill_images(d, DOMAIN_POSITIONS, thread, team->threads);
    if (thread == 0) domain_receive(d);
    team_barrier(team);
    domain_fill_halo(d, DOMAIN_POSITIONS, thread, team->threads);
    team_barrier(team);
}
