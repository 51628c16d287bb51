"""Measure a part of a table: what fails in it, and the figures of groups that other parts may add to.

Here belongs what a part's frame is queried for. What is kept is in `khrop.measures.state`; what it means together with
other parts, in `khrop.measures.judge_state`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import narwhals as nw

from khrop.engine import _reference_rules
from khrop.engine._group_rules import GroupRun
from khrop.engine._run import Run, judge_rows
from khrop.engine.backends.pandas import with_integers
from khrop.engine.check import LIMIT, PREVIOUS_FRAME, start
from khrop.engine.compiling.compiled import Built, built_rules
from khrop.engine.compiling.declared import columns_of
from khrop.engine.compiling.row_rules import RowRule
from khrop.engine.flags import distinct_rows, fetch_rows
from khrop.engine.frames import TEXTS, PreparedFrame, count_rows
from khrop.engine.preparing import prepare
from khrop.engine.safe_names import names_to_change, rename_contract, rename_frame
from khrop.measures._digest import digest_of
from khrop.measures._part_kinds import Kept, NoDocument, PartGrouping, Within, entries_of, figures_of, kept_columns
from khrop.measures.results import (
    Compared,
    Failures,
    Figures,
    Key,
    NotMeasured,
    Result,
    first_violations,
    too_many,
)
from khrop.measures.state import State
from khrop.model.facts import ONLY_SNAPSHOT
from khrop.model.grouping import Aggregate, Failure, Grouping
from khrop.model.messages import violation_of
from khrop.model.names import resolved
from khrop.model.rule import Params
from khrop.model.violation import Violation
from khrop.vocabulary.kinds import CountKind, GroupKind, KeyKind, ReferenceKind

MOST = 100_000
"""The most groups that are kept for each rule by default."""
ROWS = "rows"
"""The name of the number of rows, where rows are kept."""
_PRESENT = "__present_"
Slots = list[Result | None]
"""What is kept of each rule, in the order of the contract."""


def frame_rules(contract: type, params: Params | None) -> list[Built]:
    """Return the rules that a frame is needed for, in the order in which a state keeps their results."""
    return [built for built in built_rules(contract, params) if built.rule.scope != "document"]


def measure(
    contract: type,
    part: Any,
    *,
    previous: Any = None,
    references: Mapping[str, Any] | None = None,
    params: Params | None = None,
    complete_snapshots: bool = True,
    limit: int | None = LIMIT,
    most: int = MOST,
) -> State:
    """Measure a part of a table, so that it need not be read again when the whole is judged.

    Of a contract with a snapshot column a part holds whole snapshots: then groups are judged within the part, and the
    state keeps little more than their names. With `complete_snapshots=False`, or without a snapshot column, the rows of
    a group may be in several parts; the state keeps the figures of each group, and each key of `UniqueKey`, up to
    `most`. A rule that the parts do not decide is in the `not_run` of the verdict, with the reason.

    Claims and documents are passed to `khrop.judge`.

    Args:
        contract: The contract.
        part: The part, a frame of any engine that `khrop.check` takes.
        previous: The frame to compare with, or the part of it that has the part's keys, its rows under the name of the
            snapshot that they are compared with.
        references: Further frames, by the names that rules use for them, with all that the part may refer to.
        params: Parameters that replace the contract's own.
        complete_snapshots: Whether no other part has rows of this part's snapshots.
        limit: The most violations to keep for each rule; None for all. Counts are exact whatever it is.
        most: The most groups to keep for each rule. A rule with more is decided for this part alone.

    Returns:
        The state, for `khrop.merge`, `khrop.judge` and `State.to_json`.

    Raises:
        ValueError: The contract does not declare the frame's engine.
        TypeError: The part is not a frame of a known engine.
        RuleDefinitionError: A rule of the contract cannot be run as it is written.

    Example:
        >>> import pandas as pd
        >>> import pandera.pandas as pa
        >>> from pandera.typing import Series
        >>> import khrop
        >>> from khrop.vocabulary import AddsUp
        >>> class Stock(pa.DataFrameModel):
        ...     item: Series[str] = pa.Field(unique=True)
        ...     received: Series[int]
        ...     sold: Series[int]
        ...     left: Series[int]
        ...
        ...     @khrop.rule("left-over")
        ...     def left_over(cls, params):
        ...         'What was sold and what is left add up to what was received.'
        ...         return AddsUp(("sold", "left"), "received")
        >>> january = pd.DataFrame({"item": ["tea"], "received": [10], "sold": [3], "left": [7]})
        >>> february = pd.DataFrame({"item": ["tea", "rice"], "received": [2, 5], "sold": [2, 1], "left": [0, 5]})
        >>> states = [khrop.measure(Stock, part) for part in (january, february)]
        >>> [khrop.judge(state).counts() for state in states]
        [{}, {'left-over': 1}]
        >>> khrop.judge(khrop.merge(states)).counts()
        {'unique': 1, 'left-over': 1}
    """
    rules = frame_rules(contract, params)
    renamed: dict[str, str] = {}
    others = {**(references or {}), **({} if previous is None else {PREVIOUS_FRAME: previous})}
    renamed_contract = contract
    if renamed := names_to_change(part, others.values()):
        renamed_contract, part = rename_contract(contract, tuple(renamed.items())), rename_frame(part, renamed)
        others = {name: rename_frame(native, renamed) for name, native in others.items()}
        rules = frame_rules(renamed_contract, params)
    part = with_integers(
        part, [name for name, column in columns_of(renamed_contract).items() if column.kind == "integer"]
    )
    run = start(renamed_contract, part, [], _PartRun)
    run.rows, run.limit, run.most = count_rows(part).count(), limit, most
    run.only = run.by
    run.by = PartGrouping(**{f.name: getattr(run.by, f.name) for f in fields(run.by)})
    run.complete = complete_snapshots and run.by.column is not None
    frames = {
        name: prepare(renamed_contract, native, _reference_rules.keys_there(rules, name, renamed_contract))
        for name, native in others.items()
    }
    results = run.results(rules, frames)
    named = {column for built in rules for column in built.named}
    return State(
        contract, dict(params or {}), digest_of(contract, params), run.rows, run.names,
        run.by.column is not None, run.complete, run.by.place is not None,
        {column: run.holds(column) for column in sorted(named.intersection(run.frame.schema))}, run.frame.faults,
        tuple(results), limit, most, tuple(renamed.items()),
    )  # fmt: skip


@dataclass(slots=True)
class _PartRun(Run):
    """The measurement of a part."""

    rows: int = 0
    most: int = MOST
    complete: bool = False
    empty: frozenset[str] | None = None
    only: Grouping | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the part's snapshots."""
        return tuple(self.by.present)

    def results(self, rules: Sequence[Built], frames: Mapping[str, PreparedFrame]) -> Slots:
        """Measure each rule."""
        results: Slots = [None] * len(rules)
        readable = {i: built for i, built in enumerate(rules) if not self.frame.missing(built.named)}
        frame_rules = {i: built for i, built in readable.items() if built.rule.scope in ("row", "group")}
        self._measure(frame_rules, self.frame, results)
        compared = {}
        for i, built in readable.items():
            if isinstance(built.what, ReferenceKind):
                results[i] = self._with_one_reference(built, frames)
            elif built.rule.scope == "reference":
                compared[i] = built
        self._with_previous(compared, frames.get(PREVIOUS_FRAME), results)
        return results

    def holds(self, column: str) -> str:
        """Return what a column holds."""
        dtype = self.frame.schema[column]
        if dtype.is_integer() or dtype.is_decimal():
            return "integer"
        return "float" if dtype.is_float() else "text" if dtype in TEXTS else type(dtype).__name__

    def _measure(self, rules: Mapping[int, Built], frame: PreparedFrame, results: Slots) -> None:
        """Measure rules about rows and groups of a frame."""
        row_rules = {id(built.what.rule): i for i, built in rules.items() if isinstance(built.what, RowRule)}
        results_of_rows = judge_rows([rules[i].what for i in row_rules.values()], frame, self.limit)
        for i in row_rules.values():
            results[i] = Failures()
        for rule, count, failing in results_of_rows:
            if count:
                violations = self._load_violations(rule, failing, frame.scales)()
                results[row_rules[id(rule.rule)]] = Failures(count, self._first(violations))
        groups = {i: built for i, built in rules.items() if not isinstance(built.what, RowRule)}
        for skipped in dict.fromkeys(built.rule.skip_null for built in groups.values()):
            rules_of_skip = {i: built for i, built in groups.items() if built.rule.skip_null == skipped}
            if self.complete:
                self._judge_within(rules_of_skip, frame.without_nulls(skipped), results)
            else:
                self._keep_groups(rules_of_skip, frame.without_nulls(skipped), results)

    def _judge_within(self, rules: Mapping[int, Built], frame: PreparedFrame, results: Slots) -> None:
        """Judge rules about groups that no other part adds to."""
        kinds = {i: Within(built.what, self.names) for i, built in rules.items()}
        alone = len(self.names) == 1 and frame.arrays is not None and frame.arrays.length
        # Arrays are fast, but have no name of a snapshot: they serve where all rows are of the same.
        by = self.only if alone and self.only is not None else self.by
        failures_of_rules = GroupRun(frame, by, NoDocument(), list(kinds.values())).run()
        for (i, kind), failures in zip(kinds.items(), failures_of_rules, strict=True):
            if kind.groups is not None:
                functions = {name: a.of for name, a in kind.aggregates.items()}
                entries = {
                    (snapshot, *(row[k] for k in kind.keys)): tuple(row[name] for name in functions)
                    for snapshot, rows in kind.groups.items()
                    for row in rows
                }
                undecided = figures_of(tuple(functions.values()), kind.keys, entries, {})
                results[i] = Failures(rowless=kind.rowless, undecided=undecided)
            else:
                results[i] = self._failures(rules[i], failures, kind.rowless)

    def _failures(self, built: Built, failures: Sequence[Failure], rowless: tuple[str, ...] = ()) -> Failures:
        limited = failures[: self.limit]
        violations = self._first([violation_of(built.rule, built.what, failure) for failure in limited])
        return Failures(len(failures), violations, rowless)

    def _first(self, violations: Sequence[Violation]) -> tuple[Violation, ...]:
        names = self.options.names_th
        return first_violations((resolved(violation, names) for violation in violations), self.limit)

    def _keep_groups(self, rules: Mapping[int, Built], frame: PreparedFrame, results: Slots) -> None:
        """Keep the figures of groups that other parts may add to."""
        kinds = {i: list(self._kept(built.what, frame)) for i, built in rules.items()}
        many = [i for i, own_kinds in kinds.items() if self._is_many(own_kinds, frame)]
        alone = {i: Within(rules[i].what, self.names) for i in many}
        kept_kinds: list[GroupKind] = [kind for i, own_kinds in kinds.items() if i not in alone for kind in own_kinds]
        failures_of_kinds = GroupRun(frame, self.by, NoDocument(), [*alone.values(), *kept_kinds]).run()
        for (i, kind), failures in zip(alone.items(), failures_of_kinds, strict=False):
            reason = too_many(self.most)
            judged = replace(self._failures(rules[i], failures, kind.rowless), alone=reason)
            results[i] = judged if kind.groups is None else NotMeasured(reason)
        for i, own_kinds in kinds.items():
            if i not in alone:
                results[i] = self._kept_figures(rules[i], own_kinds)

    def _kept(self, what: GroupKind, frame: PreparedFrame) -> Iterator[Kept]:
        """Yield the aggregates that are kept for a rule."""
        if columns := kept_columns(what, frame.schema, self.by.place):
            yield Kept(columns, what.derived, {ROWS: Aggregate("rows")})
            return
        figures = {name: a for name, a in what.aggregates.items() if a.of != "different"}
        present = {_PRESENT + name: Aggregate("count", a.column) for name, a in figures.items() if a.of == "sum"}
        yield Kept(what.keys, what.derived, figures | present or {ROWS: Aggregate("rows")})
        for column in dict.fromkeys(a.column for a in what.aggregates.values() if a.of == "different"):
            yield Kept((*what.keys, column), what.derived, {ROWS: Aggregate("rows")})

    def _is_many(self, kinds: Sequence[Kept], frame: PreparedFrame) -> bool:
        """Check whether there are more groups than are kept, before any of them is fetched."""
        if self.rows <= self.most:
            return False
        for kind in kinds:
            columns = self.by.columns(*kind.keys)
            if columns and not set(columns).intersection(kind.derived):
                groups = distinct_rows(frame.data, *columns).head(self.most + 1)
                if int(groups.select(nw.len()).collect().item()) > self.most:
                    return True
        return False

    def _kept_figures(self, built: Built, group_kinds: Sequence[Kept]) -> Figures:
        """Return the figures of a rule, those of all its aggregates together."""
        what: GroupKind = built.what
        types = {c: self.holds(c) for c in built.named if c in self.frame.schema and c not in self._valueless()}
        if what.row_columns:
            rows = {key: (row[ROWS],) for key, row in entries_of(group_kinds[0])}
            return figures_of(("rows",), group_kinds[0].keys, rows, types)
        different: dict[str, dict[Key, set[Any]]] = {}
        for kind in group_kinds[1:]:
            values = different.setdefault(kind.keys[-1], {})
            for key, _ in entries_of(kind):
                values.setdefault(key[:-1], set()).add(key[-1])
        is_typed = bool(set(types).issuperset(built.named))
        groups = {}
        for key, row in entries_of(group_kinds[0]):
            figures: list[Any] = []
            for name, a in what.aggregates.items():
                if a.of == "different":
                    figures.append(frozenset(different[a.column].get(key, ())))
                else:  # what an engine adds up to where there is nothing differs
                    value = 0 if a.of == "sum" and not row[_PRESENT + name] else row[name]
                    whole = not is_typed and isinstance(value, float) and value.is_integer()
                    figures.append(int(value) if whole else value)
            groups[key] = tuple(figures)
        return figures_of(tuple(a.of for a in what.aggregates.values()), what.keys, groups, types)

    def _valueless(self) -> frozenset[str]:
        """Return the columns of floats without a value, whose type is not known."""
        if self.empty is None:
            floats = [name for name, dtype in self.frame.schema.items() if dtype.is_float()]
            counts = fetch_rows(self.frame.data.select(*[nw.col(c).count() for c in floats]))[0] if floats else {}
            self.empty = frozenset(name for name in floats if not counts[name])
        return self.empty

    def _with_one_reference(self, built: Built, references: Mapping[str, PreparedFrame]) -> Result:
        """Measure a rule that names its references."""
        by, nameless = self.by, self.rows > 0 and not self.names
        if nameless and self.only is not None:  # all rows are without a snapshot, and judged as of a single one
            self.by = self.only
        self._run_with_reference(built.rule, built.what, references)
        self.by = by
        loads, self.loads = self.loads, []
        skipped, self.not_run = self.not_run, []
        if skipped:
            return NotMeasured(skipped[0].reason)
        # No other part changes which rows are looked up in vain, but how many there are in all.
        is_count = isinstance(built.what, (CountKind, KeyKind)) and (nameless or not self.complete)
        reason = "it is about whole snapshots, of which a part may have some rows" if is_count else ""
        violations = [violation for load in loads for violation in load()]
        return Failures(self.counts.pop(built.rule.id, 0), self._first(violations), alone=reason)

    def _with_previous(self, rules: Mapping[int, Built], previous: PreparedFrame | None, results: Slots) -> None:
        """Measure rules that compare with the previous return."""
        names = self.names if self.by.column else (ONLY_SNAPSHOT,)
        if previous is None:
            results_of = Compared(without=names)
        else:
            compared = _reference_rules.find_compared(previous, self.by) if rules else set()
            results_of = Compared(tuple(sorted(compared.intersection(names))))
        comparable = {}
        for i, built in rules.items():
            columns = tuple(dict.fromkeys([*self.options.key, *built.named]))
            missing = previous.missing(columns) if previous is not None and results_of.snapshots else []
            results[i] = replace(results_of, missing=tuple(missing))
            if results_of.snapshots and not missing:
                comparable[i] = built
        if previous is not None and comparable:
            keys = tuple(key for key in self.by.columns(*self.options.key) if key in previous.schema)
            measured: Slots = [None] * len(results)
            self._measure(comparable, _reference_rules.join_previous(self.frame, previous, self.by, keys), measured)
            for i in comparable:
                result = measured[i]
                assert not isinstance(result, Compared)
                results[i] = replace(results_of, result=result)
