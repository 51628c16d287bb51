"""Judge a state as `khrop.check` judges the whole table, without reading a row.

Here belongs how what was kept becomes failures. What is kept is in `khrop.measures.state`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import pandas as pd

from khrop.engine._aggregation import scaled_keeps
from khrop.engine._run import Run
from khrop.engine.backends.decimals import restore_row
from khrop.engine.compiling.compiled import COLUMNS_RULE, Built, built_rules
from khrop.engine.frames import PreparedFrame
from khrop.engine.safe_names import rename_contract, rename_verdict
from khrop.expressions.formula import Formula
from khrop.expressions.row_evaluation import evaluate_row
from khrop.measures._kept_rows import KeptRows, NotKept
from khrop.measures.measuring import frame_rules
from khrop.measures.results import Compared, Failures, Figures, Key, NotMeasured, Values
from khrop.measures.state import State
from khrop.model.facts import ONLY_SNAPSHOT, gather, plain, snapshot_name, to_records
from khrop.model.grouping import Aggregate, Grouping, Row
from khrop.model.outcomes import RowCount
from khrop.model.rule import options_of
from khrop.model.verdict import Verdict
from khrop.model.violation import NotRun, Violation
from khrop.vocabulary.kinds import CountKind, GroupKind, KeyKind, ReferenceKind

_TYPES: Mapping[str, nw.dtypes.DType] = {"integer": nw.Int64(), "float": nw.Float64()}
_IN_UNITS = ("sum", "min", "max")
"""Aggregates that have the digits of their column."""
Entry = tuple[Key, Values]


def judge(state: State, *, claims: Any = None, document: Any = None) -> Verdict:
    """Judge a state, of one part or merged of several.

    Args:
        state: The state.
        claims: The claims of the documents, as for `khrop.check`.
        document: The facts of the documents, as for `khrop.check`.

    Returns:
        The verdict: status, counts and violations are those of `khrop.check` on all parts together; what the parts do
        not decide is in `not_run` with the reason. `valid` and `set_aside` raise ValueError, as no rows are kept.

    Raises:
        ValueError: A document or claim does not name its snapshot and there are several.
    """
    contract = rename_contract(state.contract, state.renamed) if state.renamed else state.contract
    verdict = _judge(contract, state, to_records(claims), to_records(document))
    if state.renamed:
        verdict = rename_verdict(verdict, (), dict(state.renamed))
    return replace(verdict, split=None, row_count=RowCount(state.rows, lambda: state.rows))


def _judge(contract: type, state: State, claims: list[Row], document: list[Row]) -> Verdict:
    options = options_of(contract)
    column = options.snapshot if state.by_snapshot else None
    records = [*document, *claims] if options.snapshot else []
    documented = [snapshot_name(v) for row in records if (v := row.get(options.snapshot or "")) is not None]
    if not column and len(set(documented)) > 1:
        raise ValueError(
            f"documents or claims of {len(set(documented))} snapshots, but the parts have no column {options.snapshot}"
        )
    by = Grouping(
        column, tuple(documented), lambda: {name: name for name in state.snapshots}, options.key,
        options.place if state.has_place else None, lambda: {*documented, *state.snapshots}, options.label,
    )  # fmt: skip
    schema = {name: _TYPES.get(kind, nw.String()) for name, kind in state.columns.items()}
    frame = PreparedFrame("pandas", schema, _no_rows, lambda: None, state.faults)
    run = _Judgement(contract, pd.DataFrame(), options, frame, by, set(), state.limit, state=state)
    merged_params = {**(options.params or {}), **state.params}
    run.facts = gather(lambda: by.snapshots, options.snapshot, document, claims, merged_params)
    run.check_columns()
    built = built_rules(contract, state.params)
    run.judge_frame_rules(dict(enumerate(frame_rules(contract, state.params))))
    if document_rules := [entry for entry in built if entry.rule.scope == "document"]:
        run.run_document_rules(document_rules)
    return run.verdict([COLUMNS_RULE, *(entry.checked for entry in built)])


def _no_rows() -> nw.LazyFrame[Any]:
    raise NotKept("it reads the rows of the whole table")


@dataclass(slots=True)
class _Judgement(Run):
    """The judgement of a state."""

    state: State | None = None

    def judge_frame_rules(self, rules: Mapping[int, Built]) -> None:
        """Judge the rules about rows, groups and references, in the order of `khrop.check`."""
        assert self.state is not None
        results = self.state.results
        frame_rules = {i: built for i, built in rules.items() if built.rule.scope in ("row", "group")}
        readable = {i: built for i, built in frame_rules.items() if self._has_columns(built)}
        for i, built in readable.items():
            if self._has_facts(built.rule):
                self._judge(built, results[i], self.state.snapshots)
        others = {i: built for i, built in rules.items() if i not in frame_rules}
        for i, built in others.items():
            if isinstance(built.what, ReferenceKind) and self._has_columns(built):
                self._judge(built, results[i], self.state.snapshots)
                if isinstance(built.what, (CountKind, KeyKind)):
                    reason = "no part has a row of the snapshot"
                    self.not_run += [NotRun(built.rule.id, "", reason, name) for name in self.by.rowless]
        for i, built in others.items():
            if not isinstance(built.what, ReferenceKind) and self._has_columns(built):
                self._judge_compared(built, results[i])

    def _judge_compared(self, built: Built, result: Any) -> None:
        """Judge a rule that compares with the previous return."""
        assert isinstance(result, Compared)
        compared, without = set(self._named(result.snapshots)), set(self._named(result.without))
        everyone = self.by.snapshots if compared else (ONLY_SNAPSHOT,)
        self._skip(built, "no previous return to compare with", set(everyone) - compared, everyone)
        self._skip(built, "no previous return was passed with some of the parts", compared & without, everyone)
        if compared and result.missing:
            self._skip(built, f"the previous return has no column {', '.join(result.missing)}", compared, everyone)
        elif compared:
            self._judge(built, result.result, compared)

    def _skip(self, built: Built, reason: str, names: Set[str], everyone: Sequence[str]) -> None:
        in_order = [name for name in everyone if name in names]
        if in_order:
            self.not_run += NotRun(built.rule.id, "", reason).per_snapshot(in_order, everyone)

    def _named(self, names: Sequence[str]) -> list[str]:
        """Return the names of snapshots; where the parts have no column for them, that of the document's."""
        return list(names) if self.by.column else [self.by.snapshots[0]] * len(names)

    def _judge(self, built: Built, result: Any, measured: Collection[str]) -> None:
        """Add the failures of a rule that was measured in some snapshots."""
        rule = built.rule
        absent = {name for name in self.by.snapshots if name not in measured} if self.by.column else set()
        if isinstance(result, NotMeasured):
            self.not_run.append(NotRun(rule.id, "", result.reason))
        elif isinstance(result, Failures):
            if result.count:
                self._add(rule.id, rule.severity, result.count, lambda: self._kept_violations(result))
            if isinstance(built.what, GroupKind):
                groups: dict[str, list[Row]] = {}
                rows = KeptRows.empty()
                if result.undecided is not None:
                    groups, rows = self._groups(built.what, result.undecided)
                self._judge_groups(built, groups, rows, absent.union(result.rowless))
        elif isinstance(result, Figures):
            groups, rows = self._groups(built.what, result)
            failing = {name: of_name for name, of_name in groups.items() if of_name}
            self._judge_groups(built, failing, rows, set(self.by.snapshots).difference(groups))

    @property
    def complete(self) -> bool:
        """Whether groups were judged within the parts."""
        return self.state is not None and self.state.complete

    def _kept_violations(self, result: Failures) -> list[Violation]:
        """Return violations that were kept, of the snapshot that the document names where the parts name none."""
        name = self.by.snapshots[0]
        return [v if v.snapshot or not name else replace(v, snapshot=name) for v in result.kept]

    def _judge_groups(self, built: Built, groups: dict[str, list[Row]], rows: KeptRows, rowless: Set[str]) -> None:
        """Add the failures of groups, and of snapshots without a row."""
        what: GroupKind = built.what
        if rowless and not self.by.snapshot and not what.keys:
            # All rows of a single snapshot are a group, even if there is none.
            nothing = {name: _aggregate(a, ()) for name, a in what.aggregates.items()}
            if what.keeps is None or not evaluate_row(what.keeps, nothing):
                groups |= {name: [nothing] for name in rowless}
        without: dict[str, list[Row]] = {name: [] for name in sorted(rowless)} if self.by.snapshot else {}
        if not groups and not without and not rows.has_rows:
            return
        try:
            failures = list(what.failures({**without, **groups}, rows, self.by, self.facts))
        except NotKept as reason:
            self.not_run.append(NotRun(built.rule.id, "", str(reason)))
        else:
            self._add_failures(built.rule, failures, what)

    def _groups(self, what: GroupKind, figures: Figures) -> tuple[dict[str, list[Row]], KeptRows]:
        """Return the groups that fail a rule, by snapshot (none where all hold), and the rows that were kept for it."""
        entries = [((*self._named(key[:1]), *key[1:]), values) for key, values in figures.groups.items()]
        digits = dict(zip(figures.keys, figures.digits, strict=False))
        in_units = {name: a.column for name, a in what.aggregates.items() if a.of in _IN_UNITS}
        if what.row_columns and not self.complete:
            rows = KeptRows.of(figures.keys, digits, entries)
            entries = _aggregated(what, figures.keys, entries)
            digits_of = {name: digits.get(column, 0) for name, column in in_units.items()}
        else:
            rows = KeptRows.none()
            digits_of = dict(zip(what.aggregates, figures.digits[len(figures.keys) :], strict=True))
        # A formula is rewritten by columns: all figures of a column get the same digits.
        scales = {key: digits[key] for key in what.keys}
        for name, column in in_units.items():
            scales[column] = max(scales.get(column, 0), digits_of[name])
        # What was judged within a part fails already.
        keeps = None if self.complete else self._keeps(what, scales)
        restored = {key: scales[key] for key in what.keys} | {name: scales[c] for name, c in in_units.items()}
        groups: dict[str, list[Row]] = {}
        for key, values in sorted(entries, key=lambda entry: str(entry[0][0])):
            row = {k: _scaled(value, scales[k] - digits[k]) for k, value in zip(what.keys, key[1:], strict=True)}
            for name, value in zip(what.aggregates, values, strict=True):
                figure = len(value) if isinstance(value, frozenset) else value
                row[name] = _scaled(figure, scales[in_units[name]] - digits_of[name]) if name in in_units else figure
            failing = groups.setdefault(key[0], [])
            if keeps is None or not evaluate_row(keeps, {name: plain(value) for name, value in row.items()}):
                failing.append(restore_row(row, {name: scale for name, scale in restored.items() if scale}))
        return groups, rows

    def _keeps(self, what: GroupKind, scales: Mapping[str, int]) -> Formula | None:
        """Return the formula of the groups that a rule keeps, for figures that are integers of their last digit."""
        columns = self.state.columns if self.state is not None else {}
        integers = {name for name, kind in columns.items() if kind == "integer"}
        return scaled_keeps(
            what, {name: scale for name, scale in scales.items() if scale}, integers | set(what.derived)
        )


def _scaled(value: Any, digits: int) -> Any:
    return value * 10**digits if digits and type(value) is int else value


def _aggregated(what: GroupKind, columns: Sequence[str], entries: Sequence[Entry]) -> list[Entry]:
    """Return the aggregates of kept rows by snapshot and the rule's keys."""
    groups: dict[Key, list[Entry]] = {}
    for key, values in entries:
        groups.setdefault(key[: len(what.keys) + 1], []).append((key, values))
    at = {column: n for n, column in enumerate(columns, 1)}
    return [
        (
            group,
            tuple(
                _aggregate(a, [(key[at[a.column]] if a.column else None, values[0]) for key, values in rows])
                for a in what.aggregates.values()
            ),
        )
        for group, rows in groups.items()
    ]


def _aggregate(aggregate: Aggregate, values: Sequence[tuple[Any, int]]) -> Any:
    """Return an aggregate of values, each with the number of times that it stands there."""
    if aggregate.of == "rows":
        return sum(times for _, times in values)
    if aggregate.of == "different":
        return len({value for value, _ in values})
    present = [(value, times) for value, times in values if value is not None]
    if aggregate.of == "count":
        return sum(times for _, times in present)
    if aggregate.of in ("sum", "true"):
        return sum(value * times for value, times in present)
    if not present:
        return None
    return (min if aggregate.of == "min" else max)(value for value, _ in present)
