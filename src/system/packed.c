/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/packed.h"
#include "base/mem.h"

#include <math.h>

double packed_per_unit(double list_radius)
{
    int exponent;
    frexp(1.2 * list_radius, &exponent); /* 2^exponent is above it */
    return ldexp(1.0, 31 - exponent);
}

double packed_reach(const struct packed *p)
{
    return 0x1p51 / p->per_unit;
}

status packed_reserve(struct packed *p, size_t n)
{
    if (p->per_unit == 0.0) return OK;
    TRY(GROW(p->x, p->capacity, n + 1));
    p->x[n][0] = p->x[n][1] = p->x[n][2] = 0;
    p->x[n][3] = PACKED_PADDING;
    return OK;
}

void packed_free(struct packed *p)
{
    DELETE(p->x);
    *p = (struct packed){0};
}
