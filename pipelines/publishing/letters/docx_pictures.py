"""The pictures of a DOCX that have a name: those that become the QR code and the emblem."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.publishing.letters.template_faults import TemplateFault


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a part of a DOCX.

    Attributes:
        part: The part with its bytes.
        blip: The element that refers to it.
        link: The attribute of `blip` that has the relation's id.
        drawing: The element that has its size.
    """

    part: str
    blip: Any
    link: str
    drawing: Any


def parser() -> Any:
    """Return a parser that follows no entity and no address."""
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def relations_of(name: str) -> str:
    """Return the part with the relations of a part of a DOCX."""
    return f"word/_rels/{posixpath.basename(name)}.rels"


def pictures_of(path: Path, parts: Mapping[str, bytes], name: str, root: Any, text: str) -> Iterator[Picture]:
    """Yield the pictures of a part that have an alternative text.

    Args:
        path: The template, for messages.
        parts: The parts of the DOCX.
        name: The part.
        root: Its XML.
        text: The alternative text, title or name of the pictures.

    Raises:
        TemplateFault: Where such a picture is no PNG.
    """
    from lxml import etree

    if relations_of(name) not in parts:
        return
    targets = {r.get("Id"): r.get("Target", "") for r in etree.fromstring(parts[relations_of(name)], parser())}
    for named in root.iter("{*}docPr"):
        if text not in (named.get("descr"), named.get("title"), named.get("name")):
            continue
        drawing = named.getparent()
        for blip in drawing.iter("{*}blip"):
            link = next((key for key in blip.keys() if key.endswith("}embed")), "")  # noqa: SIM118 - no mapping
            target = posixpath.normpath(posixpath.join("/word", targets.get(blip.get(link), ""))).lstrip("/")
            if not target.endswith(".png") or target not in parts:
                raise TemplateFault(f"{path}: the picture with the alternative text {text!r} must be a PNG")
            yield Picture(target, blip, link, drawing)
