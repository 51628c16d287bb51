"""The options of the commands that read a table of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV, XLSX or Parquet file.")]
Sheet = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="The sheet, if a workbook has several.")]
Encoding = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", help="The encoding of a CSV, as utf-8, cp874, cp1252.")
]
Delimiter = Annotated[
    str | None, typer.Option("--delimiter", metavar="CHAR", help="What separates the cells of a CSV; tab for a tab.")
]
Decimal = Annotated[
    str | None, typer.Option("--decimal", metavar="CHAR", help="The decimal mark in a CSV: a point or a comma.")
]
