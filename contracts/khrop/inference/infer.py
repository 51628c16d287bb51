"""Infer a contract from a frame or a file: from a bounded sample, checked on all rows."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from typing import Any

from khrop import vocabulary
from khrop.engine.check import check
from khrop.engine.frames import count_rows, engine_of
from khrop.engine.naming import drop_doubled_names
from khrop.files import read
from khrop.files.readable import check_table
from khrop.files.table import with_places
from khrop.files.text_options import AUTOMATIC, TextOptions
from khrop.inference.draft import Draft, Wishes, draft_of
from khrop.inference.file_sample import columns_of_cells, heading_score
from khrop.inference.frame_sample import columns_of_frame
from khrop.inference.inferred import Inference
from khrop.inference.verification import LIMIT, verified
from khrop.model.errors import WrongUse
from khrop.model.verdict import Verdict

SAMPLE = 100_000
"""The rows in which rules are looked for."""
NAME = "Inferred"


def infer(
    frame: Any, *, name: str = NAME, ranges: bool = False, lists: bool = False, sample: int = SAMPLE, source: str = ""
) -> Inference:
    """Propose a contract from a frame, with the evidence of each rule.

    Rules are looked for in the first `sample` rows; the contract is then checked on all rows, and what fails is left
    out: `khrop.check(inference.contract, frame)` is `accepted`. Nothing stricter than the data show is proposed: of
    numbers their sign alone, of texts the shape of codes, unless `ranges` or `lists` ask for more.

    Args:
        frame: A frame of any engine that `check` takes.
        name: The name of the contract's class.
        ranges: Whether the least and greatest value of each column of numbers, dates and moments are limits.
        lists: Whether columns of at most 12 texts, each of which stands twice or more, may have no others.
        sample: The most rows to look for rules in.
        source: What the data are called in comments.

    Returns:
        The contract as `code`, `contract` and `odcs`, with its `evidence`.

    Raises:
        TypeError: The object is not a frame of a known engine.
        ValueError: The frame has no row or no column, or `name` is no name of a class.

    Example:
        >>> import pandas as pd
        >>> import khrop
        >>> sold, left = [3, 1, 4, 1, 5, 9, 2, 6], [5, 8, 9, 7, 9, 3, 2, 3]
        >>> frame = pd.DataFrame({"received": [s + l for s, l in zip(sold, left)], "sold": sold, "left": left})
        >>> inference = khrop.infer(frame)
        >>> inference.evidence[-1].text
        'holds in 8 of 8 rows: sold + left = received.'
        >>> khrop.check(inference.contract, frame).status
        'accepted'
    """
    frame, doubled = drop_doubled_names(frame)
    engine_of(frame)
    _require_name(name)
    columns, notes = columns_of_frame(frame, sample, doubled)
    if not columns or not columns[0].values:
        raise ValueError("a frame without rows, or without columns of a known type, shows nothing")
    draft = draft_of(name, columns, Wishes(ranges, lists), notes)
    verified_draft = verified(draft, lambda contract: check(contract, frame, limit=LIMIT))
    return Inference(verified_draft, count_rows(frame).count(), source)


def infer_file(
    path: Path,
    *,
    name: str | None = None,
    ranges: bool = False,
    lists: bool = False,
    sample: int = SAMPLE,
    sheet: str | None = None,
    text: TextOptions = AUTOMATIC,
) -> Inference:
    """Propose a contract from a CSV, XLSX or Parquet file: see `infer`.

    `khrop check FILE` with the contract is `accepted`: the file is read again with it, as that command does.

    Args:
        path: The file.
        name: The name of the contract's class; None for one of the file's name.
        ranges: See `infer`.
        lists: See `infer`.
        sample: See `infer`.
        sheet: The sheet of a workbook; None for the first with data.
        text: How a text file is written.

    Returns:
        The contract.

    Raises:
        Unreadable: The file has no table that can be read.
        WrongUse: The path is not a file, there is no such sheet, or the encoding of a text cannot be known.
    """
    name = name or class_name(path.stem)
    _require_name(name)
    with read.unchanged(path):
        cells = read.read_cells(path, heading_score, sheet, text)
        if cells is None:
            if option := text.first_given():
                raise WrongUse(f"{option} is for CSV; {path} is none")
            frame = read.open_parquet(path).frame
            return infer(frame, name=name, ranges=ranges, lists=lists, sample=sample, source=path.name)
        if (option := text.first_given()) and not cells.encoding:
            raise WrongUse(f"{option} is for CSV; {path} is none")
        columns, notes = columns_of_cells(cells, sample)
        rows = 0

        def checked(contract: type) -> Verdict:
            nonlocal rows
            placed = with_places(contract)
            table = read.read(path, placed, cells.sheet or None, text)
            rows = table.rows
            return check_table(placed, table, limit=LIMIT)

        draft: Draft = verified(draft_of(name, columns, Wishes(ranges, lists), notes), checked)
    return Inference(draft, rows, path.name)


def class_name(stem: str) -> str:
    """Return the name of a class of a file's name: `waste-plans` is `WastePlans`; `Inferred` of no letters."""
    words = re.findall(r"[A-Za-z0-9]+", stem)
    name = "".join(word[:1].upper() + word[1:] for word in words)
    return name if _can_name(name) else NAME


def _can_name(name: str) -> bool:
    """Return whether a class can have a name: none that its own code imports."""
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name) and not hasattr(vocabulary, name)


def _require_name(name: str) -> None:
    if not _can_name(name):
        raise WrongUse(f"{name!r} is no name of a class: ASCII letters, digits and _, a letter first")
