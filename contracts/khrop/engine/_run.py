"""Run rules on a frame and collect what fails, what was not run, and which rows are set aside.

Here belongs how results become violations. What an engine is queried for belongs in `khrop.engine._scan`,
`khrop.engine.in_memory`, `khrop.engine._group_rules` and `khrop.engine._reference_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import narwhals as nw

from khrop.engine import _reference_rules, _scan, in_memory
from khrop.engine._group_rules import GroupRun
from khrop.engine._split import Split
from khrop.engine.backends.decimals import restore_row
from khrop.engine.compiling.compiled import COLUMNS, Built
from khrop.engine.compiling.row_rules import RowRule, scale_rule, simplify_rule
from khrop.engine.flags import Count
from khrop.engine.frames import PreparedFrame, count_rows
from khrop.engine.naming import fault_messages
from khrop.model import document_rules
from khrop.model.facts import ONLY_SNAPSHOT, Facts, snapshot_name
from khrop.model.grouping import Failure, Grouping, natural_key
from khrop.model.messages import fill_template, format_row, make_violation, violation_of
from khrop.model.names import resolved
from khrop.model.outcomes import CheckedRule
from khrop.model.rule import ContractOptions, Rule, Severity
from khrop.model.verdict import Verdict
from khrop.model.violation import LazyViolations, NotRun, Violation
from khrop.vocabulary.kinds import CountKind, KeyKind, LookupKind, ReferenceKind

Row = Mapping[str, Any]
Load = Callable[[], Sequence[Violation]]


def judge_rows(
    rules: Sequence[RowRule], frame: PreparedFrame, limit: int | None, count: Count | None = None
) -> Iterator[tuple[RowRule, int, Sequence[Row]]]:
    """Find the rows that fail each rule.

    Frames in memory are judged on arrays where a rule needs no more than numbers, all else in the engine.

    Args:
        rules: The rules.
        frame: The frame.
        limit: The most rows to fetch for each rule; None for all.
        count: A query that is run anyway and can count flags of rows.

    Yields:
        A rule, the count of all rows that fail it, and the first of them.
    """
    opaque = [rule for rule in rules if rule.formula is None and frame.scales]
    if opaque:  # nothing is known of such an expression but its columns, so it gets decimals as floats
        yield from judge_rows(opaque, frame.with_floats(), limit)
    rules = [scale_rule(rule, frame.scales, frame.integers) for rule in rules if rule not in opaque]
    arrays, whole = frame.arrays, frame.integers
    simplified = [(rule, simpler) for rule in rules if (simpler := simplify_rule(rule, whole)) is not None]
    as_written = {id(simpler): rule for rule, simpler in simplified}
    rules = [simpler for _, simpler in simplified]
    on_arrays = [r for r in rules if arrays is not None and r.on_arrays and frame.numbers.issuperset(r.numbers)]
    if arrays is not None and on_arrays:
        for rule, failing in zip(on_arrays, in_memory.judge(on_arrays, arrays, limit), strict=True):
            yield as_written[id(rule)], failing.count, arrays.rows(failing.rows) if failing.rows else ()
    in_engine = [r for r in rules if r not in on_arrays]
    for rule, fetched in zip(in_engine, _scan.judge(in_engine, frame, limit, count), strict=True):
        yield as_written[id(rule)], fetched.count, fetched.rows


@dataclass(slots=True)
class Run:
    """A check in progress.

    Attributes:
        contract: The contract.
        native: The frame as it was passed.
        options: The contract's options.
        frame: The prepared frame.
        by: How snapshots, rows and places are named.
        fetched: The snapshots of rows that were fetched.
        limit: The most violations to keep for each rule; None for all.
        facts: The facts of the documents.
        loads: Functions that build the kept violations.
        counts: The number of violations by rule id.
        severities: The severities of all violations.
        not_run: The rules whose input was absent.
        split: What sets rows aside.
        nameless: Whether there are rows without a snapshot, where an engine finds out by its groups; None before.
    """

    contract: type
    native: Any
    options: ContractOptions
    frame: PreparedFrame
    by: Grouping
    fetched: set[str]
    limit: int | None = None
    facts: Facts = field(default_factory=Facts)
    loads: list[Load] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    severities: set[Severity] = field(default_factory=set)
    not_run: list[NotRun] = field(default_factory=list)
    split: Split = field(default_factory=Split)
    nameless: bool | None = None

    def check_columns(self) -> None:
        """Check that the frame has the columns that the contract requires, with its types."""
        violations: list[Violation] = []
        for fault in self.frame.faults:
            name = fault.column
            th, en = fault_messages(fault)
            for snapshot in self.by.snapshots:
                violations.append(
                    Violation(
                        COLUMNS, "error", name, name, fault.observed, fault.expected, "", th, en, snapshot or None
                    )
                )
        if violations:
            self.split.fail_all()
            self._add(COLUMNS, "error", len(violations), partial(list, violations))

    def run_frame_rules(self, rules: Sequence[Built]) -> None:
        """Run rules about rows and groups of rows."""
        runnable = [built for built in rules if self._has_columns(built)]
        self._run([built for built in runnable if self._has_facts(built.rule)], self.frame)

    def run_reference_rules(
        self, rules: Sequence[Built], references: Mapping[str, PreparedFrame], previous: PreparedFrame | None
    ) -> None:
        """Run rules that compare with a named reference, or row by row with the previous return."""
        with_reference = [built for built in rules if isinstance(built.what, ReferenceKind)]
        for built in with_reference:
            if self._has_columns(built):
                self._run_with_reference(built.rule, built.what, references)
        self._run_with_previous([built for built in rules if built not in with_reference], previous)

    def run_document_rules(self, rules: Sequence[Built]) -> None:
        """Run rules about the document's own facts."""
        fact_rules = [(built.rule, built.what) for built in rules]
        snapshots = (ONLY_SNAPSHOT,) if self.facts.is_empty else self.by.snapshots
        violations, not_run = document_rules.judge(fact_rules, self.facts, snapshots)
        if violations and self.facts.is_empty:  # what fails without any document fails in each snapshot
            violations, not_run = document_rules.judge(fact_rules, self.facts, self.by.snapshots)
        for rule in {built.rule.id: built.rule for built in rules}.values():
            failing = [violation for violation in violations if violation.rule_id == rule.id]
            if failing:
                self.split.fail_snapshots(rule.severity, [violation.snapshot for violation in failing])
                self._add(rule.id, rule.severity, len(failing), partial(list, failing))
        self.not_run += not_run

    def verdict(self, rules: Sequence[CheckedRule]) -> Verdict:
        """Return the verdict, its violations in the order of the rules that were to be run."""
        ids = dict.fromkeys([COLUMNS, *(rule.id for rule in rules)])
        order = {rule_id: i for i, rule_id in enumerate(ids)}
        loads = self.loads
        self.split.bind(self.native, self.frame, self.by, self.options)
        return Verdict(
            self.contract.__name__,
            self.options.version,
            LazyViolations(lambda: sorted((v for load in loads for v in load()), key=lambda v: order[v.rule_id])),
            tuple(self.not_run),
            self.by,
            tuple((rule_id, self.counts[rule_id]) for rule_id in ids if rule_id in self.counts),
            frozenset(self.severities),
            self.split.rows,
            tuple(rules),
            count_rows(self.native),
        )

    def _has_facts(self, rule: Rule) -> bool:
        """Check whether a document has a fact that a rule needs, where it needs any."""
        has_facts = not rule.needs
        everyone = (ONLY_SNAPSHOT,) if self.facts.is_empty else self.by.snapshots if rule.needs else ()
        for fact in rule.needs:
            absent = [name for name in everyone if self.facts.absent(name, fact)]
            self.not_run += NotRun(rule.id, fact, f"the document does not say {fact}").per_snapshot(absent, everyone)
            has_facts = has_facts or len(absent) < len(everyone)
        return has_facts

    def _has_columns(self, built: Built) -> bool:
        if missing := self.frame.missing(built.named):
            reason = f"column {', '.join(missing)} is absent or of the wrong type"
            self.not_run.append(NotRun(built.rule.id, "", reason))
        return not missing

    def _run(self, rules: Sequence[Built], frame: PreparedFrame) -> None:
        row_rules = [built.what for built in rules if isinstance(built.what, RowRule)]
        group_rules = [built for built in rules if not isinstance(built.what, RowRule)]
        runs = {
            skipped: GroupRun(
                frame.without_nulls(skipped), self.by, self.facts,
                [built.what for built in group_rules if built.rule.skip_null == skipped],
            )
            for skipped in dict.fromkeys(built.rule.skip_null for built in group_rules)
        }  # fmt: skip
        shared = runs[()].count_flags if () in runs and runs[()].can_count_flags else None
        for rule, count, failing in judge_rows(row_rules, frame, self.limit, shared):
            if count:
                self._fail_rows(rule, frame)
                load = self._load_violations(rule, failing, frame.scales)
                self._add(rule.rule.id, rule.rule.severity, count, load)
        for skipped, run in runs.items():
            rules_of_skip = [built for built in group_rules if built.rule.skip_null == skipped]
            for built, failures in zip(rules_of_skip, run.run(), strict=True):
                self._add_failures(built.rule, failures, built.what, run)
        if () in runs:
            self.nameless = runs[()].nameless

    def _fail_rows(self, rule: RowRule, frame: PreparedFrame) -> None:
        if rule.rule.scope == "reference":
            keys = tuple(self.by.columns(*self.options.key))
            failing = partial(_failing_rows, rule, frame)
            self.split.fail_keys(rule.rule.severity, keys, failing)
        else:
            self.split.fail_rows(rule)

    def _load_violations(self, rule: RowRule, failing: Sequence[Row], scales: Mapping[str, int]) -> Load:
        """Return a function that builds the violations of failing rows without another query."""
        if failing:
            if self.by.column:
                self.fetched.update(snapshot_name(row[self.by.column]) for row in failing)
            self.by.name(failing[0])
        names = getattr(self.contract, "written_names", {})
        return lambda: in_order([self._violation(rule, restore_row(row, scales, names)) for row in failing])

    def _violation(self, rule: RowRule, row: Row) -> Violation:
        texts = format_row(row, self.by.key, self.by.label)
        null = next((c for c in rule.required if row[c] is None), "")
        column = null or fill_template(rule.rule, rule.words, "column", texts) or rule.columns[0]
        return make_violation(
            rule.rule, rule.words, texts, texts.words["key"], column, self.by.where(row), self.by.name(row)
        )

    def _add_failures(
        self, rule: Rule, failures: Sequence[Failure], what: Any = None, run: GroupRun | None = None
    ) -> None:
        if not failures:
            return
        is_by_key = getattr(what, "keeps", None) is not None and what.keys and self.options.snapshot is None
        if is_by_key and run is not None:
            self.split.fail_keys(rule.severity, what.keys, lambda: run.failing_keys(what))
        else:
            self.split.fail_snapshots(rule.severity, [failure.snapshot for failure in failures])
        kept = failures if self.limit is None else failures[: self.limit]
        self._add(rule.id, rule.severity, len(failures), lambda: [violation_of(rule, what, f) for f in kept])

    def _add(self, rule_id: str, severity: Severity, count: int, load: Load) -> None:
        """Count violations of a rule and keep as many as the limit allows beside those kept already."""
        before = self.counts.get(rule_id, 0)
        room = None if self.limit is None else max(self.limit - before, 0)
        self.counts[rule_id] = before + count
        self.severities.add(severity)
        if room != 0:
            names = self.options.names_th
            self.loads.append(lambda: [resolved(violation, names) for violation in load()[:room]])

    def _run_with_reference(self, rule: Rule, what: ReferenceKind, references: Mapping[str, PreparedFrame]) -> None:
        if absent := [name for name in what.references if name not in references]:
            self.not_run.append(NotRun(rule.id, "", f"no reference {', '.join(absent)} was passed"))
        elif isinstance(what, CountKind):
            self._add_failures(rule, _reference_rules.find_lost_rows(what, self.frame, references, self.by))
        elif isinstance(what, LookupKind):
            self._run_lookup(rule, what, references)
        elif isinstance(what, KeyKind):
            self._require_columns(rule, dict.fromkeys(what.references, what.columns), references)
            changes = _reference_rules.find_key_changes(rule, what, self.frame, references, self.by)
            self._add_failures(rule, changes)

    def _require_columns(
        self, rule: Rule, columns: Mapping[str, Sequence[str]], references: Mapping[str, PreparedFrame]
    ) -> None:
        for name, required in columns.items():
            if missing := [column for column in required if column not in references[name].schema]:
                raise ValueError(f"rule {rule.id!r}: reference {name} has no column {', '.join(missing)}")

    def _run_lookup(self, rule: Rule, what: LookupKind, references: Mapping[str, PreparedFrame]) -> None:
        self._require_columns(rule, {name: what.columns_of(name) for name in what.references}, references)
        skipped = tuple(column for column in what.columns if column in rule.skip_null)
        frame = self.frame.without_nulls(skipped)
        failing = _reference_rules.find_unmatched(rule, what, frame, references, self.limit)
        if failing.count:
            keys = tuple(self.by.columns(*what.columns))
            unmatched = partial(_reference_rules.unmatched_rows, rule, what, frame, references)
            self.split.fail_keys(rule.severity, keys, unmatched)
            row_rule = RowRule(rule, what.words(), nw.lit(True), None, what.columns, ())
            load = self._load_violations(row_rule, failing.rows, frame.scales)
            self._add(rule.id, rule.severity, failing.count, load)

    def _run_with_previous(self, rules: Sequence[Built], previous: PreparedFrame | None) -> None:
        runnable = [built for built in rules if self._has_columns(built)]
        compared = _reference_rules.find_compared(previous, self.by) if previous and runnable else set()
        everyone = self.by.snapshots if compared else (ONLY_SNAPSHOT,)
        uncompared = [name for name in everyone if name not in compared]
        comparable = []
        for built in runnable:
            skipped = NotRun(built.rule.id, "", "no previous return to compare with")
            self.not_run += skipped.per_snapshot(uncompared, everyone)
            columns = tuple(dict.fromkeys([*self.options.key, *built.named]))
            if previous and compared and (missing := previous.missing(columns)):
                skipped = NotRun(built.rule.id, "", f"the previous return has no column {', '.join(missing)}")
                self.not_run += skipped.per_snapshot(sorted(compared), everyone)
            elif compared:
                comparable.append(built)
        if previous and comparable:
            keys = tuple(key for key in self.by.columns(*self.options.key) if key in previous.schema)
            self._run(comparable, _reference_rules.join_previous(self.frame, previous, self.by, keys))


def _failing_rows(rule: RowRule, frame: PreparedFrame) -> nw.LazyFrame[Any]:
    return frame.data.filter(_scan.failing_rows(rule, frame))


def in_order(violations: Iterable[Violation]) -> list[Violation]:
    """Sort the violations of a rule as in the document, because engines return rows in any order."""

    def order(v: Violation) -> tuple[Any, ...]:
        place, key = natural_key(v.place), natural_key(v.key)
        return (v.snapshot or "", place, key, v.column_name, v.observed, v.expected, v.message_en)

    return sorted(violations, key=order)
