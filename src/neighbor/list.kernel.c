/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"
#include "base/simd_float.h"
#include "base/simd_short.h"
#include "neighbor/list_kernel.h"

#include <string.h>

struct query { /* the atom whose neighbors are wanted: its coordinates, and limits */
    vs xy, zs, near_zs;
    int32_t limit, near_limit;
};

/* Which of n vectors of candidates are within reach: a bit each, none for what fills the last 64 numbers. */
INLINE void find(const uint32_t *xy, const uint32_t *zs, size_t n, const struct query *q, uint16_t *found,
                 uint16_t *near_found, const int sections)
{
    memset(found + n / 64 * 64, 0, 64 * sizeof *found);
    if (sections) memset(near_found + n / 64 * 64, 0, 64 * sizeof *near_found);
    for (size_t k = 0; k < n; k++) {
        vs dxy = vs_sub(q->xy, vs_load(xy + k * VS_LANES)), z = vs_load(zs + k * VS_LANES);
        unsigned bits = vs_below(vs_norm2(dxy, vs_sub(q->zs, z)), q->limit);
        if (sections) {
            unsigned near = bits & vs_below(vs_norm2(dxy, vs_sub(q->near_zs, z)), q->near_limit);
            near_found[k] = (uint16_t)near;
            bits &= ~near;
        }
        found[k] = (uint16_t)bits;
    }
}

/* Leave out what is before the neighborhood (`before` candidates) or behind it (after the first `end`), and
 * number `self`. */
INLINE void trim(uint16_t *found, size_t n, size_t before, size_t end, size_t self)
{
    found[0] &= (uint16_t)(~0u << before);
    found[n - 1] &= (uint16_t)((1u << (end - (n - 1) * VS_LANES)) - 1u);
    found[self / VS_LANES] &= (uint16_t) ~(1u << self % VS_LANES);
}

/* The entries found; half of the vectors hold none, and only the others are looked at again. */
INLINE size_t collect(const uint16_t *found, size_t n, const uint32_t *entry, uint32_t *out)
{
    uint32_t *end = out;
    for (size_t k = 0; k < n; k += 64) {
        for (uint64_t some = short_nonzero(found + k); some; some &= some - 1) {
            size_t v = k + (size_t)__builtin_ctzll(some);
            end += vf_compress(entry + v * VS_LANES, found[v], end);
        }
    }
    return (size_t)(end - out);
}

INLINE size_t scan(const struct candidates *c, size_t self, const struct list_search *s, uint32_t *out,
                   uint32_t *in_section, const int sections)
{
    const size_t before = c->begin % VS_LANES, first = c->begin - before, end = c->atoms.n - first,
                 n = (end + VS_LANES - 1) / VS_LANES;
    const uint32_t *xy = c->atoms.xy + first, *zs = c->atoms.zs + first, *entry = c->entry + first;
    self -= first;
    const uint32_t z = zs[self] & 0xffff;
    const struct query q = {vs_set(xy[self]), vs_set(z | (uint32_t)s->all->species << 16),
                            vs_set(sections ? z | (uint32_t)s->near->species << 16 : 0), s->all->limit,
                            sections ? s->near->limit : 0};
    uint16_t *found = s->found, *near_found = s->near_found;
    size_t near = 0;
    find(xy, zs, n, &q, found, near_found, sections);
    trim(found, n, before, end, self);
    if (sections) {
        trim(near_found, n, before, end, self);
        near = list_pad(out, collect(near_found, n, entry, out), s->width, s->padding);
    }
    *in_section = (uint32_t)near;
    return near + collect(found, n, entry, out + near);
}

size_t ISA_FUNCTION(list_scan)(const struct candidates *c, size_t self, const struct list_search *s,
                               uint32_t *out, uint32_t *in_section)
{
    return s->near ? scan(c, self, s, out, in_section, 1) : scan(c, self, s, out, in_section, 0);
}
