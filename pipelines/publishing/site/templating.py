"""Templates to pages: Jinja2 with autoescape, our own style and script within each page, and nothing from outside.

Style and script stand in the page itself, named by their hashes in its policy, and the font lies beside the pages: a
page needs nothing but the site's folder, and what a document might smuggle in is neither loaded nor run.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from khrop.model.terminal_text import printable_lines
from pipelines.publishing.site import labels, palette

HERE = Path(__file__).parent
FONTS = HERE / "assets" / "fonts"
FONT_FILES = tuple(sorted(FONTS.glob("*.*")))
WEIGHTS = {"regular": 400, "bold": 700}
_SPACE = re.compile(r"\n\s*\n+|(?<=\n)[ \t]+")
_WORDS = ("t", "named", "long_date", "short_date", "count", "signed", "points", "place")
_TABLES = ("VERDICT", "SEVERITY", "DECISION", "REPAIR")


@dataclass(frozen=True)
class Look:
    """How some pages are made.

    Attributes:
        folder: The folder of their own templates, which are looked for first; None for the shared ones alone.
        style: Their own style, behind the shared one.
        words: What their templates know beside the shared functions.
    """

    folder: Path | None = None
    style: str = ""
    words: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def render(self, template: str, name: str, **values: Any) -> tuple[str, str]:
        """Return a page: its path within the site, and its text.

        Args:
            template: The template's name without its ending.
            name: The page's path within the site.
            values: What the template shows.

        Raises:
            jinja2.UndefinedError: Where the template lacks a value.
        """
        root = "../" * name.count("/")
        style = _style(self.style, root)
        page = self._environment.get_template(f"{template}.html").render(
            root=root, css=Markup(style), js=Markup(script()), csp=_policy(style), **values
        )
        return name, printable_lines(page) + "\n"

    @functools.cached_property
    def _environment(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader([*([self.folder] if self.folder else []), HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update({name: getattr(labels, name) for name in (*_WORDS, *_TABLES)}, **self.words)
        return environment


def squeezed(style: str) -> str:
    """Return a style without indents and empty lines."""
    return _SPACE.sub("\n", style)


@functools.cache
def script() -> str:
    """Return the script of all pages."""
    return (HERE / "assets" / "site.js").read_text(encoding="utf-8")


@functools.cache
def _style(own: str, root: str) -> str:
    """The style of the pages that are `root` below the site: a font's address is relative to the page."""
    fonts = "".join(
        f'@font-face{{font-family:"Khrop Sarabun";font-weight:{weight};font-display:swap;'
        f'src:url("{root}fonts/sarabun-{name}.woff2")format("woff2")}}'
        for name, weight in WEIGHTS.items()
    )
    shared = (HERE / "assets" / "site.css").read_text(encoding="utf-8")
    return "\n".join([fonts, palette.css(), squeezed(shared), own])


@functools.cache
def _policy(style: str) -> str:
    """What a page may load: its own style and script, by hash, the site's font, and an empty icon."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script())}; font-src 'self'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
