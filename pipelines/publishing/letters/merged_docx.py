"""Several letters of one template in one DOCX, each from a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.publishing import zip_files
from pipelines.publishing.letters.docx_pictures import parser
from pipelines.publishing.letters.template_faults import TemplateFault
from pipelines.publishing.letters.templates import BODY, LetterTemplate
from pipelines.publishing.letters.wording import Fields

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def merged(template: LetterTemplate, letters: Sequence[Fields], code: bytes) -> bytes:
    """Return letters in one DOCX, the same bytes for the same values.

    Args:
        template: Their template.
        letters: The fields' values of each; one letter at least.
        code: The QR code (PNG) of all.

    Raises:
        TemplateFault: Where a field cannot be filled in, or a header, footer or note would differ between the letters.
    """
    from lxml import etree

    parts = {**template.parts, **dict.fromkeys(template.pictures, code)}
    for name in template.filled:
        if name != BODY:
            parts[name] = _same(template, name, {template.part(name, fields) for fields in letters})
    whole = etree.fromstring(template.part(BODY, letters[0]), parser())
    for fields in letters[1:]:
        _append(
            whole.find(f"{_WORD}body"), etree.fromstring(template.part(BODY, fields), parser()).find(f"{_WORD}body")
        )
    for number, named in enumerate(whole.iter("{*}docPr"), 1):
        named.set("id", str(number))
    parts[BODY] = etree.tostring(whole, xml_declaration=True, encoding="UTF-8", standalone=True)
    return zip_files.zipped(parts)


def _same(template: LetterTemplate, name: str, texts: set[bytes]) -> bytes:
    """Return the one text of a part that all letters share."""
    if len(texts) > 1:
        raise TemplateFault(
            f"{template.path}: {name} has a field that differs from letter to letter; in one file they share it:"
            " put the field into the letter itself, or write a file for each letter"
        )
    return texts.pop()


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
    whole.extend(list(body))


def _lowest() -> Any:
    """Return a paragraph that takes next to no room."""
    from lxml import etree

    paragraph = etree.Element(f"{_WORD}p")
    spacing = etree.SubElement(etree.SubElement(paragraph, f"{_WORD}pPr"), f"{_WORD}spacing")
    spacing.set(f"{_WORD}line", "20")
    spacing.set(f"{_WORD}lineRule", "exact")
    return paragraph
