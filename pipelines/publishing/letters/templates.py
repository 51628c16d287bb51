"""The templates of the letters: DOCX files with fields, ours or an office's own, checked before a letter is made.

Here belong the loading, the checking and the rendering of a template; several letters in one file belong in `merging`.
A template is text for Jinja: it can name fields, and run nothing.
"""

from __future__ import annotations

import difflib
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khrop.model.terminal_text import printable_lines
from pipelines.publishing import zip_files
from pipelines.publishing.letters.docx_pictures import parser, pictures_of
from pipelines.publishing.letters.emblem import with_emblem
from pipelines.publishing.letters.fields import QR, LetterKind
from pipelines.publishing.letters.template_faults import TemplateFault
from pipelines.publishing.letters.wording import unparted

if TYPE_CHECKING:
    from jinja2 import Environment, Template

BODY = "word/document.xml"
FILLED = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
"""The parts of a DOCX that can have fields."""
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
PARAGRAPH = re.compile(r"(?=<w:p[ >])")
TEXT = re.compile(r"(<w:t(?: [^<>]*)?>)([^<]+)")
TAGS = re.compile(r"<[^>]*>")
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHOWN = 80
FILTERS = ("default", "first", "last", "length", "replace", "string", "trim")
"""Of Jinja's filters those that an office may want; none of them can make a text part of the XML, or a long one."""


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A template that was checked.

    Attributes:
        path: Its file.
        parts: The parts of the DOCX.
        filled: Those among them that have fields.
        pictures: Those that become the QR code.
    """

    path: Path
    parts: Mapping[str, bytes]
    filled: Mapping[str, Template]
    pictures: tuple[str, ...]

    def render(self, fields: Mapping[str, Any], picture: bytes) -> bytes:
        """Return a letter, the same bytes for the same values.

        Args:
            fields: The fields' values.
            picture: The PNG in the place of the QR code.

        Raises:
            TemplateFault: Where a field cannot be filled in.
        """
        made = {name: self.part(name, fields) for name in self.filled}
        return zip_files.zipped({**self.parts, **made, **dict.fromkeys(self.pictures, picture)})

    def part(self, name: str, fields: Mapping[str, Any]) -> bytes:
        """Return a part that has fields, with their values; no line can end between a number and its unit.

        Args:
            name: The part.
            fields: The fields' values.

        Raises:
            TemplateFault: Where a field cannot be filled in.
        """
        from jinja2 import TemplateError
        from jinja2.exceptions import SecurityError
        from lxml import etree

        try:
            text = TEXT.sub(lambda found: found[1] + unparted(found[2]), self.filled[name].render(fields))
            data = (DECLARATION + text).encode("utf-8")
            etree.fromstring(data, parser())
        except SecurityError as error:
            raise TemplateFault(f"{self.path}: a template can name fields and run nothing: {error}") from None
        except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise TemplateFault(f"{self.path}: a field cannot be filled in {name}: {error}") from None
        except etree.XMLSyntaxError as error:
            raise TemplateFault(
                f"{self.path}: filled in, {name} is no sound XML ({error}): a tag that begins and ends in different"
                " paragraphs, rows or cells of the table needs its own (see {%p … %} and {%tr … %})"
            ) from None
        return data


def load(kind: LetterKind, form: str, home: Path | None = None) -> LetterTemplate:
    """Return the template of a kind: the office's own, where there is one, or ours.

    Args:
        kind: The kind of letter.
        form: Its form.
        home: The folder of the office's own templates and its emblem.

    Raises:
        TemplateFault: For a file that is no DOCX, has a broken tag or an unknown field, or lacks a needed one.
    """
    names = kind.files(form)
    own = next((home / name for name in names if (home / name).exists()), None) if home else None
    return read(own or kind.folder / names[0], kind, home)


def read(path: Path, kind: LetterKind, home: Path | None = None) -> LetterTemplate:
    """Return a template from its file, with the emblem of a folder. Raises `TemplateFault`."""
    try:
        parts = zip_files.parts_of(path)
    except zipfile.BadZipFile as error:
        raise TemplateFault(f"{path}: this is no DOCX file: {error}") from None
    except OSError as error:
        raise TemplateFault(f"{path}: {error.strerror}") from None
    if BODY not in parts:
        raise TemplateFault(f"{path}: this is no DOCX file: it has no {BODY}")
    environment = _environment()
    texts = {name: _text(path, name, parts[name]) for name in sorted(parts) if FILLED.fullmatch(name)}
    parts, texts = with_emblem(path, parts, texts, home)
    named: set[str] = set()
    for name, text in texts.items():
        named |= _named(path, name, text, environment)
    _check(path, kind, named)
    filled = {name: environment.from_string(text) for name, text in texts.items() if "{" in text}
    template = LetterTemplate(path, parts, filled, _pictures(path, parts))
    template.render(kind.example(), b"")
    return template


def copy(folder: Path, kinds: Iterable[LetterKind]) -> list[Path]:
    """Copy our templates into a folder to be changed, never over a file that is there; return those that were."""
    folder.mkdir(parents=True, exist_ok=True)
    copied = []
    for kind in kinds:
        for name in kind.file_names:
            try:
                with open(folder / name, "xb") as file:
                    file.write((kind.folder / name).read_bytes())
            except FileExistsError:
                continue
            copied.append(folder / name)
    return copied


def _environment() -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup, escape

    class Fields(ImmutableSandboxedEnvironment):
        """Reads fields and compares them. What could make much of little is refused."""

        intercepted_binops = frozenset(("*", "**", "%"))

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            raise SecurityError(f"{operator} is not reckoned here")

    def written(value: Any) -> Any:
        """A value as XML has it: lines broken as Word breaks them."""
        if not isinstance(value, str):
            return value
        lines = printable_lines(FORBIDDEN.sub("", value)).splitlines() or [""]
        return Markup('</w:t><w:br/><w:t xml:space="preserve">').join(escape(line) for line in lines)

    environment = Fields(autoescape=True, undefined=StrictUndefined, finalize=written)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    return environment


def _text(path: Path, name: str, data: bytes) -> str:
    """A part's XML with its tags made whole: an editor scatters one tag over many runs."""
    from docxtpl import DocxTemplate
    from lxml import etree

    try:
        root = etree.fromstring(data, parser())
    except etree.XMLSyntaxError as error:
        raise TemplateFault(f"{path}: this is no DOCX file: {name} is damaged: {error}") from None
    whole: str = DocxTemplate("").patch_xml(etree.tostring(root, encoding="unicode"))
    return whole


def _named(path: Path, name: str, text: str, environment: Environment) -> set[str]:
    """The fields that a part names, those of a row as `row.name` whatever the template calls its row."""
    from jinja2 import TemplateSyntaxError, meta, nodes

    # Each paragraph on a line of its own, so that an error's line is its paragraph.
    lines = PARAGRAPH.split(text.replace("\n", " "))
    try:
        tree = environment.parse("\n".join(lines))
        undeclared = meta.find_undeclared_variables(tree)
    except TemplateSyntaxError as error:
        place = TAGS.sub("", lines[min(error.lineno, len(lines)) - 1])[:SHOWN]
        raise TemplateFault(f"{path}: a broken tag in {name}, in the paragraph {place!r}: {error.message}") from None
    if any(tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends))):
        raise TemplateFault(f"{path}: a template can name fields and run nothing: it takes no other file in")
    if any(tree.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier))):
        raise TemplateFault(f"{path}: a template can name fields and run nothing: autoescape cannot be changed")
    stray = re.search(r"\{\{|\}\}|\{%|%\}", "".join(data.data for data in tree.find_all(nodes.TemplateData)))
    if stray:
        raise TemplateFault(f"{path}: a broken tag in {name}: {stray[0]} without its other half")
    of_rows = {
        f"row.{node.attr}"
        for node in tree.find_all(nodes.Getattr)
        if not (isinstance(node.node, nodes.Name) and node.node.name == "loop")
    }
    of_rows |= {
        f"row.{node.arg.value}"
        for node in tree.find_all(nodes.Getitem)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str)
    }
    return undeclared | of_rows


def _check(path: Path, kind: LetterKind, named: set[str]) -> None:
    names = [field.name for field in kind.fields]
    if unknown := sorted(named - set(names)):
        near = difflib.get_close_matches(unknown[0], names, 1)
        meant = f" (perhaps {near[0]} is meant)" if near else ""
        raise TemplateFault(
            f"{path}: unknown field {', '.join(unknown)}{meant}; a {kind.name} has {', '.join(names)};"
            f" {kind.command} --fields tells what they mean"
        )
    if missing := [field.name for field in kind.fields if field.needed and field.name not in named]:
        raise TemplateFault(
            f"{path}: a {kind.name} needs the field {', '.join(missing)}, and the template does not have it"
        )


def _pictures(path: Path, parts: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the pictures whose alternative text says that they become the QR code."""
    from lxml import etree

    found = [
        picture.part
        for name in parts
        if FILLED.fullmatch(name)
        for picture in pictures_of(path, parts, name, etree.fromstring(parts[name], parser()), QR)
    ]
    return tuple(dict.fromkeys(found))
