#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""picture — a figure as the gallery keeps it: 1,500 pixels wide, 128 colours, a fifth of the size.

    /usr/bin/python3 runs/gallery/picture.py runs/demo/figures/ttcf-A.png docs/gallery/demo-ttcf-A.png

Needs Pillow (Debian: python3-pil).
"""
import sys
from PIL import Image

if len(sys.argv) != 3:
    sys.exit(__doc__)
figure = Image.open(sys.argv[1]).convert("RGB")
width = min(figure.width, 1500)
figure = figure.resize((width, round(figure.height * width / figure.width)), Image.LANCZOS)
figure.quantize(128, dither=Image.Dither.NONE).save(sys.argv[2], optimize=True)
