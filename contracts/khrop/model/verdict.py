"""What a check came to: the status, the violations, and what was not run.

Here belong the records that `khrop.check` returns and that the warehouse and JSON repeat name for name.
How they come about belongs in `khrop.engine.check`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

from khrop.model.rule import Severity

if TYPE_CHECKING:
    import pandas as pd

    from khrop.engine._split import Split
    from khrop.model.grouping import Grouping

Status = Literal["accepted", "accepted_with_warnings", "quarantined"]


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that does not hold, with where it stands, what stood there, and what was expected.

    `key` names the row or fact (a province, a claim); `column_name` the column; `place` the spot in the
    document (`sheet!R<row>C<column>`), empty where the frame knows of none. `snapshot` tells which snapshot of a
    frame of many; it is None where the frame is one.
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
        """The nine fields that every engine, the warehouse and JSON share."""
        return {name: value for name, value in asdict(self).items() if name in VIOLATION_FIELDS}


@dataclass(frozen=True, slots=True)
class NotRun:
    """A rule (or, in `part`, the one fact of it) whose input was absent, and why: neither a pass nor an error.
    `snapshot` is empty where it was absent for every one."""

    rule_id: str
    part: str
    reason: str
    snapshot: str = ""

    def per_snapshot(self, names: Sequence[str], everyone: Sequence[str]) -> list[NotRun]:
        """The same said of some snapshots: once, where these are all there are."""
        return [self] if len(names) == len(everyone) else [replace(self, snapshot=name) for name in names]


class LazyViolations(Sequence[Violation]):
    """Violations that get their words when someone looks: often all that is wanted is how many there are."""

    def __init__(self, load: Callable[[], Iterable[Violation]]) -> None:
        self._load = load

    @cached_property
    def _loaded(self) -> tuple[Violation, ...]:
        return tuple(self._load())

    def __len__(self) -> int:
        return len(self._loaded)

    @overload
    def __getitem__(self, at: int) -> Violation: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Violation, ...]: ...
    def __getitem__(self, at: int | slice) -> Violation | tuple[Violation, ...]:
        return self._loaded[at]

    def __iter__(self) -> Iterator[Violation]:
        return iter(self._loaded)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (LazyViolations, tuple)) and self._loaded == tuple(other)

    def __hash__(self) -> int:
        return hash(self._loaded)

    def __repr__(self) -> str:
        return repr(self._loaded)


VIOLATION_FIELDS = tuple(f.name for f in fields(Violation) if f.name != "snapshot")


def status_of(severities: Iterable[str]) -> Status:
    """The verdict that violations of these severities come to."""
    records = set(severities)
    if "error" in records:
        return "quarantined"
    return "accepted_with_warnings" if "warning" in records else "accepted"


class ContractError(ValueError):
    """A frame that breaks its contract; `verdict` holds the same content as the message."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        lines = [f"{verdict.contract} {verdict.contract_version}: {verdict.status}"]
        lines += [f"  {v.rule_id} ({v.severity}) {v.place} {v.message_en}".rstrip() for v in verdict.records]
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `khrop.check` found.

    `found` holds the violations in the order of the contract's rules (of each at most `limit`; `exact` has how many
    there are, and `broken` of which severities, told or not); `not_run` the rules whose input was absent.
    """

    contract: str
    contract_version: str
    records: Sequence[Violation]
    not_run: tuple[NotRun, ...] = ()
    grouping: Grouping | None = field(default=None, compare=False, repr=False)
    rule_counts: tuple[tuple[str, int], ...] = ()
    severities: frozenset[Severity] = frozenset()
    split: Split | None = field(default=None, compare=False, repr=False)

    @property
    def snapshots(self) -> tuple[str, ...]:
        """The names of the snapshots that the frame or its document speak of; empty where none has a name. They are
        listed when first asked for."""
        return self.grouping.snapshots if self.grouping is not None and self.grouping.named else ()

    @property
    def status(self) -> Status:
        """`quarantined` on any error, `accepted_with_warnings` on any warning, else `accepted`."""
        return status_of(self.severities)

    @property
    def violations(self) -> pd.DataFrame:
        """The violations as a frame with the nine fields (and `snapshot` where the frame holds many)."""
        import pandas as pd

        names = [*VIOLATION_FIELDS, "snapshot"] if self.grouping is not None and self.grouping.named else list(VIOLATION_FIELDS)
        return pd.DataFrame([{n: getattr(v, n) for n in names} for v in self.records], columns=names)

    def counts(self) -> dict[str, int]:
        """How many violations each broken rule has, whether or not all of them were fetched."""
        return dict(self.rule_counts)

    @property
    def complete(self) -> bool:
        """Whether every violation is told, none left out by `limit`."""
        return sum(self.counts().values()) == len(self.records)

    @property
    def valid(self) -> Any:
        """The rows that hold, in the engine of the frame that was checked, lazily where it is lazy.

        Of a contract that names a snapshot column, the snapshot is the unit: an error anywhere sets all its rows
        aside. Of any other it is the row; an error of the frame as a whole sets all rows aside.
        """
        return self._side(valid=True)

    @property
    def set_aside(self) -> Any:
        """The rows that are not `valid`."""
        return self._side(valid=False)

    def _side(self, valid: bool) -> Any:
        if self.split is None:
            raise ValueError("this verdict was not made of a frame")
        return self.split.side(valid)

    def by_snapshot(self) -> dict[str, tuple[Violation, ...]]:
        """Each snapshot of a frame of many, with its own violations (none: an empty tuple). ValueError where `limit`
        left some out, as a snapshot would look better than it is."""
        if not self.complete:
            raise ValueError("not all violations were fetched: check with limit=None to tell them by snapshot")
        split: dict[str, list[Violation]] = {name: [] for name in self.snapshots}
        for violation in self.records:
            split.setdefault(violation.snapshot or "", []).append(violation)
        return {name: tuple(records) for name, records in split.items()}

    def raise_if_failed(self) -> None:
        """Raise `ContractError` where the verdict is `quarantined`."""
        if self.status == "quarantined":
            raise ContractError(self)
