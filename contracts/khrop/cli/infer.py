"""`khrop infer`: propose a contract from a file.

Here belong the command's options and exit codes. What is proposed belongs in `khrop.inference`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from khrop.cli.codes import BROKEN, OK
from khrop.cli.exits import guarded
from khrop.cli.file_options import Decimal, Delimiter, Encoding, File, Sheet
from khrop.model.errors import WrongUse
from khrop.model.terminal_text import printable


class Form(StrEnum):
    """The form of the proposal."""

    python = "python"
    odcs = "odcs"


@guarded
def infer(
    file: File,
    form: Annotated[Form, typer.Option("--format", help="Python code, or an Open Data Contract (YAML).")] = Form.python,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write to this file and replace its contents.")
    ] = None,
    ranges: Annotated[
        bool, typer.Option("--ranges", help="The least and greatest number, date or moment of a column are limits.")
    ] = False,
    lists: Annotated[
        bool, typer.Option("--lists", help="A column of a few texts that each repeat may have no others.")
    ] = False,
    name: Annotated[
        str | None, typer.Option("--name", metavar="CLASS", help="The contract's name; by default the file's.")
    ] = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
) -> int:
    """Propose a contract from a file, each rule with its evidence; the file satisfies it. Exit code 1 if unreadable."""
    from khrop.cli.contract import write_file
    from khrop.files import read
    from khrop.files.table import Unreadable
    from khrop.files.text_options import TextOptions
    from khrop.inference.infer import infer_file

    read.require_file(file)
    text = TextOptions.of(encoding, delimiter, decimal)
    try:
        inference = infer_file(file, name=name, ranges=ranges, lists=lists, sheet=sheet, text=text)
        document = inference.code if form is Form.python else inference.odcs
    except Unreadable as reason:
        typer.echo(f"{printable(str(file))}: unreadable\n  {printable(reason.en)}\n  {printable(reason.th)}", err=True)
        return BROKEN
    except ModuleNotFoundError as error:
        raise WrongUse(f"--format {form} needs the package {error.name}: pip install 'khrop[odcs]'") from error
    if out is None:
        typer.echo(document, nl=False)
    else:
        write_file(out, document)
    return OK
