"""What a person decided of a return: to correct it, to accept it as it stands, to withdraw it.

Here belong the decision itself, how it is kept in the archive's ledger, and what it does to a return that is judged.
What could be wrong in a return is proposed in `pipelines.decisions.proposals`; a decision's rows in the warehouse are
written by `pipelines.intake.take_in`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from khrop.model.verdict import Violation
from khrop.thai import provinces
from khrop.thai.digits import NotANumber, parse_count, parse_percent
from pipelines.intake.typed_rows import COUNTS, HUNDREDTH, Typed
from pipelines.readers.document import Claim, TableRow

Kind = Literal["correct", "accept", "withdraw"]
GUARD, MENDED = "decision-holds", "correction-mended"
"""The rules of decisions: what was corrected still stands in the document; the publisher has not sent it anew."""
SOURCES = ("table_total", "prose")
LOADED = ("province_code", "total", "saved", "pending", "saved_percent")


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell: what is printed there, and what it should say (in ASCII digits). `row` is the province's Thai name, or
    the source of what is said of the whole (`table_total`, `prose`); `slip` the kind of slip."""

    row: str
    column: str
    printed: str
    corrected: str
    slip: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, by whom and why. `dropped` are provinces whose second row is none, `inserted` those that have
    no row in the document and get one."""

    kind: Kind
    by: str
    reason: str
    cells: tuple[Correction, ...] = ()
    dropped: tuple[str, ...] = ()
    inserted: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Decision:
        """From what the ledger keeps; TypeError or KeyError where it is none."""
        lists = {name: tuple(plain.get(name, ())) for name in ("dropped", "inserted")}
        cells = tuple(Correction(**cell) for cell in plain.get("cells", ()))
        return cls(plain["kind"], plain["by"], plain["reason"], cells, **lists)


def corrected(said: Typed, rows: Sequence[TableRow], decision: Decision) -> tuple[Typed, list[Violation]]:
    """What a document says once it is corrected, and where it no longer says what was corrected."""
    typed = [dict(row) for row in said.rows]
    broken: list[Violation] = []
    for name in decision.dropped:
        places = [at for at, row in enumerate(typed) if row.get("province_th") == name]
        if len(places) < 2:
            broken.append(_gone(name, "", f"{len(places)} × {name}", f"2 × {name}", ""))
        else:
            del typed[places[-1]]
    for name in decision.inserted:
        if any(row.get("province_th") == name for row in typed):
            broken.append(_gone(name, "", name, f"0 × {name}", ""))
        else:
            typed.append(_new_row(name, typed))
    claims = list(said.claims)
    for cell in decision.cells:
        if cell.row in SOURCES:
            broken += _correct_claim(claims, cell)
        else:
            broken += _correct_row(typed, rows, cell, cell.row in decision.inserted)
    return replace(said, rows=typed, claims=claims), broken


def _correct_row(
    typed: Sequence[dict[str, Any]], rows: Sequence[TableRow], cell: Correction, inserted: bool
) -> Iterator[Violation]:
    row = next((row for row in typed if row.get("province_th") == cell.row), None)
    if row is None:
        yield _gone(cell.row, cell.column, "", cell.printed, cell.place)
        return
    if not inserted:
        raw = next((one for one in rows if one.place == row["place"]), None)
        printed = raw.cells[cell.column].printed.strip() if raw and cell.column in raw.cells else ""
        if printed != cell.printed.strip():
            yield _gone(cell.row, cell.column, printed, cell.printed, cell.place)
            return
    row[cell.column] = value_of(cell.column, cell.corrected)
    row.pop(f"{cell.column}_printed", None)


def _correct_claim(claims: list[Claim], cell: Correction) -> Iterator[Violation]:
    at = next((i for i, c in enumerate(claims) if (c.source, c.measure) == (cell.row, cell.column)), None)
    if at is None or claims[at].printed.strip() != cell.printed.strip():
        yield _gone(cell.row, cell.column, "" if at is None else claims[at].printed, cell.printed, cell.place)
        return
    claims[at] = claims[at]._replace(value=value_of(cell.column, cell.corrected))


def value_of(column: str, text: str) -> Any:
    """A figure as typed rows and claims hold it; ValueError where it is none."""
    try:
        if column.endswith("percent"):
            return parse_percent(text).quantize(HUNDREDTH)
        return parse_count(text)
    except NotANumber as error:
        raise ValueError(f"{text!r} is no {'percent' if column.endswith('percent') else 'count'}") from error


def _new_row(name: str, typed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A row that the document lacks, with the number that is free."""
    province = provinces.match(name)
    numbers = {row.get("ordinal") for row in typed}
    free = [n for n in range(1, len(typed) + 2) if n not in numbers]
    figures: dict[str, Any] = dict.fromkeys((*COUNTS, "saved_percent"))
    code = province.code if province else None
    return {**figures, "ordinal": free[0], "province_code": code, "province_th": name, "place": "decision!R0"}


def _gone(row: str, column: str, observed: str, expected: str, place: str) -> Violation:
    """The guard of a correction: the document no longer says what was corrected."""
    what = f"{row} {column}".strip()
    return Violation(
        GUARD, "error", row, column, observed, expected, place,
        f"{what}: การแก้ไขอ้างถึง “{expected}” แต่ในเอกสารเป็น “{observed}” กรุณาตรวจและตัดสินใหม่",
        f"{what}: the correction was made of “{expected}”, the document says “{observed}”: look again, and decide anew",
    )  # fmt: skip


def not_loadable(said: Typed) -> list[Violation]:
    """Why rows cannot be accepted as they stand: the tables have no place for what is not known."""
    broken = []
    for known, what in ((said.campaign, "campaign"), (said.as_of, "as_of")):
        if known is None:
            broken.append(_missing("document", what, ""))
    seen: set[str] = set()
    for row in said.rows:
        key = str(row.get("province_code") or row.get("province_th") or "")
        broken += [_missing(key, name, row["place"]) for name in LOADED if row.get(name) is None]
        if key in seen:
            broken.append(_missing(key, "province_code", row["place"], doubled=True))
        seen.add(key)
    return broken


def _missing(key: str, column: str, place: str, *, doubled: bool = False) -> Violation:
    th = f"{key}: มีซ้ำ จึงรับทั้งที่เป็นอยู่ไม่ได้" if doubled else f"{key}: ไม่มีค่า {column} จึงรับทั้งที่เป็นอยู่ไม่ได้"
    what = "stands twice" if doubled else f"has no {column}"
    en = f"{key} {what}: the return cannot be accepted as it is; repair it, or take it in again with what it lacks"
    return Violation(GUARD, "error", key, column, "", "", place, th, en)


def verdict_of(decision: Decision | None, status: str) -> str:
    """The verdict once a decision is heard."""
    return "withdrawn" if decision is not None and decision.kind == "withdraw" else status


def heard(decision: Decision | None, said: Typed, violations: Sequence[Violation]) -> tuple[Violation, ...]:
    """The violations once a decision is heard: what was accepted as it stands is an error no more, if it can be
    loaded."""
    if decision is None or decision.kind != "accept" or not any(v.severity == "error" for v in violations):
        return tuple(violations)
    if broken := not_loadable(said):
        return (*violations, *broken)
    return tuple(replace(v, severity="warning") for v in violations)
