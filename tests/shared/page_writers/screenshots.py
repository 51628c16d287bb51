"""`make screenshots`: the site of the sample and a few synthetic returns, as pictures in docs/images/.

The figures after 11 June 2563 are not real; the pictures' alt texts in the README say so.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from browsing import browser
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[3]
IMAGES = ROOT / "docs" / "images"
RETURNS = ROOT / "tests" / "returns"
GIVEN = (
    ROOT / "pipelines" / "sample" / "dla-2563-06-11.txt",
    RETURNS / "synthetic" / "syn_2563-06-25.utf8-bom.csv",
    RETURNS / "defective" / "syn_bad_12_saved_regressed.utf8-bom.csv",
    RETURNS / "synthetic" / "syn_2563-08-06.utf8-bom.csv",
    RETURNS / "defective" / "syn_bad_15_swapped_saved_pending.utf8-bom.csv",
)
DESKTOP, PHONE = (1200, 1000), (360, 740)
PICTURES = (
    ("overview-th", "index.html", "th", DESKTOP, 1.0),
    ("overview-en", "index.html", "en", DESKTOP, 1.0),
    ("overview-phone-th", "index.html", "th", PHONE, 2.0),
    ("table-th", "info-international-agreements/table.html", "th", DESKTOP, 1.0),
    ("table-phone-en", "info-international-agreements/table.html", "en", PHONE, 2.0),
    ("province-en", "info-international-agreements/province/90.html", "en", DESKTOP, 1.0),
    ("province-phone-th", "info-international-agreements/province/90.html", "th", PHONE, 2.0),
    ("quality-en", "quality.html", "en", DESKTOP, 1.0),
)
"""Name, page, language, window, pixels a point."""
COLOURS = 256
EACH, ALL = 250_000, 1_000_000
"""Bytes that a picture and all of them may take."""


def main() -> None:
    """Build the site in a home of its own, and take the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        khrop(folder, "ingest", *GIVEN, accepted=False)
        khrop(folder, "report")
        with browser() as chromium:
            site = Path(folder) / "site"
            sizes = {picture[0]: taken(chromium, site, *picture) for picture in PICTURES}
    for name, size in sizes.items():
        print(f"{name:<24} {size / 1000:4.0f} kB")
    if max(sizes.values()) > EACH or sum(sizes.values()) > ALL:
        sys.exit(f"a picture is to take at most {EACH // 1000} kB, all of them {ALL // 1000} kB")


def khrop(home: str, *arguments: object, accepted: bool = True) -> None:
    """The command in a home of its own; what is set aside is wanted here."""
    command = [str(Path(sys.executable).with_name("khrop")), *map(str, arguments)]
    done = subprocess.run(command, env={**os.environ, "KHROP_HOME": home}, capture_output=True, text=True, check=False)
    if done.returncode > (0 if accepted else 1):
        sys.exit(done.stderr)


def taken(
    chromium: Browser, site: Path, name: str, page: str, language: str, window: tuple[int, int], scale: float
) -> int:
    """Take a picture of what a window shows; its bytes."""
    (width, height), file = window, IMAGES / f"{name}.png"
    tab = chromium.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
    tab.goto(f"{(site / page).as_uri()}#lang={language}")
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    tab.close()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    return file.stat().st_size


if __name__ == "__main__":
    main()
