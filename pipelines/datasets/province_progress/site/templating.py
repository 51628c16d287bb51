"""Templates to pages: Jinja2 with autoescape, our own style and script within each page, and nothing from outside.

Style and script stand in the page itself, named by their hashes in its policy: a page is whole by itself, from a
file as from a server, and what a document might smuggle in is neither loaded nor run.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.datasets.province_progress.site import labels, palette
from pipelines.datasets.province_progress.site.sources import FIGURES
from pipelines.datasets.province_progress.site.tiles import abbreviation, tiles

HERE = Path(__file__).parent
_SPACE = re.compile(r"\n\s*\n+|(?<=\n)[ \t]+")


def render(template: str, **told: Any) -> str:
    """A page: the template of that name with what it is told. Raises `jinja2.UndefinedError` where it lacks
    something.
    """
    return _environment().get_template(f"{template}.html").render(told) + "\n"


def style() -> str:
    """All style: the colours, the places of the map's tiles, and what is written by hand."""
    rows, cols = {t.row for t in tiles()}, {t.col for t in tiles()}
    places = [f".r{n}{{grid-row:{n + 1}}}" for n in sorted(rows)] + [f".c{n}{{grid-column:{n + 1}}}" for n in cols]
    written = (HERE / "assets" / "site.css").read_text(encoding="utf-8")
    return "\n".join([palette.css(), "".join(places), _SPACE.sub("\n", written)])


def script() -> str:
    """All script."""
    return (HERE / "assets" / "site.js").read_text(encoding="utf-8")


def policy() -> str:
    """What a page may load: its own style and script, by hash, and an empty icon."""
    return (
        f"default-src 'none'; style-src {_hash(style())}; script-src {_hash(script())}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    said = ("t", "named", "long_date", "short_date", "count", "signed", "points", "rate", "days_left", "place")
    tables = ("STATUS", "REGION", "VERDICT", "SEVERITY", "DECISION", "REPAIR", "COLUMN")
    environment.globals.update({name: getattr(labels, name) for name in (*said, *tables)})
    environment.globals.update(
        css=Markup(style()),
        js=Markup(script()),
        csp=policy(),
        sign=labels.SIGN,
        order={name: i for i, name in enumerate(labels.STATUS)},
        abbreviation=abbreviation,
        FIGURES=FIGURES,
        step=_step,
    )
    return environment


def _step(value: Decimal) -> str:
    """A bound of the map's scale, without idle places: 2.5, 20."""
    return f"{value.normalize():f}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
