/* SPDX-License-Identifier: GPL-3.0-or-later */
/* palette — colours of the figures, from numbers rather than from a table.
 *
 * The map for intensities rises evenly in CIELAB lightness (L* = 14 … 94) while the hue turns from blue over
 * green to yellow, so equal steps look equal, also in grey and to colour-blind eyes. Chroma is reduced where
 * sRGB ends.
 *
 *     palette_map(0.3, rgb);                   rgb[3] in 0 … 255, x in [0,1]
 *     palette_lightness(rgb);                  L* of an sRGB colour
 *     palette_line(i)                          "#rrggbb" of curve i: dark, and different in lightness
 */
#ifndef GLINT_ANALYSIS_REPORT_PALETTE_H
#define GLINT_ANALYSIS_REPORT_PALETTE_H

void palette_map(double x, int rgb[3]);
double palette_lightness(const int rgb[3]);
const char *palette_line(int i);

#endif
