"""`khrop show`: a return's verdict, what is wrong with it and where, and the trail of a figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.exits import OK, JsonOption, WrongUse, exit_code_of, guarded
from pipelines.commands.status import fetch_dicts, open_warehouse, resolve, violations_of
from pipelines.commands.text import echo, json_line

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.intake.trail import Trail

LEAST_COUNTS = 3
"""Two parts and their sum."""


@guarded
def show(
    name: Annotated[str, typer.Argument(metavar="RETURN", help="The return, by name, its beginning, or its hash.")],
    as_json: JsonOption = False,
    cell: Annotated[
        str | None,
        typer.Option("--cell", metavar="ROW:COLUMN", help="The trail of this figure alone, down to the page."),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="FILE", help="With --cell: write the picture of an uncertain cell (PNG)."),
    ] = None,
) -> int:
    """Show a return's verdict and violations: where, what was printed there, what was expected."""
    if cell is not None:
        return _trail(name, cell, picture, as_json)
    if picture is not None:
        raise WrongUse("--picture goes with --cell, which names the cell")
    from pipelines.commands import containers, evidence
    from pipelines.commands.text import plural, printable, short_path
    from pipelines.intake import kept_pages
    from pipelines.intake.doubts import waiting_cells
    from pipelines.readers.document import where

    with open_warehouse() as (home, connection):
        full = resolve(connection, name)
        judgements = fetch_dicts(
            connection,
            "SELECT s.*, f.name AS file, f.source FROM core.snapshot AS s INNER JOIN raw.file AS f USING (sha256)"
            " WHERE snapshot_id = ? ORDER BY judgement",
            [full],
        )
        violations = violations_of(connection, full)
        decisions = _decisions(connection, full)
        container = containers.enclosed(connection, judgements[-1]["sha256"])
        notes = _file_notes(connection, full)
        why = evidence.of(connection, full, judgements[-1]["sha256"])
        last = judgements[-1]
        set_aside = last["verdict"] == "quarantined" and last["rows_read"]
        repairable = set_aside and _has_figures(connection, full)
        uncertain = waiting_cells(connection, [full]).get(full, [])
    pictures = [str(path) for path in kept_pages.of(home, full)]
    if as_json:
        details: dict[str, Any] = {"judgements": judgements, "decisions": decisions, "violations": violations}
        details["uncertain"] = [cell.as_dict() for cell in uncertain]
        echo(
            json_line(
                {**last, **details, "said_by_the_file": notes, "evidence": why, "pictures": pictures, **container}
            )
        )
        return exit_code_of([last["verdict"]])
    lines = [
        f"{full}: {last['verdict']}",
        f"  file      {printable(last['file'])} (from {printable(last['source'])}), sha256 {last['sha256']}",
        *containers.lines(container),
        f"  campaign  {last['campaign_id'] or 'unknown'}, as of {last['as_of'] or 'unknown'},"
        f" revision {last['revision']}",
        f"  rows      {last['rows_read']} read, {last['rows_loaded']} loaded, {last['rows_set_aside']} set aside",
    ]
    lines += evidence.lines(why)
    if last["same_as"]:
        lines.append(f"  every figure is that of {last['same_as']}")
    for note in notes:
        measure = note["measure"].replace("_", " ")
        lines.append(f"  noted     {measure}: {printable(note['printed'])} ({where(note['place'])})")
    if pictures:
        use = "compare" if last["rows_read"] else "read"
        folder = short_path(kept_pages.of(home, full)[0].parent)
        lines.append(f"  pages     {folder} holds {plural(len(pictures), 'picture')} to {use}")
    for earlier in judgements[:-1]:
        since = f"judged from {earlier['known_from']:%Y-%m-%d %H:%M}Z, contract {earlier['contract_version']}"
        lines.append(f"  before    {earlier['verdict']}, {since}")
    for decision in decisions:
        lines += _decision_lines(decision)
    lines.append(f"  {plural(len(violations), 'violation')}")
    if repairable:
        lines.append(f"  khrop repair {full} proposes what the figures should be")
    if uncertain:
        cells = plural(len(uncertain), "cell")
        lines.append(f"  khrop repair {full} --html FILE writes a page to confirm {cells} on, with the pictures")
    for v in violations:
        place = f"{printable(last['file'])}, {where(v['place'], v['column_name'])}"
        lines += ["", f"{v['severity']} {v['rule_id']} · {place}"]
        lines.append(f"  stood     {printable(v['observed']) or '(nothing)'}")
        lines += [f"  expected  {printable(v['expected'])}"] if v["expected"] else []
        lines += [f"  {printable(v['message_en'])}", f"  {printable(v['message_th'])}"]
    echo("\n".join(lines))
    return exit_code_of([last["verdict"]])


def _has_figures(connection: DuckDBPyConnection, name: str) -> bool:
    """Return whether rows of a return have counts that can add up, which alone can be repaired."""
    # By the tables: to load datasets takes a second.
    counted = connection.execute(
        "SELECT count(*) FROM duckdb_columns() AS c INNER JOIN core.dataset AS d"
        " ON d.table_name = concat_ws('.', c.schema_name, c.table_name) INNER JOIN core.snapshot AS s USING (dataset)"
        " WHERE s.snapshot_id = ? AND c.data_type = 'INTEGER'"
        " AND c.column_name NOT IN ('revision', 'judgement', 'ordinal')",
        [name],
    ).fetchone()
    return counted is not None and counted[0] >= LEAST_COUNTS


def _file_notes(connection: DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    """Return what the reader noted about the file itself: hidden rows, macros, a QR code."""
    return fetch_dicts(
        connection,
        "SELECT measure, value, printed, place FROM core.claim INNER JOIN core.snapshot_judged AS s"
        " USING (snapshot_id, judgement) WHERE snapshot_id = ? AND source = 'file' ORDER BY ALL",
        [name],
    )


def _trail(name: str, cell: str, picture: Path | None, as_json: bool) -> int:
    """Print the trail of a figure, step by step."""
    from pipelines.archive.store import Archive
    from pipelines.commands.text import short_path
    from pipelines.datasets.registry import datasets
    from pipelines.intake import kept_pages
    from pipelines.intake.trail import NoSuchCell, trail

    row, _, column = cell.rpartition(":")
    if not row or not column:
        raise WrongUse(f"--cell is {cell!r}, expected ROW:COLUMN")
    with open_warehouse() as (home, connection):
        full = resolve(connection, name)
        try:
            steps = trail(connection, full, row, column, datasets(home.root))
        except NoSuchCell as missing:
            raise WrongUse(str(missing)) from None
    steps.archive = short_path(Archive.of(home).place.where(steps.sha256))
    if page := kept_pages.at(home, full, steps.place):
        steps.page = short_path(page)
    if picture is not None:
        _write_picture(picture, cell, steps)
    echo(json_line(steps.as_dict()) if as_json else "\n".join(steps.lines()))
    return OK


def _write_picture(file: Path, cell: str, steps: Trail) -> None:
    from pipelines.commands.text import short_path

    if not steps.picture:
        raise WrongUse(f"{cell}: there is no picture of this cell: only cells of a scan that are not certain have one")
    try:
        file.write_bytes(steps.picture)
    except OSError as error:
        raise WrongUse(f"{file} cannot be written: {error.strerror}") from None
    steps.pictured = short_path(file)


def _decisions(connection: DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    """Return the decisions about a return, in order, each with its corrections."""
    decisions = fetch_dicts(
        connection, "SELECT * FROM core.decision WHERE snapshot_id = ? ORDER BY ledger_line", [name]
    )
    for decision in decisions:
        decision["corrections"] = fetch_dicts(
            connection,
            "SELECT row_name, column_name, printed, corrected, slip, place FROM core.correction WHERE ledger_line = ?"
            " ORDER BY ALL",
            [decision["ledger_line"]],
        )
    return decisions


def _decision_lines(decision: dict[str, Any]) -> list[str]:
    from pipelines.commands.text import printable

    when, who, why = decision["decided_at"], printable(decision["decided_by"]), printable(decision["reason"])
    lines = [f"  decided   {decision['kind']}, {when:%Y-%m-%d %H:%M}Z, by {who}: {why}"]
    for c in decision["corrections"]:
        if not c["column_name"]:
            what = "its second row is dropped" if c["slip"] == "row_doubled" else "a row is inserted"
            lines.append(f"            {c['row_name']}: {what}")
        else:
            printed, place = printable(c["printed"]) or "–", f" ({c['place']})" if c["place"] else ""
            lines.append(f"            {c['row_name']} {c['column_name']}: {printed} → {c['corrected']}{place}")
    return lines
