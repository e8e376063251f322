/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report/palette.h"

#include <math.h>
#include <stdbool.h>

static double from_lab(double t)
{
    return t > 6.0 / 29.0 ? t * t * t : 3.0 * (36.0 / 841.0) * (t - 4.0 / 29.0);
}
static double encode(double u)
{
    return u <= 0.0031308 ? 12.92 * u : 1.055 * pow(u, 1.0 / 2.4) - 0.055;
}
static double decode(double v)
{
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* CIELAB (D65) to linear sRGB; false outside the gamut. */
static bool lab_to_linear(double L, double a, double b, double rgb[3])
{
    double y = (L + 16.0) / 116.0;
    double X = 0.95047 * from_lab(y + a / 500.0), Y = from_lab(y), Z = 1.08883 * from_lab(y - b / 200.0);
    rgb[0] = 3.2404542 * X - 1.5371385 * Y - 0.4985314 * Z;
    rgb[1] = -0.9692660 * X + 1.8760108 * Y + 0.0415560 * Z;
    rgb[2] = 0.0556434 * X - 0.2040259 * Y + 1.0572252 * Z;
    for (int k = 0; k < 3; k++)
        if (rgb[k] < 0.0 || rgb[k] > 1.0) return false;
    return true;
}

void palette_map(double x, int rgb[3])
{
    if (!(x > 0.0)) x = 0.0;
    if (x > 1.0) x = 1.0;
    double L = 14.0 + 80.0 * x, hue = (295.0 - 195.0 * x) * 3.14159265358979323846 / 180.0;
    double low = 0.0, high = 60.0, linear[3] = {0};
    for (int i = 0; i < 40; i++) {
        double chroma = 0.5 * (low + high), trial[3];
        if (lab_to_linear(L, chroma * cos(hue), chroma * sin(hue), trial))
            low = chroma;
        else
            high = chroma;
    }
    lab_to_linear(L, low * cos(hue), low * sin(hue), linear);
    for (int k = 0; k < 3; k++) rgb[k] = (int)lround(255.0 * encode(fmin(fmax(linear[k], 0.0), 1.0)));
}

double palette_lightness(const int rgb[3])
{
    double Y = 0.2126729 * decode(rgb[0] / 255.0) + 0.7151522 * decode(rgb[1] / 255.0) +
               0.0721750 * decode(rgb[2] / 255.0);
    return Y > 216.0 / 24389.0 ? 116.0 * cbrt(Y) - 16.0 : Y * 24389.0 / 27.0;
}

const char *palette_line(int i)
{
    static const char *const line[] = {"#1d3f8c", "#c8590c", "#2f8f6b", "#8a3b8f", "#7a6a16", "#5f6b7a"};
    return line[(unsigned)i % (sizeof line / sizeof *line)];
}
