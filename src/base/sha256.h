/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sha256 — the digest that names a state in run.json (FIPS 180-4). */
#ifndef GLINT_BASE_SHA256_H
#define GLINT_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
    uint32_t h[8];
    uint8_t block[64];
    uint64_t bytes;
};
void sha256_start(struct sha256 *d);
void sha256_add(struct sha256 *d, const void *data, size_t bytes);
void sha256_hex(struct sha256 *d, char hex[65]); /* ends the digest */

#endif
