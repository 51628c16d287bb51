"""Several letters of one template in one DOCX, each from a page of its own."""

from __future__ import annotations

import copy
import posixpath
from collections.abc import Sequence
from typing import Any

from pipelines.publishing import zip_files
from pipelines.publishing.letters.faults import TemplateFault
from pipelines.publishing.letters.fields import QR
from pipelines.publishing.letters.pictures import parser, pictures_of, relations_of
from pipelines.publishing.letters.templates import BODY, LetterTemplate
from pipelines.publishing.letters.wording import Fields

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def merged(template: LetterTemplate, letters: Sequence[tuple[Fields, bytes]]) -> bytes:
    """Return letters in one DOCX, the same bytes for the same values.

    Args:
        template: Their template.
        letters: The fields' values and the QR code (PNG) of each; one at least.

    Raises:
        TemplateFault: Where a field cannot be filled in, or a header, footer or note would differ between the letters.
    """
    from lxml import etree

    parts = dict(template.parts)
    for name in template.filled:
        if name != BODY:
            (parts[name],) = _same(template, name, {template.part(name, fields) for fields, _ in letters})
    parts |= dict.fromkeys(template.pictures, letters[0][1])
    relations = etree.fromstring(parts[relations_of(BODY)], parser()) if relations_of(BODY) in parts else None
    whole: Any = None
    for at, (fields, code) in enumerate(letters):
        root = etree.fromstring(template.part(BODY, fields), parser())
        if code != letters[0][1]:
            for picture in pictures_of(template.path, template.parts, BODY, root, QR):
                picture.blip.set(picture.link, _related(relations, picture.blip.get(picture.link), parts, code, at))
        if whole is None:
            whole = root
        else:
            _append(whole.find(f"{_WORD}body"), root.find(f"{_WORD}body"))
    for number, named in enumerate(whole.iter("{*}docPr"), 1):
        named.set("id", str(number))
    parts[BODY] = _written(whole)
    if relations is not None:
        parts[relations_of(BODY)] = _written(relations)
    return zip_files.zipped(parts)


def _same(template: LetterTemplate, name: str, texts: set[bytes]) -> set[bytes]:
    """Return the one text of a part that all letters share."""
    if len(texts) > 1:
        raise TemplateFault(
            f"{template.path}: {name} has a field that differs from letter to letter; in one file they share it:"
            " put the field into the letter itself, or write a file for each letter"
        )
    return texts


def _related(relations: Any, link: str, parts: dict[str, bytes], code: bytes, at: int) -> str:
    """Add the QR code of a letter to the DOCX, and return the id of its relation, made from that of the first's."""
    from lxml import etree

    first = next(relation for relation in relations if relation.get("Id") == link)
    target = f"media/letter-{at}-{link}.png"
    parts[posixpath.join("word", target)] = code
    new = etree.SubElement(relations, first.tag, {**first.attrib, "Id": f"{link}n{at}", "Target": target})
    return str(new.get("Id"))


def _append(whole: Any, body: Any) -> None:
    """Put a letter behind the others: what is before it becomes a section of its own, which ends with its page."""
    section = whole.find(f"{_WORD}sectPr")
    if section is not None:
        last = section.getprevious()
        if last is None or last.tag != f"{_WORD}p" or last.find(f"{_WORD}pPr/{_WORD}sectPr") is not None:
            last = _lowest()
            section.addprevious(last)
        properties = last.find(f"{_WORD}pPr")
        if properties is None:
            properties = last.makeelement(f"{_WORD}pPr")
            last.insert(0, properties)
        whole.remove(section)
        changed = properties.find(f"{_WORD}pPrChange")
        if changed is None:
            properties.append(section)
        else:
            changed.addprevious(section)
    for element in list(body):
        whole.append(element)
    if whole.find(f"{_WORD}sectPr") is None and section is not None:
        whole.append(copy.deepcopy(section))


def _lowest() -> Any:
    """Return a paragraph that takes next to no room."""
    from lxml import etree

    paragraph = etree.Element(f"{_WORD}p")
    spacing = etree.SubElement(etree.SubElement(paragraph, f"{_WORD}pPr"), f"{_WORD}spacing")
    spacing.set(f"{_WORD}line", "20")
    spacing.set(f"{_WORD}lineRule", "exact")
    return paragraph


def _written(root: Any) -> bytes:
    from lxml import etree

    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data
