"""Run a contract on a frame and come to a verdict.

Here belongs the order of the work: what the frame has, whose snapshots they are, then rows and groups, references
and the document, and what cannot be run for want of its input. What a rule means belongs in its contract; what is
asked of a frame belongs in `khrop.engine.scan`, `khrop.engine.in_memory` and `khrop.engine.group_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import narwhals as nw

from khrop.engine import in_memory, reference_rules, scan
from khrop.engine.compiled import COLUMNS, Built, built_rules
from khrop.engine.frames import Ready, ready
from khrop.engine.group_rules import GroupRun
from khrop.engine.row_rules import RowRule, on_integers
from khrop.engine.snapshots import named
from khrop.engine.split import Split
from khrop.model import document_rules
from khrop.model.facts import ONE, Facts, gather, records
from khrop.model.grouping import Failure, Grouping, natural
from khrop.model.messages import say, shown, violation
from khrop.model.rule import ContractOptions, Params, Rule, Scope, Severity, options_of
from khrop.model.verdict import Found, NotRun, Verdict, Violation
from khrop.vocabulary.kinds import CountKind, LookupKind, ReferenceKind

SCOPES: tuple[Scope, ...] = ("row", "group", "reference", "document")
LIMIT = 1000
_KIND_TH = {"integer": "จำนวนเต็ม", "number": "ตัวเลข", "text": "ข้อความ", "boolean": "จริงหรือเท็จ", "date": "วันที่"}
PREVIOUS_FRAME = "previous"


def check(
    contract: type,
    frame: Any,
    *,
    claims: Any = None,
    document: Any = None,
    previous: Any = None,
    references: Mapping[str, Any] | None = None,
    params: Params | None = None,
    scopes: tuple[Scope, ...] = SCOPES,
    limit: int | None = LIMIT,
) -> Verdict:
    """Check a frame (pandas, Polars eager or lazy, pyarrow, DuckDB, Ibis, PySpark) against a contract.

    `frame` has a row a province (or whatever the contract is of) and may hold many snapshots, told apart by the
    contract's snapshot column. `claims` are (source, measure, value, place), `document` the document's facts, both
    as a frame or as records, with the snapshot's column where there are many; `previous` is the frame to compare
    with, its rows under the name of the snapshot they are compared *for*; `references` are further frames, by the
    names that rules have for them. All frames are of one engine. `params` override the contract's parameters.
    Percents are points (3.72), dates are dates.

    Of each rule at most `limit` violations are told (None: all); counts and status are exact whatever it is.

    A rule whose input is absent is `not_run`; a rule that should have run and could not raises. So does a document
    or claim that does not say which of many snapshots it is of (ValueError), what is no frame (TypeError), and a
    frame of an engine that the contract does not declare (ValueError).
    """
    options = options_of(contract)
    said, claimed = records(document), records(claims)
    rules = [one for one in built_rules(contract, params) if one.rule.scope in scopes]
    run = _begin(contract, frame, [*said, *claimed])
    run.limit = limit
    known = {**(options.params or {}), **(params or {})}
    run.facts = gather(lambda: run.by.snapshots, options.snapshot, said, claimed, known)
    if "row" in scopes:
        run.columns()
    run.frame_rules([one for one in rules if one.rule.scope in ("row", "group")])
    others = {**(references or {}), **({} if previous is None else {PREVIOUS_FRAME: previous})}
    if compared := [one for one in rules if one.rule.scope == "reference"]:
        run.reference_rules(compared, others)
    if documented := [one for one in rules if one.rule.scope == "document"]:
        run.document_rules(documented)
    return run.verdict([COLUMNS, *dict.fromkeys(one.rule.id for one in rules)])


def holds(contract: type, rule: Rule, frame: Any) -> bool:
    """Whether a frame keeps one row or group rule: how plain Pandera asks."""
    run = _begin(contract, frame, [])
    run.facts = Facts(params=dict(options_of(contract).params or {}))
    run.limit = 0
    run.frame_rules([one for one in built_rules(contract, None) if one.rule == rule])
    return not run.counts and not run.frame.lacks(rule.columns)


def _begin(contract: type, native: Any, said: Sequence[Mapping[str, Any]]) -> _Run:
    """A frame made ready, with the names of its snapshots."""
    options = options_of(contract)
    frame = ready(contract, native)
    if frame.engine not in options.engines:
        raise ValueError(f"{contract.__name__} is for {', '.join(options.engines)}; this frame is of {frame.engine}")
    frame, by, met = named(frame, options, said)
    return _Run(contract, native, options, frame, by, met)


def judge_rows(
    rules: Sequence[RowRule], frame: Ready, limit: int | None
) -> Iterator[tuple[RowRule, int, Sequence[Mapping[str, Any]]]]:
    """How many rows fail each rule, and the first of them: on arrays where the frame lies in memory and the rule
    needs no more than numbers, in the engine otherwise."""
    arrays = frame.arrays
    whole = frozenset(name for name, dtype in frame.schema.items() if dtype.is_integer())
    asked = [(rule, simpler) for rule in rules if (simpler := on_integers(rule, whole)) is not None]
    as_written = {id(simpler): rule for rule, simpler in asked}
    rules = [simpler for _, simpler in asked]
    mine = [r for r in rules if arrays is not None and r.reckoned and frame.numbers.issuperset(r.numbers)]
    if arrays is not None and mine:
        for rule, failing in zip(mine, in_memory.judge(mine, arrays, limit), strict=True):
            yield as_written[id(rule)], failing.count, arrays.rows(failing.rows) if failing.rows else ()
    rest = [r for r in rules if r not in mine]
    for rule, told in zip(rest, scan.judge(rest, frame, limit), strict=True):
        yield as_written[id(rule)], told.count, told.rows


@dataclass(slots=True)
class _Run:
    """One check under way."""

    contract: type
    native: Any
    options: ContractOptions
    frame: Ready
    by: Grouping
    met: set[str]
    """Snapshots that have been met with in rows that were fetched."""
    limit: int | None = None
    facts: Facts = field(default_factory=Facts)
    found: list[Callable[[], Sequence[Violation]]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    broken: set[Severity] = field(default_factory=set)
    not_run: list[NotRun] = field(default_factory=list)
    split: Split = field(default_factory=Split)

    def columns(self) -> None:
        """The columns that the contract requires are there, and of its types."""
        found: list[Violation] = []
        for fault in self.frame.faults:
            name, kind = fault.column, fault.expected
            if fault.observed == "null":
                th, en = f"มีแถวที่ไม่มีค่า {name}", f"rows without {name}"
            elif fault.observed:
                th = f"คอลัมน์ {name} ต้องเป็น{_KIND_TH.get(kind, kind)} ไม่ใช่ {fault.observed}"
                en = f"column {name} is {fault.observed}, not {kind}"
            else:
                th, en = f"ไม่มีคอลัมน์ {name}", f"column {name} is absent"
            for snapshot in self.by.snapshots:
                found.append(
                    Violation(COLUMNS, "error", name, name, fault.observed, kind, "", th, en, snapshot or None)
                )
        if found:
            self.split.all_fail()
            self._keep(COLUMNS, "error", len(found), partial(list, found))

    def frame_rules(self, rules: Sequence[Built]) -> None:
        """Rules about rows and groups of rows."""
        runnable = [one for one in rules if self._has_columns(one)]
        self._run([one for one in runnable if self._is_told(one.rule)], self.frame)

    def _is_told(self, rule: Rule) -> bool:
        """Whether some document says something of what a rule needs, where it needs anything."""
        told = not rule.needs
        everyone = (ONE,) if self.facts.silent else self.by.snapshots if rule.needs else ()
        for fact in rule.needs:
            absent = [name for name in everyone if self.facts.absent(name, fact)]
            self.not_run += NotRun(rule.id, fact, f"the document does not say {fact}").of(absent, everyone)
            told = told or len(absent) < len(everyone)
        return told

    def _run(self, rules: Sequence[Built], frame: Ready) -> None:
        rows = [one.what for one in rules if isinstance(one.what, RowRule)]
        for rule, count, failing in judge_rows(rows, frame, self.limit):
            if count:
                self._rows_fail(rule, frame)
                self._keep(rule.rule.id, rule.rule.severity, count, self._told(rule, failing))
        groups = [one for one in rules if not isinstance(one.what, RowRule)]
        told = GroupRun(frame, self.by, self.facts).run([one.what for one in groups]) if groups else []
        for one, failures in zip(groups, told, strict=True):
            self._failed(one.rule, failures, one.what, frame)

    def _rows_fail(self, rule: RowRule, frame: Ready) -> None:
        if rule.rule.scope == "reference":
            keys = tuple(self.by.columns(self.options.key[0]))
            self.split.keys_fail(rule.rule.severity, keys, lambda: frame.data.filter(scan.fails(rule, frame)))
        else:
            self.split.rows_fail(rule)

    def _told(self, rule: RowRule, failing: Sequence[Mapping[str, Any]]) -> Callable[[], list[Violation]]:
        """The violations of failing rows, in words when they are asked for; the engine is not asked again."""
        if failing:
            if self.by.column:
                self.met.update(str(row[self.by.column]) for row in failing)
            self.by.name(failing[0])
        return lambda: sorted([self._violation(rule, row) for row in failing], key=_order)

    def _violation(self, rule: RowRule, row: Mapping[str, Any]) -> Violation:
        texts = shown(row, self.by.key)
        null = next((c for c in rule.required if row[c] is None), "")
        column = null or say(rule.rule, rule.words, "column", texts) or rule.columns[0]
        return violation(rule.rule, rule.words, texts, texts["key"], column, self.by.where(row), self.by.name(row))

    def _failed(self, rule: Rule, failures: Sequence[Failure], what: Any = None, frame: Ready | None = None) -> None:
        if not failures:
            return
        if (
            getattr(what, "keeps", None) is not None
            and what.keys
            and frame is not None
            and self.options.snapshot is None
        ):
            bad = GroupRun(frame, self.by, self.facts)
            self.split.keys_fail(rule.severity, what.keys, lambda: bad.failing(what))
        else:
            self.split.snapshots_fail(rule.severity, [f.snapshot for f in failures])
        kept = failures if self.limit is None else failures[: self.limit]
        found = [
            Violation(
                rule.id, rule.severity, f.key, f.column, f.observed, f.expected, f.place, f.th, f.en, f.snapshot or None
            )
            for f in kept
        ]
        self._keep(rule.id, rule.severity, len(failures), partial(list, found))

    def _keep(self, rule_id: str, severity: Severity, count: int, found: Callable[[], Sequence[Violation]]) -> None:
        """Count what breaks a rule, and tell as much of it as the limit has room for beside what is told already."""
        before = self.counts.get(rule_id, 0)
        room = None if self.limit is None else max(self.limit - before, 0)
        self.counts[rule_id] = before + count
        self.broken.add(severity)
        if room != 0:
            self.found.append(lambda: found()[:room])

    def _has_columns(self, one: Built) -> bool:
        if lacking := self.frame.lacks(one.named):
            self.not_run.append(NotRun(one.rule.id, "", f"column {', '.join(lacking)} is absent or of the wrong type"))
        return not lacking

    def reference_rules(self, rules: Sequence[Built], others: Mapping[str, Any]) -> None:
        """Rules that compare with another frame: the previous return, row by row, or one that they name."""
        frames = {name: ready(self.contract, native) for name, native in others.items()}
        named = [one for one in rules if isinstance(one.what, ReferenceKind)]
        for one in named:
            if self._has_columns(one):
                self._named_reference(one.rule, one.what, frames)
        self._previous([one for one in rules if one not in named], frames.get(PREVIOUS_FRAME))

    def _named_reference(self, rule: Rule, what: ReferenceKind, frames: Mapping[str, Ready]) -> None:
        if absent := [name for name in what.references if name not in frames]:
            self.not_run.append(NotRun(rule.id, "", f"no reference {', '.join(absent)} was handed in"))
        elif isinstance(what, CountKind):
            self._failed(rule, reference_rules.lost_rows(what, self.frame, frames, self.by))
        elif isinstance(what, LookupKind):
            for name in what.references:
                if lacking := [c for c in what.columns_of(name) if c not in frames[name].schema]:
                    raise ValueError(f"rule {rule.id!r}: reference {name} has no column {', '.join(lacking)}")
            failing = reference_rules.unmatched(what, self.frame, frames, self.limit)
            if failing.count:
                self.split.keys_fail(
                    rule.severity,
                    tuple(self.by.columns(*what.columns)),
                    lambda: reference_rules.all_unmatched(what, self.frame, frames),
                )
                row_rule = RowRule(rule, what.words(), nw.lit(True), None, what.columns, ())
                self._keep(rule.id, rule.severity, failing.count, self._told(row_rule, failing.rows))

    def _previous(self, rules: Sequence[Built], older: Ready | None) -> None:
        runnable = [one for one in rules if self._has_columns(one)]
        compared = reference_rules.compared(older, self.by) if older and runnable else set()
        everyone = self.by.snapshots if compared else (ONE,)
        uncompared = [name for name in everyone if name not in compared]
        ready_to_run = []
        for one in runnable:
            self.not_run += NotRun(one.rule.id, "", "no previous return to compare with").of(uncompared, everyone)
            columns = tuple(dict.fromkeys([self.options.key[0], *one.named]))
            if older and compared and (lacking := older.lacks(columns)):
                reason = f"the previous return has no column {', '.join(lacking)}"
                self.not_run += NotRun(one.rule.id, "", reason).of(sorted(compared), everyone)
            elif compared:
                ready_to_run.append(one)
        if older and ready_to_run:
            keys = tuple(key for key in self.by.columns(self.options.key[0]) if key in older.schema)
            self._run(ready_to_run, reference_rules.joined(self.frame, older, self.by, keys))

    def document_rules(self, rules: Sequence[Built]) -> None:
        """Rules about the document's own facts."""
        built = [(one.rule, one.what) for one in rules]
        found, not_run = document_rules.judge(built, self.facts, (ONE,) if self.facts.silent else self.by.snapshots)
        if found and self.facts.silent:  # what is wrong whatever a document says is told of each
            found, not_run = document_rules.judge(built, self.facts, self.by.snapshots)
        for one in {one.rule.id: one for one in rules}.values():
            mine = [violation for violation in found if violation.rule_id == one.rule.id]
            if mine:
                self.split.snapshots_fail(one.rule.severity, [violation.snapshot for violation in mine])
                self._keep(one.rule.id, one.rule.severity, len(mine), partial(list, mine))
        self.not_run += not_run

    def verdict(self, ids: Sequence[str]) -> Verdict:
        """What the run came to, in the order of the contract's rules."""
        order = {rule_id: i for i, rule_id in enumerate(ids)}
        told = self.found
        found = Found(lambda: sorted((v for tell in told for v in tell()), key=lambda v: order[v.rule_id]))
        counts = tuple((rule_id, self.counts[rule_id]) for rule_id in ids if rule_id in self.counts)
        self.split.of(self.native, self.frame, self.by, self.options)
        return Verdict(
            self.contract.__name__,
            self.options.version,
            found,
            tuple(self.not_run),
            self.by,
            counts,
            frozenset(self.broken),
            self.split,
        )


def _order(violation: Violation) -> tuple[Any, ...]:
    """Violations of a rule as they stand in the document; engines give them in any order."""
    v = violation
    return (v.snapshot or "", natural(v.place), natural(v.key), v.column_name, v.observed, v.expected, v.message_en)
