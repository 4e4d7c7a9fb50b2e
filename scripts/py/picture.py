"""Draws the picture that the OCR demo reads: lines of text in two fonts and
sizes, one of them upside down. Prints the lines as drawn, top to bottom."""

import sys

from PIL import Image, ImageDraw, ImageFont

SIZE = (640, 480)
# Text, font file, size in pixels, top edge, upside down.
LINES = [
    ("Multi-tenant", "DejaVuSans.ttf", 44, 30, False),
    ("one model, many versions of each layer", "LiberationSerif-Regular.ttf", 28, 120, False),
    ("total:1289.50", "DejaVuSans.ttf", 32, 200, False),
    ("this line stands upside down", "LiberationSerif-Regular.ttf", 36, 290, True),
    ("Interference", "LiberationSerif-Regular.ttf", 48, 380, False),
]


def main():
    picture = Image.new("RGB", SIZE, "white")
    for text, font, size, top, turned in LINES:
        line = Image.new("RGB", (SIZE[0], size * 3 // 2), "white")
        ImageDraw.Draw(line).text((30, 0), text, "black", ImageFont.truetype(font, size))
        picture.paste(line.rotate(180) if turned else line, (0, top))
    picture.save(sys.argv[1])
    for text, *_ in LINES:
        print(text)


main()
