"""The office's emblem: a picture of its own in the place that a template has for it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

from pipelines.publishing.letters.docx_pictures import parser, pictures_of
from pipelines.publishing.letters.fields import EMBLEM
from pipelines.publishing.letters.template_faults import TemplateFault

FILE = "emblem.png"
"""The picture, in the folder of the office's own templates."""
_PNG = b"\x89PNG\r\n\x1a\n"


def with_emblem(
    path: Path, parts: Mapping[str, bytes], texts: Mapping[str, str], folder: Path | None
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the parts and texts of a template with the office's emblem, as high as the place for it.

    Args:
        path: The template, for messages.
        parts: The parts of the DOCX.
        texts: The XML of those that can have fields.
        folder: The folder that may have the emblem.

    Raises:
        TemplateFault: Where the emblem is no PNG.
    """
    from lxml import etree

    file = folder / FILE if folder else None
    if file is None or not file.exists():
        return dict(parts), dict(texts)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise TemplateFault(f"{file}: {error.strerror}") from None
    if not data.startswith(_PNG) or len(data) < 33:
        raise TemplateFault(f"{file}: the emblem must be a PNG picture")
    width, height = struct.unpack(">II", data[16:24])
    own, replaced = dict(texts), dict(parts)
    for name, text in texts.items():
        if EMBLEM not in text:
            continue
        root = etree.fromstring(text.encode(), parser())
        for picture in pictures_of(path, parts, name, root, EMBLEM):
            replaced[picture.part] = data
            for extent in (*picture.drawing.iter("{*}extent"), *picture.drawing.iter("{*}ext")):
                if high := extent.get("cy"):
                    extent.set("cx", str(int(high) * width // max(height, 1)))
        own[name] = etree.tostring(root, encoding="unicode")
    return replaced, own
