"""What a check finds: the violations of rules, and the rules that were not run.

Here belong the records that `khrop.check` returns and that the warehouse and JSON repeat name for name. What they
amount to is in `khrop.model.verdict`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from typing import overload

from khrop.model import verdict_text
from khrop.model.rule import Severity


@dataclass(frozen=True, slots=True)
class Violation:
    """A failure of a rule: what fails, where, the value, and the value that was expected.

    Attributes:
        rule_id: The rule.
        severity: The rule's severity.
        key: The row or fact (a province, a claim).
        column_name: The column or fact that failed.
        observed: The value in the frame or document, as text.
        expected: The value that was expected, as text.
        place: The place in the document (`sheet!R<row>C<column>`); empty where the frame has no places.
        message_th: The message in Thai.
        message_en: The message in English.
        snapshot: The snapshot, in a frame of several; None where the frame is a single snapshot.
    """

    rule_id: str
    severity: Severity
    key: str
    column_name: str
    observed: str
    expected: str
    place: str
    message_th: str
    message_en: str
    snapshot: str | None = None

    def as_dict(self) -> dict[str, str]:
        """Return the nine fields that every engine, the warehouse and JSON share, by name."""
        return {name: value for name, value in asdict(self).items() if name in VIOLATION_FIELDS}


VIOLATION_FIELDS = tuple(f.name for f in fields(Violation) if f.name != "snapshot")
"""The nine fields of `Violation` that every engine, the warehouse and JSON share."""


@dataclass(frozen=True, slots=True)
class NotRun:
    """A rule whose input was absent: neither a pass nor an error.

    Attributes:
        rule_id: The rule.
        part: The fact, where the rule was not run for a single fact; empty for the whole rule.
        reason: Why it was not run.
        snapshot: The snapshot; empty where the input was absent for every snapshot.
    """

    rule_id: str
    part: str
    reason: str
    snapshot: str = ""

    def per_snapshot(self, names: Sequence[str], everyone: Sequence[str]) -> list[NotRun]:
        """Repeat the record for some snapshots, or once where these are all snapshots.

        Args:
            names: The snapshots for which the rule was not run.
            everyone: All snapshots.

        Returns:
            The records.
        """
        return [self] if len(names) == len(everyone) else [replace(self, snapshot=name) for name in names]


class LazyViolations(Sequence[Violation]):
    """A sequence of violations whose messages are built on first access; often a caller needs only their number."""

    def __init__(self, load: Callable[[], Iterable[Violation]]) -> None:
        """Create the sequence.

        Args:
            load: Builds the violations; called once, on first access.
        """
        self._load = load

    @cached_property
    def _loaded(self) -> tuple[Violation, ...]:
        return tuple(self._load())

    def __len__(self) -> int:
        """Return the number of violations."""
        return len(self._loaded)

    @overload
    def __getitem__(self, index: int) -> Violation: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Violation, ...]: ...
    def __getitem__(self, index: int | slice) -> Violation | tuple[Violation, ...]:
        """Return the violation at an index, or those of a slice."""
        return self._loaded[index]

    def __iter__(self) -> Iterator[Violation]:
        """Iterate over the violations."""
        return iter(self._loaded)

    def __eq__(self, other: object) -> bool:
        """Compare with another such sequence or a tuple."""
        return isinstance(other, (LazyViolations, tuple)) and self._loaded == tuple(other)

    def __hash__(self) -> int:
        """Return the hash of the violations as a tuple."""
        return hash(self._loaded)

    def __repr__(self) -> str:
        """Return the first violations as text, and how many more there are."""
        return verdict_text.short(self._loaded)
