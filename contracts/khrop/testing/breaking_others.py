"""Rules that compare with other frames, broken in the other frame: the previous one, or a reference.

Here belongs what is spoilt beside the frame; the frame itself holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from hypothesis import strategies as st

from khrop.model.rule import PREVIOUS
from khrop.testing.breaking_rows import contrary
from khrop.testing.constraints import judged
from khrop.testing.holding import Breaking, DeadEnd
from khrop.testing.layout import Slot
from khrop.testing.plan import Plan, Said
from khrop.testing.previous import differ, older_maker, older_row
from khrop.testing.solving import Draw, Maker
from khrop.vocabulary import ConservesRows, ForeignKey, NotAllSame


def breakers_of_comparison(plan: Plan, rule_id: str) -> Iterator[Breaking]:
    """The ways to break a rule about a row and the one before it."""
    for at, said in enumerate(plan.compared):
        if said.id == rule_id:
            yield Changed(plan, said, at)


@dataclass(repr=False)
class Changed(Breaking):
    """A row before that the rule does not allow: one that holds itself, where there is such a one."""

    plan: Plan
    said: Said
    at: int

    @cached_property
    def makers(self) -> list[Maker]:
        told = [instead for _, instead in contrary(self.said.constraints or ())] or [[]]
        return [older_maker(self.plan, {self.at: one}, coherent) for coherent in (True, False) for one in told]

    def previous(self, draw: Draw, rows: Sequence[Slot], older: list[Slot]) -> None:
        first = draw(st.integers(0, len(rows) - 1)) if rows else 0
        for maker in self.makers:
            for at in [*range(first, len(rows)), *range(first)]:
                was = older_row(draw, self.plan, maker, rows[at])
                if was is None:
                    continue
                both = {**rows[at], **{PREVIOUS + name: value for name, value in was.items()}}
                if not judged(self.said.rule, both):
                    older[at] = {**older[at], **was}
                    for rule in self.plan.of(NotAllSame):
                        differ(self.plan, rule, rows, older, self.said)
                    return
        raise DeadEnd(f"no row before was found that breaks rule {self.said.id!r}")


@dataclass(repr=False)
class NothingNew(Breaking):
    """All figures are those of before."""

    plan: Plan
    rule: NotAllSame

    def previous(self, draw: Draw, rows: Sequence[Slot], older: list[Slot]) -> None:
        for row, was in zip(rows, older, strict=True):
            was.update({name: row[name] for name in row})


@dataclass(repr=False)
class Stranger(Breaking):
    """A row's key is not in the reference."""

    plan: Plan
    rule: ForeignKey

    def references(self, draw: Draw, rows: Sequence[Slot], frames: dict[str, list[Slot]]) -> None:
        lost = draw(st.sampled_from(rows))
        key = tuple(lost[column] for column in self.rule.columns)
        frame = frames[self.rule.reference]
        kept = [slot for slot in frame if tuple(slot[there] for there in self.rule.columns_there) != key]
        frames[self.rule.reference] = kept


@dataclass(repr=False)
class LostRow(Breaking):
    """There are more rows in the frame that all came from, or none is left where there was but one."""

    plan: Plan
    rule: ConservesRows

    def references(self, draw: Draw, rows: Sequence[Slot], frames: dict[str, list[Slot]]) -> None:
        frame = frames[self.rule.of]
        frame += [dict(frame[0])] * draw(st.integers(1, 2)) if frame else [dict(row) for row in rows[:1]]
