"""Run a contract on a frame and come to a verdict.

Here belongs the order of the work: what the frame has, whose snapshots they are, then rows and groups, references
and the document, and what cannot be run for want of its input. What a rule means belongs in its contract. Frames
are reached through narwhals alone, so that nothing here knows an engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from khrop import documents
from khrop.facts import ONE, Facts, gather, plain, records
from khrop.frames import Fault, Ready, ready
from khrop.grouping import Grouping
from khrop.rules import PREVIOUS, ContractOptions, Params, Rule, Scope, options_of, rules_of
from khrop.scan import scan
from khrop.verdict import NotRun, Verdict, Violation

COLUMNS = "columns"
"""The id under which a frame fails that lacks a column of the contract, or has one of the wrong type."""

SCOPES: tuple[Scope, ...] = ("row", "group", "reference", "document")
_KIND_TH = {"number": "ตัวเลข", "text": "ข้อความ", "other": ""}


def check(
    contract: type,
    frame: Any,
    *,
    claims: Any = None,
    document: Any = None,
    previous: Any = None,
    params: Params | None = None,
    scopes: tuple[Scope, ...] = SCOPES,
) -> Verdict:
    """Check a frame against a contract.

    `frame` has a row a province (or whatever the contract is of) and may hold many snapshots, told apart by the
    contract's snapshot column. `claims` are (source, measure, value, place), `document` the document's facts, both
    as a frame or as records, with the snapshot's column where there are many; `previous` is the frame to compare
    with, its rows under the name of the snapshot they are compared *for*. `params` override the contract's
    parameters. Percents are points (3.72), dates are dates.

    A rule whose input is absent is `not_run`; a rule that should have run and could not raises. So does a document
    or claim that does not say which of many snapshots it is of (ValueError).
    """
    options = options_of(contract)
    said, claimed = records(document), records(claims)
    run = _begin(contract, frame, [*said, *claimed])
    run.params = {**(options.params or {}), **(params or {})}
    run.facts = gather(run.by.snapshots, options.snapshot, said, claimed, run.params)
    rules = [rule for rule in rules_of(contract) if rule.scope in scopes]
    if "row" in scopes:
        run.columns()
    run.frame_rules([rule for rule in rules if rule.scope in ("row", "group")])
    run.reference_rules([rule for rule in rules if rule.scope == "reference"], previous)
    run.document_rules([rule for rule in rules if rule.scope == "document"])
    order = {rule_id: i for i, rule_id in enumerate([COLUMNS, *dict.fromkeys(r.id for r in rules)])}
    found = tuple(sorted(run.found, key=lambda v: order[v.rule_id]))
    many = run.by.snapshots if run.by.snapshots != (ONE,) else ()
    return Verdict(contract.__name__, options.version, found, tuple(run.not_run), many)


def holds(contract: type, rule: Rule, frame: Any) -> bool:
    """Whether a frame keeps one row or group rule: how plain Pandera asks."""
    run = _begin(contract, frame, [])
    run.params = dict(options_of(contract).params or {})
    run.facts = gather(run.by.snapshots, None, [], [], run.params)
    run.frame_rules([rule])
    return not run.found and not run.frame.lacks(rule.columns)


def _begin(contract: type, native: Any, said: list[Mapping[str, Any]]) -> _Run:
    """A frame made ready, and the names of the snapshots that it, its document and its claims speak of."""
    options = options_of(contract)
    frame = ready(contract, native)
    column = options.snapshot if options.snapshot in frame.schema else None
    told = [str(row[options.snapshot]) for row in said if options.snapshot and row.get(options.snapshot) is not None]
    seen: list[Any] = []
    if column:
        seen = frame.data.select(nw.col(column)).unique().collect()[column].to_list()
        if any(plain(name) is None for name in seen):
            faults = (*frame.faults, Fault(column, "null", "text"))
            frame = Ready(frame.data.filter(~nw.col(column).is_null()), frame.schema, faults)
    names = tuple(dict.fromkeys([*told, *sorted(str(name) for name in seen if plain(name) is not None)])) or (ONE,)
    if len(names) > 1 and not column:
        raise ValueError(
            f"documents or claims of {len(names)} snapshots, but the frame has no column {options.snapshot}"
        )
    place = options.place if options.place in frame.schema else None
    return _Run(contract, options, frame, Grouping(column if len(names) > 1 else None, names, options.key, place))


@dataclass(slots=True)
class _Run:
    """One check under way."""

    contract: type
    options: ContractOptions
    frame: Ready
    by: Grouping
    params: Params = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    found: list[Violation] = field(default_factory=list)
    not_run: list[NotRun] = field(default_factory=list)

    def columns(self) -> None:
        """The columns that the contract requires are there, and of its types."""
        for fault in self.frame.faults:
            name, kind = fault.column, fault.expected
            if fault.observed:
                th = f"คอลัมน์ {name} ต้องเป็น{_KIND_TH[kind]} ไม่ใช่ {fault.observed}"
                en = f"column {name} is {fault.observed}, not {kind}"
            else:
                th, en = f"ไม่มีคอลัมน์ {name}", f"column {name} is absent"
            for snapshot in self.by.snapshots:
                self.found.append(
                    Violation(COLUMNS, "error", name, name, fault.observed, kind, "", th, en, snapshot or None)
                )

    def frame_rules(self, rules: Iterable[Rule]) -> None:
        """Rules about rows and groups of rows."""
        runnable = [rule for rule in rules if self._has_columns(rule)]
        for rule in runnable:
            for fact in rule.needs:
                absent = [name for name in self.by.snapshots if self.facts.absent(name, fact)]
                self._not_run(rule, fact, f"the document does not say {fact}", absent)
        built = [(rule, rule.build(self.contract, self.params)) for rule in runnable]
        self.found += scan(built, self.frame, self.by, self.facts)

    def _has_columns(self, rule: Rule) -> bool:
        if lacking := self.frame.lacks(rule.columns):
            self._not_run(rule, "", f"column {', '.join(lacking)} is absent or of the wrong type", self.by.snapshots)
        return not lacking

    def _not_run(self, rule: Rule, part: str, reason: str, snapshots: Iterable[str]) -> None:
        self.not_run += [NotRun(rule.id, part, reason, name) for name in snapshots]

    def reference_rules(self, rules: Iterable[Rule], previous: Any) -> None:
        """Rules that compare with the previous return, on the rows that it has too."""
        runnable = [rule for rule in rules if self._has_columns(rule)]
        older = ready(self.contract, previous) if runnable and previous is not None else None
        compared = self._compared(older) if older else set()
        uncompared = [name for name in self.by.snapshots if name not in compared]
        built = []
        for rule in runnable:
            self._not_run(rule, "", "no previous return to compare with", uncompared)
            if older and compared and (lacking := older.lacks((self.options.key[0], *rule.columns))):
                self._not_run(rule, "", f"the previous return has no column {', '.join(lacking)}", sorted(compared))
            elif compared:
                built.append((rule, rule.build(self.contract, self.params)))
        if older and built:
            self.found += scan(built, self._joined(older), self.by, self.facts)

    def _compared(self, older: Ready) -> set[str]:
        """The snapshots that the previous frame has rows for."""
        column = self.by.snapshot if self.by.snapshot in older.schema else None
        if column:
            seen = older.data.select(nw.col(column)).unique().collect()[column].to_list()
            return {str(s) for s in seen}.intersection(self.by.snapshots)
        rows = older.data.select(nw.len()).collect().item()
        return set(self.by.snapshots) if rows else set()

    def _joined(self, older: Ready) -> Ready:
        """The frame's rows that the previous return has too, with its columns beside as `previous_<column>`. A row
        that names nothing is like no other: narwhals joins no nulls."""
        keys = [key for key in self.by.columns(self.options.key[0]) if key in older.schema]
        beside = {name: PREVIOUS + name for name in older.schema if name not in keys}
        data = self.frame.data.join(older.data.rename(beside), on=keys)
        return Ready(data, data.collect_schema())

    def document_rules(self, rules: Iterable[Rule]) -> None:
        """Rules about the document's own facts."""
        found, not_run = documents.judge(self.contract, rules, self.params, self.facts, self.by.snapshots)
        self.found += found
        self.not_run += not_run
