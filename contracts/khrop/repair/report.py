"""What a repair comes to: the proposals, cell by cell, what else was possible, and words for it.

Here belong the records that `khrop.repair.suggest` returns. How they come about belongs in `khrop.repair.findings`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["consistent", "repaired", "ambiguous", "unsolved"]
Operation = Literal["drop_row", "insert_row"]


@dataclass(frozen=True, slots=True)
class Repair:
    """A cell that must be wrong. `row` is its row's name, or the source of a statement about the whole (`table_total`,
    `prose`), `column` the column or measure; `printed` and `proposed` are in the digits of the table, `proposed` None
    where the cell cannot be known; `alternatives` are other values that come close. `certain`: every reading that
    comes close agrees. `kind` is the kind of slip."""

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
    """A row to drop (printed twice) or to insert (absent)."""

    op: Operation
    row: str
    certain: bool
    reason_th: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found out of a table. Nothing is changed: each repair is a proposal.

    `status`: `consistent` (every rule holds), `repaired` (a repair, and the only plausible one), `ambiguous` (others
    are as plausible, for all of it or a part), `unsolved` (too much is damaged to tell). `broken` names the equations
    that fail, `notes` what else was considered and why no more is claimed, each in Thai and in English.
    """

    status: Status
    repairs: tuple[Repair, ...] = ()
    structural: tuple[Structural, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def unique(self) -> bool:
        """Whether the whole repair is the only plausible one; False where there is nothing to repair."""
        return self.status == "repaired"

    def explain(self, language: Literal["th", "en"] = "en") -> str:
        """In words: which equations fail, what each cell should say and why, and what else was considered."""
        which = 0 if language == "th" else 1
        lines = [_VERDICTS[self.status][which]]
        lines += [f"- {words[which]}" for words in self.broken]
        proposals: list[Structural | Repair] = [*self.structural, *self.repairs]
        if proposals:
            lines.append(_PROPOSED[which])
        lines += [f"- {p.reason_th if language == 'th' else p.reason_en}" for p in proposals]
        lines += [words[which] for words in self.notes]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "status": self.status,
            "unique": self.unique,
            "repairs": [asdict(repair) for repair in self.repairs],
            "structural": [asdict(structural) for structural in self.structural],
            "broken": [{"th": th, "en": en} for th, en in self.broken],
            "notes": [{"th": th, "en": en} for th, en in self.notes],
        }


_VERDICTS = {
    "consistent": ("ตัวเลขทุกช่องสอดคล้องกัน ไม่มีข้อเสนอให้แก้", "Every figure follows from the others: nothing to repair."),
    "repaired": (
        "ตัวเลขบางช่องผิด และมีวิธีแก้ที่เป็นไปได้เพียงวิธีเดียว",
        "Some figures are wrong, and there is one plausible repair.",
    ),
    "ambiguous": (
        "ตัวเลขไม่สอดคล้องกัน แต่มีคำอธิบายได้มากกว่าหนึ่งแบบ",
        "Figures disagree, and more than one explanation is plausible.",
    ),
    "unsolved": ("ตัวเลขเสียหายมากเกินกว่าจะบอกได้ว่าค่าที่ถูกคืออะไร", "Too much is damaged to tell what the figures should be."),
}
_PROPOSED = ("ข้อเสนอ:", "Proposed:")
