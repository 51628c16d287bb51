"""`khrop contract`: list, show, export and compare contracts.

Here belong the commands' options and exit codes: 0, or 1 if `diff` has a breaking change; 2 for wrong use, such as a
contract that has no form of the kind; 3 for an internal error. How a contract is looked up belongs in
`khrop.cli.lookup`, the text for a terminal in `khrop.cli.contract_text`.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khrop.cli.codes import BROKEN, OK
from khrop.cli.exits import guarded
from khrop.model.errors import WrongUse
from khrop.model.terminal_text import json_line, printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import EntryPoint

    from khrop.description.breakage import Broken
    from khrop.description.description import Description

NAMED = "Its name, module:Class, file.py:Class, or an export."

contracts = typer.Typer(help="Contracts: list them, show, export or compare them.", no_args_is_help=True)


class Form(StrEnum):
    """The form that a contract is exported to."""

    odcs = "odcs"
    json_schema = "json-schema"
    sql = "sql"
    markdown = "markdown"


@contracts.command("list")
@guarded
def list_() -> int:
    """List the contracts that have a name: version, title, and the distribution that provides them."""
    from khrop.cli import lookup

    for name, point in lookup.known_contracts().items():
        typer.echo(_line(name, point))
    return OK


def _line(name: str, point: EntryPoint) -> str:
    from khrop.cli import lookup
    from khrop.model.rule import options_of

    provided = f"{point.dist.name if point.dist else 'khrop'}, {point.value}"
    try:
        options = options_of(lookup.load_contract(name))
    except WrongUse as reason:
        # A contract that cannot be loaded does not hide the others.
        return printable(f"{name}  cannot be used: {reason}")
    titles = [title for title in (options.title_th, options.title_en) if title]
    return printable("  ".join([name, options.version, *([" · ".join(titles)] if titles else []), f"({provided})"]))


@contracts.command()
@guarded
def show(
    contract: Annotated[str, typer.Argument(metavar="NAME", help=NAMED)],
    as_json: Annotated[bool, typer.Option("--json", help="The contract as data, for machines.")] = False,
) -> int:
    """Show a contract: its columns, its rules, and what they need."""
    from khrop.cli import lookup
    from khrop.cli.contract_text import contract_page
    from khrop.description.from_contract import losses, readable
    from khrop.description.plain import plain

    loaded = lookup.load_contract(contract)
    if as_json:
        typer.echo(json_line(plain(_describe(loaded, contract))))
    else:
        typer.echo(contract_page(readable(loaded), losses(loaded)))
    return OK


@contracts.command()
@guarded
def export(
    contract: Annotated[str, typer.Argument(metavar="NAME", help=NAMED)],
    form: Annotated[Form, typer.Option("--to", help="The form.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write to this file and replace its contents.")
    ] = None,
    sample: Annotated[
        Path | None,
        typer.Option(
            "--sample", metavar="FILE", help="A file that holds, to make examples of violations from (markdown)."
        ),
    ] = None,
) -> int:
    """Write a contract in another form: ODCS, JSON Schema, SQL, or Markdown."""
    from khrop.cli import lookup
    from khrop.description.description import NotExportable

    if sample is not None and form is not Form.markdown:
        raise WrongUse("--sample makes examples of violations, which only --to markdown has")
    try:
        text = _export(lookup.load_contract(contract), form, sample)
    except NotExportable as reason:
        raise WrongUse(f"{contract} cannot be exported to {form}: {reason}") from reason
    except ModuleNotFoundError as error:
        raise WrongUse(f"an export to {form} needs the package {error.name}") from error
    if out is None:
        typer.echo(text, nl=not text.endswith("\n"))
    else:
        write_file(out, text)
    return OK


def _export(contract: type, form: Form, sample: Path | None) -> str:
    if form is Form.odcs:
        from khrop.export.odcs import to_odcs

        return to_odcs(contract)
    if form is Form.sql:
        from khrop.export.sql import to_sql

        return to_sql(contract)
    if form is Form.json_schema:
        from khrop.export.json_schema import to_json_schema

        return json.dumps(to_json_schema(contract), ensure_ascii=False, indent=2) + "\n"
    from khrop.export.markdown import to_markdown

    return to_markdown(contract, _examples(contract, sample) if sample is not None else None)


def _examples(contract: type, sample: Path) -> Mapping[tuple[str, str], Broken]:
    """Return a violation of each rule, made from a file that holds."""
    import narwhals as nw

    from khrop.description.breakage import Sample, broken
    from khrop.files import read
    from khrop.files.table import Unreadable

    read.require_file(sample)
    try:
        frame = nw.from_native(read.read(sample, contract).frame).lazy().collect().to_pandas()
    except Unreadable as reason:
        raise WrongUse(f"the sample {sample} cannot be read: {reason.en}") from reason
    sample_frame = Sample(frame)
    if sample_frame.check(contract).status == "quarantined":
        raise WrongUse(f"the sample {sample} breaks the contract itself: see khrop check {sample}")
    return broken(contract, sample_frame)


def write_file(path: Path, text: str) -> None:
    """Replace the contents of a file, in one step; WrongUse where the path cannot be one."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise WrongUse(f"{path} is not a file")
    if not target.parent.is_dir():
        raise WrongUse(f"there is no folder {path.parent} to write {path.name} into")
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


@contracts.command()
@guarded
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=NAMED)],
    new: Annotated[str, typer.Argument(metavar="NEW", help=NAMED)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout, for machines.")] = False,
) -> int:
    """Compare two contracts: exit code 1 if a change breaks those who write or read the data, 0 otherwise."""
    from khrop.cli import lookup
    from khrop.cli.contract_text import comparison_page
    from khrop.diff.differences import compare, version_due

    before, after = (_describe(lookup.load_contract(name), name) for name in (old, new))
    changes = compare(before, after)
    try:
        required = version_due(before, after, changes)
    except ValueError as reason:
        raise WrongUse(str(reason)) from reason
    breaking = any(change.breaking for change in changes)
    if as_json:
        document = {
            "old": {"name": before.name, "version": before.options.version},
            "new": {"name": after.name, "version": after.options.version},
            "breaking": breaking,
            "version": asdict(required),
            "changes": [{**asdict(change), "breaking": change.breaking} for change in changes],
        }
        typer.echo(json_line(document))
    else:
        typer.echo(comparison_page(before, after, changes, required))
    return BROKEN if breaking else OK


def _describe(contract: type, name: str) -> Description:
    from khrop.description.description import NotExportable
    from khrop.description.from_contract import describe

    try:
        return describe(contract)
    except NotExportable as reason:
        raise WrongUse(f"{name} does not consist of data alone: {reason}") from reason
