"""What commands that write letters share: `--date`, `--base-url`, `--fields` and `--copy-templates`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.exits import OK, WrongUse
from pipelines.commands.text import echo, json_line, short_path, table

if TYPE_CHECKING:
    from pipelines.publishing.letters.fields import Field, LetterKind

DateOption = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], metavar="DATE", help="The letters' date; a blank, if not given."),
]
BaseUrlOption = Annotated[
    str | None, typer.Option("--base-url", metavar="URL", help="Where the site is published, for the QR codes.")
]
FieldsOption = Annotated[bool, typer.Option("--fields", help="List what a template can have between its braces.")]
CopyTemplatesOption = Annotated[
    bool, typer.Option("--copy-templates", help="Copy the bundled templates into the home, to be changed there.")
]


def address_of(base_url: str | None) -> str:
    """Return where the site is published; empty where that is not given.

    Raises:
        WrongUse: Where it is no address.
    """
    from pipelines.campaigns import ADDRESS, is_address

    if base_url and not is_address(base_url):
        raise WrongUse(f"--base-url is {base_url!r}, expected {ADDRESS}")
    return base_url or ""


def list_fields(kinds: Sequence[LetterKind], as_json: bool) -> int:
    """Print the fields of some kinds of letters; return the exit code."""
    from pipelines.publishing.letters.emblem import FILE
    from pipelines.publishing.letters.fields import EMBLEM, QR

    by_name: dict[str, tuple[Field, list[str], list[str]]] = {}
    pairs = [(kind, field) for kind in kinds for field in kind.fields]
    # Those of a row come last.
    for kind, field in sorted(pairs, key=lambda pair: pair[1].name.startswith("row.")):
        _, having, needing = by_name.setdefault(field.name, (field, [], []))
        having.append(kind.name)
        needing += [kind.name] if field.needed else []
    if as_json:
        for field, having, needing in by_name.values():
            entry = {"field": field.name, "th": field.th, "en": field.en, "templates": having}
            echo(json_line({**entry, "needed": needing, "example": field.example}))
        return OK
    rows = [
        (f"{{{{ {field.name} }}}}" if field.name != "rows" else "rows", ", ".join(having), field.th, field.en)
        for field, having, _ in by_name.values()
    ]
    echo("\n".join(table(rows)))
    echo(f"\nA PNG picture with the alternative text {QR} becomes the QR code, one with {EMBLEM} the emblem")
    echo(f"({FILE} beside the templates).")
    return OK


def copy_bundled(kinds: Sequence[LetterKind], as_json: bool) -> int:
    """Copy the templates of some kinds of letters into the home; return the exit code."""
    from pipelines.home import Home
    from pipelines.publishing.letters import templates

    folder = Home.current().templates
    copied = templates.copy(folder, kinds)
    for path in (folder / name for kind in kinds for name in kind.file_names):
        if as_json:
            echo(json_line({"template": str(path), "copied": path in copied}))
        else:
            echo(f"{short_path(path)}{'' if path in copied else ': is there already, and stays as it is'}")
    return OK
