"""The report of a table: the proposals cell by cell, other possible readings, and its text.

Here belong the records that `khrop.repair.suggest` returns. How they are built belongs in
`khrop.repair._report_builder`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["consistent", "repaired", "ambiguous", "unsolved"]
Operation = Literal["drop_row", "insert_row"]


@dataclass(frozen=True, slots=True)
class Repair:
    """A cell that must be wrong, and its proposed value.

    Attributes:
        row: The name of the row, or the source of a statement about the whole table (`table_total`, `prose`).
        column: The column, or the measure of the statement.
        printed: What is printed, in the digits of the table.
        proposed: What should be printed, in the digits of the table; None if it cannot be known.
        alternatives: Other values that are nearly as plausible.
        certain: Whether all plausible readings of the table agree on `proposed`.
        kind: The kind of slip, such as `misread_digit` or `transposed`.
        reason_th: The reason in Thai.
        reason_en: The reason in English.
    """

    row: str
    column: str
    printed: str
    proposed: str | None
    alternatives: tuple[str, ...]
    certain: bool
    kind: str
    reason_th: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Structural:
    """A row to drop or to insert.

    Attributes:
        op: `drop_row` for a row that is printed twice, `insert_row` for a row that is missing.
        row: The name of the row.
        certain: Whether all plausible readings of the table agree on it.
        reason_th: The reason in Thai.
        reason_en: The reason in English.
    """

    op: Operation
    row: str
    certain: bool
    reason_th: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong in a table, and the proposals. Nothing is changed.

    Attributes:
        status: `consistent`: every rule holds. `repaired`: there is one plausible repair. `ambiguous`: other repairs
            are as plausible, of the whole table or a part. `unsolved`: too much is damaged.
        repairs: The cells that must be wrong.
        structural: The rows to drop or to insert.
        broken: The equations that fail, each in Thai and in English.
        notes: Other possible readings, and why no more is certain, each in Thai and in English.

    Example:
        >>> from khrop.repair import Shape, suggest
        >>> stock = [
        ...     {"item": "rice", "received": 50, "sold": 38, "left": 12},
        ...     {"item": "salt", "received": 20, "sold": 51, "left": 5},
        ... ]
        >>> totals = {"table_total": {"received": 70, "sold": 53, "left": 17}}
        >>> report = suggest(stock, claims=totals, shape=Shape(("sold", "left"), "received", key="item"))
        >>> report.unique
        True
        >>> print(report.explain())
        Some figures are wrong, and there is one plausible repair.
        - salt: 51 + 5 is not 20
        Proposed:
        - salt, sold: says 51, should be 15 (two digits transposed): 15 + 5 = 20
        >>> report.as_dict()["repairs"][0]["kind"]
        'transposed'
    """

    status: Status
    repairs: tuple[Repair, ...] = ()
    structural: tuple[Structural, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def unique(self) -> bool:
        """Whether there is one plausible repair of the whole table; False if there is nothing to repair."""
        return self.status == "repaired"

    def explain(self, language: Literal["th", "en"] = "en") -> str:
        """Return the report as text: the equations that fail, the proposals with their reasons, and the notes.

        Args:
            language: The language of the text.

        Returns:
            Several lines, without a line break at the end.
        """
        which = 0 if language == "th" else 1
        # Where the notes alone say why there is no repair, the figures need not be what is damaged.
        refused = self.status == "unsolved" and not self.broken and bool(self.notes)
        lines = [(_REFUSED if refused else _STATUSES[self.status])[which]]
        lines += [f"- {equation[which]}" for equation in self.broken]
        proposals: list[Structural | Repair] = [*self.structural, *self.repairs]
        if proposals:
            lines.append(_PROPOSED[which])
        lines += [f"- {p.reason_th if language == 'th' else p.reason_en}" for p in proposals]
        lines += [note[which] for note in self.notes]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""
        return {
            "status": self.status,
            "unique": self.unique,
            "repairs": [asdict(repair) for repair in self.repairs],
            "structural": [asdict(structural) for structural in self.structural],
            "broken": [{"th": th, "en": en} for th, en in self.broken],
            "notes": [{"th": th, "en": en} for th, en in self.notes],
        }


_STATUSES = {
    "consistent": ("ตัวเลขทุกช่องสอดคล้องกัน ไม่มีข้อเสนอให้แก้", "All figures are consistent: nothing to repair."),
    "repaired": (
        "ตัวเลขบางช่องผิด และมีวิธีแก้ที่เป็นไปได้เพียงวิธีเดียว",
        "Some figures are wrong, and there is one plausible repair.",
    ),
    "ambiguous": (
        "ตัวเลขไม่สอดคล้องกัน แต่มีคำอธิบายได้มากกว่าหนึ่งแบบ",
        "Figures disagree, and more than one repair is plausible.",
    ),
    "unsolved": (
        "ตัวเลขเสียหายมากเกินกว่าจะบอกได้ว่าค่าที่ถูกคืออะไร",
        "Too many figures are damaged to know what they should be.",
    ),
}
_REFUSED = ("เสนอวิธีแก้ไขไม่ได้", "No repair can be proposed.")
_PROPOSED = ("ข้อเสนอ:", "Proposed:")
