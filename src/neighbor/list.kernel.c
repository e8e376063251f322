/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"
#include "base/simd_float.h"
#include "base/simd_short.h"
#include "neighbor/list_kernel.h"

#include <string.h>

/* Candidates a block at a time: which of them are within reach, first; half of the vectors hold none, which a
 * bit for each says, so that only the others are looked at again. */
enum { BLOCK = 64, BLOCK_ATOMS = BLOCK * VS_LANES };
struct block {
    uint16_t inside[BLOCK], near[BLOCK];
};

struct query { /* the atom whose neighbors are wanted: its coordinates, and limits */
    vs xy, zs, near_zs;
    int32_t limit, near_limit;
};

/* n vectors of candidates. */
INLINE void find(struct block *b, const uint32_t *xy, const uint32_t *zs, size_t n, const struct query *q,
                 const int sections)
{
    for (size_t k = 0; k < n; k++) {
        vs dxy = vs_sub(q->xy, vs_load(xy + k * VS_LANES)), z = vs_load(zs + k * VS_LANES);
        b->inside[k] = (uint16_t)vs_below(vs_norm2(dxy, vs_sub(q->zs, z)), q->limit);
        if (sections) b->near[k] = (uint16_t)vs_below(vs_norm2(dxy, vs_sub(q->near_zs, z)), q->near_limit);
    }
}

/* Leave out what is before the neighborhood or behind it, and the atom itself. */
INLINE void trim(struct block *b, const struct candidates *c, size_t first, size_t n, size_t self)
{
    if (c->begin > first) b->inside[0] &= (uint16_t)(~0u << (c->begin - first));
    if (first + n * VS_LANES > c->atoms.n)
        b->inside[n - 1] &= (uint16_t)((1u << (VS_LANES - (first + n * VS_LANES - c->atoms.n))) - 1u);
    if (self - first < BLOCK_ATOMS) /* unsigned: false when self < first */
        b->inside[(self - first) / VS_LANES] &= (uint16_t) ~(1u << (self - first) % VS_LANES);
}

INLINE size_t scan(const struct candidates *c, size_t self, const struct list_search *s, uint32_t *out,
                   uint32_t *in_section, const int sections)
{
    const uint32_t *xy = c->atoms.xy, *zs = c->atoms.zs;
    const uint32_t z = zs[self] & 0xffff;
    const struct query q = {vs_set(xy[self]), vs_set(z | (uint32_t)s->all->species << 16),
                            vs_set(sections ? z | (uint32_t)s->near->species << 16 : 0), s->all->limit,
                            sections ? s->near->limit : 0};
    uint32_t *kept = out, *rest = s->rest;
    struct block b;
    for (size_t first = c->begin - c->begin % VS_LANES; first < c->atoms.n; first += BLOCK_ATOMS) {
        size_t left = (c->atoms.n - first + VS_LANES - 1) / VS_LANES, n = left < BLOCK ? left : BLOCK;
        find(&b, xy + first, zs + first, n, &q, sections);
        trim(&b, c, first, n, self);
        for (uint64_t some = short_nonzero(b.inside) & (~0ull >> (BLOCK - n)); some; some &= some - 1) {
            size_t k = (size_t)__builtin_ctzll(some);
            const uint32_t *entry = c->entry + first + k * VS_LANES;
            unsigned inside = b.inside[k], near = sections ? inside & b.near[k] : inside;
            kept += vf_compress(entry, near, kept);
            if (sections) rest += vf_compress(entry, inside & ~near, rest);
        }
    }
    *in_section = 0;
    if (!sections) return (size_t)(kept - out);
    size_t n = (size_t)(kept - out), others = (size_t)(rest - s->rest);
    n = list_pad(out, n, s->width, s->padding);
    *in_section = (uint32_t)n;
    memcpy(out + n, s->rest, others * sizeof *out);
    return n + others;
}

size_t ISA_FUNCTION(list_scan)(const struct candidates *c, size_t self, const struct list_search *s,
                               uint32_t *out, uint32_t *in_section)
{
    return s->near ? scan(c, self, s, out, in_section, 1) : scan(c, self, s, out, in_section, 0);
}
