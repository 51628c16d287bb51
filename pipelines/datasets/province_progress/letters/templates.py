"""The templates of the letters: DOCX files with fields, ours or an office's own, checked before a letter is made.

Here belong the loading, the checking and the rendering of a template. The fields stand in `letter_fields`, our own
templates are made by `letter_forms`. A template is text for Jinja: it can name fields, and run nothing.
"""

from __future__ import annotations

import difflib
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khrop.model.errors import WrongUse
from khrop.model.terminal_text import printable_lines
from pipelines.datasets.province_progress.letters.fields import KINDS, PICTURE, example, fields_of
from pipelines.publishing import zip_files

if TYPE_CHECKING:
    from jinja2 import Environment, Template

BUNDLED = Path(__file__).parent / "templates"
BODY = "word/document.xml"
FILLED = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
"""The parts of a DOCX that can have fields."""
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""
PARAGRAPH = re.compile(r"(?=<w:p[ >])")
TAGS = re.compile(r"<[^>]*>")
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHOWN = 80
FILTERS = ("default", "first", "last", "length", "replace", "string", "trim")
"""Of Jinja's filters those that an office may want; none of them can make a text part of the XML, or a long one."""


class TemplateFault(WrongUse):
    """A template that cannot be used; the message names the file, what is wrong and what was expected."""


@dataclass(frozen=True, slots=True)
class LetterTemplate:
    """A template that was checked. `parts` are those of the DOCX, `filled` those among them that have fields,
    `pictures` those that become the QR code.
    """

    path: Path
    parts: Mapping[str, bytes]
    filled: Mapping[str, Template]
    pictures: tuple[str, ...]

    def render(self, fields: Mapping[str, Any], picture: bytes) -> bytes:
        """A letter: the DOCX with the fields' values, and `picture` (PNG) in the place of the QR code. The same
        bytes for the same values. Raises `TemplateFault`.
        """
        made = {name: self._filled(name, template, fields) for name, template in self.filled.items()}
        return zip_files.zipped({**self.parts, **made, **dict.fromkeys(self.pictures, picture)})

    def _filled(self, name: str, template: Template, fields: Mapping[str, Any]) -> bytes:
        from jinja2 import TemplateError
        from jinja2.exceptions import SecurityError
        from lxml import etree

        try:
            data = (DECLARATION + template.render(fields)).encode("utf-8")
            etree.fromstring(data, _parser())
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


def load(kind: str, home: Path | None = None) -> LetterTemplate:
    """The template of a kind: the office's own under `home` (a folder `templates`), where there is one, or ours.

    Raises `TemplateFault` for a file that is no DOCX, has a broken tag or an unknown field, or lacks a needed one.
    """
    own = home / f"{kind}.docx" if home else None
    return read(own if own and own.exists() else BUNDLED / f"{kind}.docx", kind)


def read(path: Path, kind: str) -> LetterTemplate:
    """A template from its file. Raises `TemplateFault`."""
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
    named: set[str] = set()
    for name, text in texts.items():
        named |= _named(path, name, text, environment)
    _check(path, kind, named)
    filled = {name: environment.from_string(text) for name, text in texts.items() if "{" in text}
    template = LetterTemplate(path, parts, filled, _pictures(path, parts))
    template.render(example(kind), b"")
    return template


def copy(folder: Path) -> list[Path]:
    """Put our templates into a folder to be changed, never over a file that is there; those that were put."""
    folder.mkdir(parents=True, exist_ok=True)
    copied = []
    for kind in KINDS:
        target = folder / f"{kind}.docx"
        try:
            with open(target, "xb") as file:
                file.write((BUNDLED / target.name).read_bytes())
        except FileExistsError:
            continue
        copied.append(target)
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
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise TemplateFault(f"{path}: this is no DOCX file: {name} is damaged: {error}") from None
    whole: str = DocxTemplate("").patch_xml(etree.tostring(root, encoding="unicode"))
    return whole


def _parser() -> Any:
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


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


def _check(path: Path, kind: str, named: set[str]) -> None:
    known = fields_of(kind)
    names = [field.name for field in known]
    if unknown := sorted(named - set(names)):
        near = difflib.get_close_matches(unknown[0], names, 1)
        meant = f" (perhaps {near[0]} is meant)" if near else ""
        raise TemplateFault(
            f"{path}: unknown field {', '.join(unknown)}{meant}; a {kind} has {', '.join(names)};"
            " khrop letters --fields tells what they mean"
        )
    if missing := [field.name for field in known if kind in field.needed and field.name not in named]:
        raise TemplateFault(f"{path}: a {kind} needs the field {', '.join(missing)}, and the template does not have it")


def _pictures(path: Path, parts: Mapping[str, bytes]) -> tuple[str, ...]:
    """The pictures whose alternative text says that they become the QR code."""
    from lxml import etree

    found = []
    for name in parts:
        relations = f"word/_rels/{posixpath.basename(name)}.rels"
        if not FILLED.fullmatch(name) or relations not in parts:
            continue
        targets = {r.get("Id"): r.get("Target", "") for r in etree.fromstring(parts[relations], _parser())}
        for named in etree.fromstring(parts[name], _parser()).iter("{*}docPr"):
            if PICTURE not in (named.get("descr"), named.get("title"), named.get("name")):
                continue
            for blip in named.getparent().iter("{*}blip"):
                link = next((value for key, value in blip.items() if key.endswith("}embed")), None)
                target = posixpath.normpath(posixpath.join("/word", targets.get(link, ""))).lstrip("/")
                if not target.endswith(".png") or target not in parts:
                    raise TemplateFault(f"{path}: the picture with the alternative text {PICTURE!r} must be a PNG")
                found.append(target)
    return tuple(dict.fromkeys(found))
