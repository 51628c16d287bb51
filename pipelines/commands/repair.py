"""`khrop repair`, `khrop accept`, `khrop withdraw`: proposed repairs of a return, and what a person decides."""

from __future__ import annotations

from dataclasses import replace
from os.path import isfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.exits import (
    NOT_ACCEPTED,
    OK,
    JsonOption,
    LogFormat,
    LogOption,
    WrongUse,
    guarded,
    set_up_log,
)
from pipelines.commands.runs import complete
from pipelines.commands.signing import KnownReturn, decide, known_return, refuse_container, signed
from pipelines.commands.text import echo, json_line
from pipelines.decisions.signatures import VARIABLE as SIGNING_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from khrop.repair import Report
    from pipelines.home import Home
    from pipelines.returns import Correction, DecisionKind, Judgement

ByOption = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides.")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")]
KeyOption = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", envvar=SIGNING_KEY, help="The SSH key that signs the decision."),
]
ReturnArgument = Annotated[str, typer.Argument(metavar="RETURN", help="The return, by name, its beginning, or hash.")]


@guarded
def repair(
    target: Annotated[str, typer.Argument(metavar="FILE|RETURN", help="A file, or a return that was taken in.")],
    as_json: JsonOption = False,
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="FILE", help="For a file: the return before it.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Make the repair of a return a correction of it.")] = False,
    cell: Annotated[
        list[str] | None,
        typer.Option("--cell", metavar="PROVINCE:COLUMN[=VALUE]", help="With --accept: this cell alone; repeatable."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="For a scan: write a page to confirm uncertain cells on."),
    ] = None,
    by: ByOption = None,
    reason: ReasonOption = None,
    key: KeyOption = None,
    log_format: LogOption = LogFormat.text,
) -> int:
    """Propose which figures of a return are wrong and what they should be; with --accept, correct them."""
    set_up_log(log_format)
    if html and accept:
        raise WrongUse("--html writes a page to look at, --accept decides: one after the other")
    if not accept and (cell or by or reason):
        raise WrongUse("--cell, --by and --reason go with --accept")
    from pipelines.decisions.proposals import propose
    from pipelines.decisions.uncertain import uncertain_cells
    from pipelines.home import Home

    home, file, counted = Home.current(), Path(target), None
    if isfile(file):  # not Path.is_file(), which raises where a name is too long
        if accept:
            raise WrongUse(f"{file} is a file: take it in with khrop ingest, then accept the repair of the return")
        judgement = _judged(file)
        before: Sequence[Mapping[str, Any]] = _rows_of(previous) if previous else []
    else:
        if previous:
            raise WrongUse("--previous goes with a file; a return is compared with the one before it in the warehouse")
        if accept:
            complete(home)
        of_return = known_return(home, target)
        judgement, before, counted = of_return.judgement, of_return.before, of_return.counted
    refuse_container(target, judgement)
    if not judgement.rows:
        raise WrongUse(f"{target}: no table can be read from it: {judgement.violations[0].message_en}")
    if html:
        return _write_page(html, target, judgement)
    report = propose(judgement, before, counted)
    if accept:
        return _accept_repair(home, of_return, report, cell or [], signed(by, reason), key, as_json)
    if as_json:
        entry = {"target": target, "return": judgement.return_.snapshot_id, "verdict": judgement.verdict}
        unsure = [cell.as_dict() for cell in uncertain_cells(judgement)]
        echo(json_line({**entry, **report.as_dict(), **({"uncertain": unsure} if unsure else {})}))
    else:
        echo("\n".join(_lines(target, judgement, report)))
    return OK if report.status == "consistent" and judgement.accepted else NOT_ACCEPTED


def _write_page(file: Path, target: str, judgement: Judgement) -> int:
    """Write the page of uncertain cells."""
    from pipelines.commands.text import plural, short_path
    from pipelines.decisions.confirm_page import page_of
    from pipelines.decisions.uncertain import uncertain_cells

    count = len(uncertain_cells(judgement))
    if not count:
        raise WrongUse(f"{target}: no cell of it is to be confirmed; khrop show says what sets it aside")
    try:
        file.write_text(page_of(judgement), encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{file} cannot be written: {error.strerror}") from None
    echo(f"{plural(count, 'cell')} to confirm: open {short_path(file)} in a browser")
    return NOT_ACCEPTED


def _decision_command(kind: DecisionKind, help_text: str) -> Callable[..., None]:
    """Return the command of a decision that changes no cell."""

    def command(
        name: ReturnArgument,
        by: ByOption = None,
        reason: ReasonOption = None,
        key: KeyOption = None,
        as_json: JsonOption = False,
        log_format: LogOption = LogFormat.text,
    ) -> int:
        set_up_log(log_format)
        signature = signed(by, reason)
        from pipelines.home import Home
        from pipelines.returns import Decision

        home = Home.current()
        complete(home)
        return decide(home, known_return(home, name), Decision(kind, *signature), key, as_json)

    command.__doc__ = help_text
    return guarded(command)


accept = _decision_command(
    "accept", "Accept a return as it is, whatever its violations; or judge it again after it was withdrawn."
)
withdraw = _decision_command(
    "withdraw", "Withdraw a return: its rows are set aside, and its violations no longer count."
)


def _judged(file: Path) -> Judgement:
    from pipelines import campaigns
    from pipelines.commands.read import judge_file
    from pipelines.home import Home
    from pipelines.returns import Hints

    judgement = judge_file(file, Hints(), campaigns.load(Home.current().root))
    refuse_container(str(file), judgement)
    return judgement


def _rows_of(file: Path) -> list[dict[str, Any]]:
    """Return the rows of a previous return, to compare with."""
    from pipelines.commands.read import require_path

    require_path(file)
    judgement = _judged(file)
    if not judgement.accepted:
        raise WrongUse(f"the previous return {file} is not accepted itself: {judgement.violations[0].message_en}")
    from pipelines.decisions.proposals import figures_of

    dataset = judgement.dataset
    if dataset is None or dataset.shape is None:
        return []
    counts = figures_of(dataset)[: len(dataset.shape().counts)]
    return [{dataset.shape().key: row[dataset.label], **{n: row[n] for n in counts}} for row in judgement.rows]


def _accept_repair(
    home: Home,
    of_return: KnownReturn,
    report: Report,
    cells: list[str],
    signature: tuple[str, str],
    key: Path | None,
    as_json: bool,
) -> int:
    """Turn a report, or some of its cells, into a correction."""
    from pipelines.decisions.proposals import corrections
    from pipelines.returns import Decision

    proposed = corrections(of_return.judgement, report)
    if not cells and report.status != "repaired":
        raise WrongUse(_not_unique(of_return, report))
    columns = _figures(of_return.judgement) if cells else ()
    chosen = [_chosen(of_return, text, proposed, columns) for text in cells] if cells else proposed
    named = {c.row for c in chosen}
    rows = {op: tuple(s.row for s in report.structural if s.op == op) for op in ("drop_row", "insert_row")}
    inserted = tuple(row for row in rows["insert_row"] if not cells or row in named)
    dropped = rows["drop_row"] if not cells else ()
    decision = Decision("correct", *signature, cells=tuple(chosen), dropped=dropped, inserted=inserted)
    return decide(home, of_return, decision, key, as_json)


def _not_unique(of_return: KnownReturn, report: Report) -> str:
    name = of_return.event.snapshot_id
    if report.status == "consistent":
        return f"{name}: every figure follows from the others: there is nothing to repair"
    return (
        f"{name}: the repair is {report.status}, not the only plausible repair: look at khrop repair {name}, and name"
        " the cells that you vouch for with --cell PROVINCE:COLUMN or --cell PROVINCE:COLUMN=VALUE"
    )


def _figures(judgement: Judgement) -> tuple[str, ...]:
    """Return the columns that a correction may name: those of repairs, and those of cells to be confirmed."""
    from pipelines.decisions.proposals import figures_of
    from pipelines.decisions.uncertain import uncertain_cells

    assert judgement.dataset is not None
    unsure = (cell.column for cell in uncertain_cells(judgement))
    return tuple(dict.fromkeys([*figures_of(judgement.dataset), *unsure]))


def _chosen(of_return: KnownReturn, text: str, proposed: Sequence[Correction], figures: Sequence[str]) -> Correction:
    """Return `กระบี่:saved` or `กระบี่:saved=12` as a correction: with the proposed value, or the given value."""
    from pipelines.decisions.model import SOURCES, value_of
    from pipelines.decisions.proposals import cell_of, row_named
    from pipelines.returns import Correction

    dataset = of_return.judgement.dataset
    assert dataset is not None
    percents = {f"{name}_percent" for name in figures}

    where, _, value = text.partition("=")
    row, _, column = where.rpartition(":")
    if not row or (column not in figures and column not in percents):
        raise WrongUse(f"--cell {text!r}: expected ROW:COLUMN, the column one of {', '.join(figures)}")
    try:
        row = row if row in SOURCES else row_named(of_return.judgement, row)
        if value:
            value_of(dataset, column, value)
    except ValueError as reason:
        raise WrongUse(f"--cell {text!r}: {reason}") from None
    proposal = next((c for c in proposed if (c.row, c.column) == (row, column)), None)
    if not value:
        if proposal is None:
            raise WrongUse(f"--cell {text!r}: nothing is proposed for it; name a value: {where}=VALUE")
        return proposal
    if proposal is not None:
        return replace(proposal, corrected=str(value_of(dataset, column, value)))
    printed, place = cell_of(of_return.judgement, row, column)
    return Correction(row, column, printed, str(value_of(dataset, column, value)), "named", place)


def _lines(target: str, judgement: Judgement, report: Report) -> list[str]:
    from pipelines.commands.text import plural, printable, table
    from pipelines.decisions.proposals import marked_up
    from pipelines.decisions.uncertain import uncertain_cells
    from pipelines.readers.candidate import in_words

    marked = marked_up(judgement, report)
    lines = [f"{printable(target)}: {judgement.verdict}, {plural(len(judgement.rows), 'row')}; repair: {report.status}"]
    if len(marked) > 1:
        lines += ["", *table([tuple(map(printable, line)) for line in marked], indent="  ")]
        lines += ["", "  ! every plausible reading says so   ? another reading comes close"]
    lines += ["", *_printable_lines(report.explain("en")), "", *_printable_lines(report.explain("th"))]
    errors = [v for v in judgement.violations if v.severity == "error"]
    if report.status == "consistent" and errors:
        lines += ["", "What sets it aside is no figure:", *(f"- {printable(v.message_en)}" for v in errors[:5])]
    if unsure := uncertain_cells(judgement):
        cells = [(c.row, c.column, c.printed, in_words(c.candidates)) for c in unsure]
        lines += ["", f"{plural(len(unsure), 'cell')} to be confirmed against the picture:"]
        lines += table([tuple(map(printable, line)) for line in cells], indent="  ")
        lines += [f"khrop repair {printable(target)} --html FILE writes a page with their pictures"]
    if report.unique and not isfile(target):
        lines += ["", f"khrop repair {target} --accept --by NAME --reason TEXT makes it a correction"]
    return lines


def _printable_lines(text: str) -> list[str]:
    from pipelines.commands.text import printable

    return [printable(line) for line in text.splitlines()]
