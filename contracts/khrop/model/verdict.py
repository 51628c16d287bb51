"""The result of a check: the status, the violations, and the rules that were not run.

Here belongs what the violations amount to, which are records of `khrop.model.violation`. How they are found belongs in
`khrop.engine.check`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from khrop.model import verdict_text
from khrop.model.outcomes import CheckedRule, RowCount, RuleOutcome, outcomes_of
from khrop.model.rule import Severity
from khrop.model.violation import VIOLATION_FIELDS, NotRun, Violation

if TYPE_CHECKING:
    import pandas as pd

    from khrop.model.grouping import Grouping

Status = Literal["accepted", "accepted_with_warnings", "quarantined"]


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
        verdict: The verdict; the message has its broken rules with their counts and first violations.
    """

    def __init__(self, verdict: Verdict) -> None:
        """Create the error from a verdict."""
        self.verdict = verdict
        super().__init__(verdict_text.error_text(verdict))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the error with its verdict: schedulers and test runners pass errors between processes."""
        return ContractError, (self.verdict,)


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
        rules: The rules that the check was to run.
        row_count: The number of rows of the frame.

    A verdict prints as a table: in a terminal (with colours through `rich`), and in a notebook. It is pickled with all
    its violations and without the frame: `valid` and `set_aside` then raise ValueError.

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
          left-over (error): 1 failing row (50.0 %)
            rice: 1 and 5 are not 5
        >>> print(verdict)
        Stock 1.0.0: quarantined, 2 rows
          rule       result  severity  violations   share  first keys, or why it was not run
          left-over  failed  error              1  50.0 %  rice
          columns    passed  error              0
          not-null   passed  error              0   0.0 %
          whole      passed  error              0   0.0 %
          left-over (error): 1 failing row (50.0 %)
            rice: 1 and 5 are not 5
        >>> verdict.summary()[["rule_id", "status", "violations", "first_key"]].to_dict("records")[-1]
        {'rule_id': 'left-over', 'status': 'failed', 'violations': 1, 'first_key': 'rice'}
    """

    contract: str
    contract_version: str
    records: Sequence[Violation]
    not_run: tuple[NotRun, ...] = ()
    grouping: Grouping | None = field(default=None, compare=False, repr=False)
    rule_counts: tuple[tuple[str, int], ...] = ()
    severities: frozenset[Severity] = frozenset()
    split: Callable[[bool], Any] | None = field(default=None, compare=False, repr=False)
    rules: tuple[CheckedRule, ...] = field(default=(), compare=False)
    row_count: RowCount | None = field(default=None, compare=False)

    @property
    def rows(self) -> int | None:
        """The number of rows of the frame; None where it is not known without a query (see `count_rows`)."""
        return self.row_count.number if self.row_count is not None else None

    def count_rows(self) -> int | None:
        """Count the rows of the frame, at the cost of a query on a lazy engine; shares of rows are then known.

        Returns:
            The number; None where the verdict has no frame.
        """
        return self.row_count.count() if self.row_count is not None else None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the verdict without the frame, which belongs to an engine of this process."""
        by = self.grouping
        if by is not None:
            by = replace(
                by, documented=by.snapshots, listed=dict, first=partial(set, by.snapshots if by.is_named else ())
            )
        rows = None if self.rows is None else RowCount(self.rows, int)
        return Verdict, (
            self.contract, self.contract_version, tuple(self.records), self.not_run, by, self.rule_counts,
            self.severities, None, self.rules, rows,
        )  # fmt: skip

    def outcomes(self, first: int = 3) -> tuple[RuleOutcome, ...]:
        """Return what became of each rule, in the order of the contract.

        Args:
            first: How many violations of each rule an outcome keeps.

        Returns:
            An outcome for each rule id: passed, failed or not run.
        """
        return outcomes_of(self, first)

    def summary(self) -> pd.DataFrame:
        """Return what became of each rule as a pandas frame, in the order of the contract.

        Returns:
            A row for each rule id: rule_id, severity, violations, share (of the frame's rows, 0 to 1; null where it is
            not known or the rule is not about single rows), first_key, status (`passed`, `failed`, `not run`), reason.
        """
        import pandas as pd

        rows = [
            (o.rule_id, o.severity, o.violations, o.share, next(iter(o.first_keys), ""), o.status, o.reason)
            for o in self.outcomes(first=1)
        ]
        names = ["rule_id", "severity", "violations", "share", "first_key", "status", "reason"]
        return pd.DataFrame(rows, columns=names).astype({"share": float, "violations": int})

    def report(self, path: str | Path, shown: int = 100) -> Path:
        """Write the verdict as a single HTML page that needs no other file and no network.

        Args:
            path: The file; it is replaced.
            shown: The most violations of each rule on the page.

        Returns:
            The file.

        Raises:
            OSError: The file cannot be written.
        """
        from khrop.model.verdict_page import page

        path = Path(path)
        path.write_text(page(self, shown), encoding="utf-8", newline="\n")
        return path

    def __str__(self) -> str:
        """Return the verdict as a table of its rules, and the first messages."""
        return verdict_text.verdict_text(self)

    def __repr__(self) -> str:
        """Return the same as `str`: a terminal shows it."""
        return verdict_text.verdict_text(self)

    def __rich__(self) -> Any:
        """Return the verdict for a console of rich."""
        return verdict_text.rich_table(self)

    def _repr_html_(self) -> str:
        """Return the verdict for a notebook."""
        from khrop.model.verdict_page import fragment

        return fragment(self)

    @property
    def snapshots(self) -> tuple[str, ...]:
        """The names of the snapshots, queried on first access; empty where none has a name."""
        return self.grouping.snapshots if self.grouping is not None and self.grouping.is_named else ()

    @property
    def status(self) -> Status:
        """`quarantined` on any error, `accepted_with_warnings` on any warning, else `accepted`."""
        return status_of(self.severities)

    @property
    def violations(self) -> pd.DataFrame:
        """The violations as a pandas frame with the nine fields (and `snapshot` where snapshots have names)."""
        import pandas as pd

        is_named = self.grouping is not None and self.grouping.is_named
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
