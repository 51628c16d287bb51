"""`make fonts`: the font of the site, a subset of Sarabun (SIL Open Font License) from the package fontpkg-sarabun; and
the shapes of its digits and letters that the dates of a PDF are compared with.

Thai and Latin letters, figures and the signs that pages use; with the features that place marks, without hints. Both
weights together take at most 60 kB. Its licence lies beside it.
"""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from fontTools.subset import Options, Subsetter, load_font, save_font
from PIL import Image, ImageDraw, ImageFont

from pipelines.readers.pdf.shapes import DIGITS, LETTERS, REFERENCES, shape

FONTS = Path(__file__).parents[3] / "pipelines" / "publishing" / "site" / "assets" / "fonts"
WEIGHTS = ("Regular", "Bold")
CUTS = ("Regular", "Bold", "Italic")
DRAWN = 96
"""Dots that a sign is drawn with for its shape."""
TEXT = (
    *range(0x20, 0x7F),  # Latin
    *range(0xA0, 0x100),
    *range(0x0E01, 0x0E5C),  # Thai
    0x200B,
    0x25CC,
    *map(ord, "–—‘’“”†•…‹›−≤≥≠→←↑↓↕✓✕▲▼○"),
)
MOST = 60_000


def main() -> None:
    """Write the files of both weights and the licence."""
    spec = find_spec("fontpkg_sarabun")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    FONTS.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(package / "LICENSE", FONTS / "OFL.txt")
    sizes = 0
    for weight in WEIGHTS:
        options = Options(flavor="woff2", layout_features=["*"], hinting=False, name_IDs=[0, 1, 2, 13, 14])
        # When it was made is no part of what it is.
        options.recalc_timestamp = False
        font = load_font(str(package / "files" / f"Sarabun-{weight}.ttf"), options)
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=TEXT)
        subsetter.subset(font)
        target = FONTS / f"sarabun-{weight.lower()}.woff2"
        save_font(font, str(target), options)
        sizes += target.stat().st_size
        print(f"{target.name:<24} {target.stat().st_size / 1000:4.0f} kB")
    if sizes > MOST:
        sys.exit(f"the fonts take {sizes:,} bytes, at most {MOST:,} are let in")
    _write_shapes(package / "files")


def _write_shapes(files: Path) -> None:
    signs = "".join(DIGITS) + LETTERS
    fonts = [ImageFont.truetype(files / f"Sarabun-{cut}.ttf", DRAWN) for cut in CUTS]
    shapes = np.array([[shape(_picture(font, sign)) for sign in signs] for font in fonts])
    whole = np.round(shapes / np.abs(shapes).max() * 127).astype(np.int8)
    np.savez_compressed(REFERENCES, signs=signs, shapes=whole)
    print(f"{REFERENCES.name:<24} {REFERENCES.stat().st_size / 1000:4.0f} kB")


def _picture(font: ImageFont.FreeTypeFont, sign: str) -> np.ndarray:
    picture = Image.new("L", (3 * DRAWN, 3 * DRAWN), 255)
    ImageDraw.Draw(picture).text((DRAWN, DRAWN), sign, font=font, fill=0)
    return np.asarray(picture)


if __name__ == "__main__":
    main()
