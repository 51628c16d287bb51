"""The result of a check: the status, the violations, and the rules that were not run.

Here belong the records that `khrop.check` returns and that the warehouse and JSON repeat name for name. How they are
computed belongs in `khrop.engine.check`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

from khrop.model.rule import Severity

if TYPE_CHECKING:
    import pandas as pd

    from khrop.model.grouping import Grouping

Status = Literal["accepted", "accepted_with_warnings", "quarantined"]


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
        """Return the violations as text."""
        return repr(self._loaded)


def status_of(severities: Iterable[str]) -> Status:
    """Return the status that violations of some severities result in.

    Args:
        severities: The severities of the violations.

    Returns:
        `quarantined` on any error, `accepted_with_warnings` on any warning, else `accepted`.
    """
    present = set(severities)
    if "error" in present:
        return "quarantined"
    return "accepted_with_warnings" if "warning" in present else "accepted"


class ContractError(ValueError):
    """A frame that breaks its contract.

    Attributes:
        verdict: The verdict; the message has the same content.
    """

    def __init__(self, verdict: Verdict) -> None:
        """Create the error from a verdict."""
        self.verdict = verdict
        lines = [f"{verdict.contract} {verdict.contract_version}: {verdict.status}"]
        lines += [f"  {v.rule_id} ({v.severity}) {v.place} {v.message_en}".rstrip() for v in verdict.records]
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of `khrop.check`.

    Attributes:
        contract: The name of the contract.
        contract_version: Its version.
        records: The violations in the order of the contract's rules, at most `limit` for each rule.
        not_run: The rules whose input was absent.
        grouping: How snapshots, rows and places are named in the frame.
        rule_counts: Each broken rule with its number of violations, whether or not all were fetched.
        severities: The severities of all violations, whether or not they were fetched.
        split: Returns the valid rows (True) or the others (False).

    Example:
        >>> import pandas as pd
        >>> import pandera.pandas as pa
        >>> from pandera.typing import Series
        >>> import khrop
        >>> from khrop.vocabulary import AddsUp
        >>> class Stock(pa.DataFrameModel):
        ...     item: Series[str]
        ...     received: Series[int]
        ...     sold: Series[int]
        ...     left: Series[int]
        ...
        ...     __contract__ = khrop.ContractOptions(version="1.0.0", key=("item",))
        ...
        ...     @khrop.rule("left-over", observed="{left}", en="{item}: {sold} and {left} are not {received}")
        ...     def left_over(cls, params):
        ...         'What was sold and what is left add up to what was received.'
        ...         return AddsUp(("sold", "left"), "received")
        >>> frame = pd.DataFrame({"item": ["tea", "rice"], "received": [10, 5], "sold": [3, 1], "left": [7, 5]})
        >>> verdict = khrop.check(Stock, frame)
        >>> verdict.status, verdict.counts(), verdict.complete
        ('quarantined', {'left-over': 1}, True)
        >>> verdict.violations[["rule_id", "key", "observed"]].to_dict("records")
        [{'rule_id': 'left-over', 'key': 'rice', 'observed': '5'}]
        >>> list(verdict.valid["item"]), list(verdict.set_aside["item"])
        (['tea'], ['rice'])
        >>> verdict.snapshots, list(verdict.by_snapshot())
        ((), [''])
        >>> verdict.raise_if_failed()
        Traceback (most recent call last):
        ...
        khrop.model.verdict.ContractError: Stock 1.0.0: quarantined
          left-over (error)  rice: 1 and 5 are not 5
    """

    contract: str
    contract_version: str
    records: Sequence[Violation]
    not_run: tuple[NotRun, ...] = ()
    grouping: Grouping | None = field(default=None, compare=False, repr=False)
    rule_counts: tuple[tuple[str, int], ...] = ()
    severities: frozenset[Severity] = frozenset()
    split: Callable[[bool], Any] | None = field(default=None, compare=False, repr=False)

    @property
    def snapshots(self) -> tuple[str, ...]:
        """The names of the snapshots, queried on first access; empty where none has a name."""
        return self.grouping.snapshots if self.grouping is not None and self.grouping.named else ()

    @property
    def status(self) -> Status:
        """`quarantined` on any error, `accepted_with_warnings` on any warning, else `accepted`."""
        return status_of(self.severities)

    @property
    def violations(self) -> pd.DataFrame:
        """The violations as a pandas frame with the nine fields (and `snapshot` where snapshots have names)."""
        import pandas as pd

        is_named = self.grouping is not None and self.grouping.named
        names = [*VIOLATION_FIELDS, "snapshot"] if is_named else list(VIOLATION_FIELDS)
        return pd.DataFrame([{n: getattr(v, n) for n in names} for v in self.records], columns=names)

    @property
    def found(self) -> Sequence[Violation]:
        """The violations, by the older name of `records`."""
        warnings.warn("Verdict.found is now Verdict.records", DeprecationWarning, stacklevel=2)
        return self.records

    def counts(self) -> dict[str, int]:
        """Return the number of violations of each broken rule, whether or not all of them were fetched."""
        return dict(self.rule_counts)

    @property
    def complete(self) -> bool:
        """Whether `records` has every violation, none left out by `limit`."""
        return sum(self.counts().values()) == len(self.records)

    @property
    def valid(self) -> Any:
        """The rows that hold, in the engine of the frame that was checked, lazily where it is lazy.

        For a contract that names a snapshot column, the snapshot is the unit: an error anywhere sets all its rows
        aside. For any other it is the row; an error of the frame as a whole sets all rows aside. ValueError where the
        verdict has no frame.
        """
        return self._rows(valid=True)

    @property
    def set_aside(self) -> Any:
        """The rows that are not `valid`."""
        return self._rows(valid=False)

    def _rows(self, valid: bool) -> Any:
        if self.split is None:
            raise ValueError("this verdict has no frame")
        return self.split(valid)

    def by_snapshot(self) -> dict[str, tuple[Violation, ...]]:
        """Group the violations by snapshot.

        Returns:
            The violations of each snapshot by its name; an empty tuple for a snapshot without violations.

        Raises:
            ValueError: `limit` left some violations out, so that a snapshot would look better than it is.
        """
        if not self.complete:
            raise ValueError("not all violations were fetched: check with limit=None to group them by snapshot")
        groups: dict[str, list[Violation]] = {name: [] for name in self.snapshots}
        for violation in self.records:
            groups.setdefault(violation.snapshot or "", []).append(violation)
        return {name: tuple(violations) for name, violations in groups.items()}

    def raise_if_failed(self) -> None:
        """Raise an error where the status is `quarantined`.

        Raises:
            ContractError: The status is `quarantined`.
        """
        if self.status == "quarantined":
            raise ContractError(self)
