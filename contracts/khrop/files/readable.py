"""Check a table of a file: a cell that cannot be read is a violation of its own, and causes no other.

Here belongs what an unreadable cell means for a verdict. How cells are read belongs in `khrop.files.cells`, how rules
are run in `khrop.engine.check`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, islice
from typing import Any

from khrop.engine.check import check
from khrop.engine.compiling.compiled import COLUMNS, built_rules
from khrop.engine.compiling.row_rules import RowRule
from khrop.expressions.row_evaluation import evaluate_row, supports_rows
from khrop.files.table import Table, UnreadableCells
from khrop.model.facts import plain
from khrop.model.grouping import natural_key
from khrop.model.messages import format_row
from khrop.model.names import name_th
from khrop.model.rule import options_of
from khrop.model.verdict import Verdict
from khrop.model.violation import Violation
from khrop.vocabulary import UniqueKey

READABLE = "readable"
"""The id of the rule that a file breaks where a cell, or all of it, cannot be read."""
MANY = 10_000
"""A column with more unreadable cells than these is not of its type: rules that read it are not run."""
_INDEX = "khrop_index"
_LONGEST = 60


def check_table(contract: type, table: Table, *, previous: Any = None, limit: int | None) -> Verdict:
    """Check a table of a file against a contract.

    Args:
        contract: The contract.
        table: The table, read with this contract.
        previous: The frame to compare with, of the same engine.
        limit: The most violations to keep for each rule; None for all.

    Returns:
        The verdict. Each cell that cannot be read is a violation of the rule `readable`, of severity error; what other
        rules find at such a cell is left out, unless it would fail whatever stood there. Counts are exact.
    """
    if not table.unreadable:
        return check(contract, table.frame, previous=previous, limit=limit)
    return _Judgement(contract, table).verdict(previous, limit)


@dataclass(frozen=True)
class _Judgement:
    """A check of a table with unreadable cells: its rows are counted, whatever places the file has of its own.

    Row rules run on the rows that can be read and on the others apart: only of the others each violation is looked at.
    """

    contract: type
    table: Table

    def verdict(self, previous: Any, limit: int | None) -> Verdict:
        options = replace(options_of(self.contract), place=_INDEX)
        counted = type(self.contract.__name__, (self.contract,), {"__contract__": options, "__module__": __name__})
        frame = self._frame()
        judged = self.table.unreadable.keys() - self._not_of_type
        rows = {row for column in judged for row in self._texts(column)}
        affected = frame[_INDEX].isin(rows)
        of_rows = check(counted, frame[~affected], scopes=("row",), limit=limit)
        of_affected = check(counted, frame[affected], scopes=("row",), limit=None)
        above = None if limit is None else limit + len(rows)
        whole = check(counted, frame, previous=previous, scopes=("group", "reference", "document"), limit=above)
        verdicts = (of_rows, of_affected, whole)
        counts = Counter({READABLE: sum(len(cells.texts) for cells in self.table.unreadable.values())})
        violations: dict[Violation, None] = {}
        for verdict in verdicts:
            counts.update(verdict.counts())
            for violation in verdict.records:
                remaining = self._unless_caused(violation)
                if remaining is None or remaining in violations:  # a column that is absent fails the rows of each kind
                    counts[violation.rule_id] -= 1
                else:
                    violations[remaining] = None
        order = [COLUMNS, *dict.fromkeys(built.rule.id for built in built_rules(self.contract, None))]
        others = sorted(violations, key=lambda v: (order.index(v.rule_id), v.snapshot or "", natural_key(v.place)))
        records = [*islice(self._violations(whole), limit)]
        for _, of_rule in groupby(others, key=lambda violation: violation.rule_id):
            records += map(self._located, islice(of_rule, limit))
        return replace(
            whole,
            records=tuple(records),
            not_run=tuple(dict.fromkeys(skipped for verdict in verdicts for skipped in verdict.not_run)),
            rule_counts=tuple((rule, counts[rule]) for rule in (READABLE, *order) if counts[rule]),
            severities=frozenset(violation.severity for violation in records),
            split=lambda valid: self._split(frame, set(of_rows.valid[_INDEX]) & set(whole.valid[_INDEX]), valid),
        )

    def _frame(self) -> Any:
        """Return the frame with its rows counted; a column with too many unreadable cells holds texts."""
        import pandas as pd

        frame = self.table.frame.assign(**{_INDEX: range(self.table.rows)})
        for name in self._not_of_type:
            texts = pd.Series(self._texts(name), dtype="string").reindex(frame.index)
            frame[name] = frame[name].astype("string").fillna(texts).astype("object")
        return frame

    @cached_property
    def _not_of_type(self) -> frozenset[str]:
        return frozenset(name for name in self.table.unreadable if len(self._texts(name)) > MANY)

    @cached_property
    def _rows(self) -> list[int]:
        """The rows with unreadable cells."""
        return sorted({row for cells in self.table.unreadable.values() for row in cells.texts})

    @cached_property
    def _rules(self) -> Mapping[str, list[RowRule]]:
        rules: dict[str, list[RowRule]] = {}
        for built in built_rules(self.contract, None):
            if isinstance(built.what, RowRule):
                rules.setdefault(built.rule.id, []).append(built.what)
        return rules

    @cached_property
    def _unique_keys(self) -> frozenset[str]:
        return frozenset(b.rule.id for b in built_rules(self.contract, None) if isinstance(b.what, UniqueKey))

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {name: at for at, name in enumerate(self.table.frame.columns)}

    def _cell(self, row: int, column: str) -> Any:
        return plain(self.table.frame.iat[row, self._positions[column]]) if column in self._positions else None

    def _texts(self, column: str) -> Mapping[int, str]:
        return self.table.unreadable[column].texts if column in self.table.unreadable else {}

    def _is_unreadable(self, row: int, column: str) -> bool:
        return row in self._texts(column)

    def _unless_caused(self, violation: Violation) -> Violation | None:
        """Return a violation, at the column that is at fault; None where an unreadable cell causes it."""
        column = violation.column_name
        if column in self.table.unreadable and self._counts_nulls(violation):
            nulls = int(self.table.frame[column].isna().sum())
            return violation if nulls > len(self._texts(column)) else None
        if violation.rule_id == COLUMNS and column in self._not_of_type:
            return None
        if not violation.place.isdecimal() or not self._is_unreadable(int(violation.place), column):
            return violation
        row = int(violation.place)
        causes = (
            self._other_cause(rule, row) for rule in self._rules.get(violation.rule_id, ()) if column in rule.required
        )
        cause = next((cause for cause in causes if cause), None)
        return replace(violation, column_name=cause) if cause else None

    def _counts_nulls(self, violation: Violation) -> bool:
        """Return whether a violation is of all rows without a value in a column: a snapshot or a key."""
        is_key = violation.rule_id in self._unique_keys and violation.expected == "0"
        return is_key or (violation.rule_id == COLUMNS and violation.observed == "null")

    def _other_cause(self, rule: RowRule, row: int) -> str:
        """Return the column for which a row fails a rule whatever stands in its unreadable cells; empty for none."""
        readable = [column for column in rule.required if not self._is_unreadable(row, column)]
        values = {column: self._cell(row, column) for column in rule.columns}
        empty = next((column for column in readable if values[column] is None), "")
        if empty or not readable or rule.formula is None or not supports_rows(rule.formula):
            return empty
        try:
            return readable[0] if evaluate_row(rule.formula, values) is False else ""
        except TypeError:  # values that only an engine compares
            return ""

    def _violations(self, verdict: Verdict) -> Iterator[Violation]:
        """Yield the violations of unreadable cells, in the order of the file."""
        columns = sorted(self.table.unreadable, key=lambda column: self.table.columns[column])
        for row in self._rows:
            for column in columns:
                if self._is_unreadable(row, column):
                    yield self._violation(verdict, row, column, self.table.unreadable[column])

    def _violation(self, verdict: Verdict, row: int, column: str, cells: UnreadableCells) -> Violation:
        options, text = options_of(self.contract), cells.texts[row]
        key = format_row({c: self._cell(row, c) for c in options.naming}, options.key, options.label)["key"]
        snapshot = None
        if verdict.grouping is not None and (by := verdict.grouping.snapshot):
            snapshot = verdict.grouping.name({by: self.table.frame.iat[row, self._positions[by]]})
            snapshot = None if self._cell(row, by) is None else snapshot
        text_shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        place, at = self._place(row), self.table.columns[column]
        by_number = self.table.numbered
        where = f"row {place}, column {at}" if by_number else f"{place}, column {at}"
        where_th = f"แถว {place} คอลัมน์ {at}" if by_number else f"{place} คอลัมน์ {at}"
        return Violation(
            READABLE, "error", key, column, text, cells.expected.en, place,
            f"{name_th(column, options.names_th)} ที่{where_th}: อ่าน “{text_shown}” ไม่ได้ ต้องเป็น{cells.expected.th}",
            f"{column} in {where}: “{text_shown}” cannot be read, expected {cells.expected.en}",
            snapshot,
        )  # fmt: skip

    def _place(self, row: int) -> str:
        """Return the place of a row: its number in the file, or what the file has as its place."""
        column = self.table.numbered or options_of(self.contract).place or ""
        value = self._cell(row, column)
        return "" if value is None else str(value)

    def _located(self, violation: Violation) -> Violation:
        return replace(violation, place=self._place(int(violation.place))) if violation.place.isdecimal() else violation

    def _split(self, frame: Any, indices: set[int], valid: bool) -> Any:
        """Return the valid rows (True) or the others, where an unreadable cell sets aside what a violation does."""
        indices.difference_update(self._rows)
        if (by := options_of(self.contract).snapshot) in self._positions:
            indices.difference_update(frame.loc[frame[by].isin(frame[by].iloc[self._rows]), _INDEX])
        return self.table.frame[frame[_INDEX].isin(indices) == valid]
