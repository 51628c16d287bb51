"""Run a contract on a frame and come to a verdict.

Here belongs the order of the work: which columns are there, all row rules in one scan, then groups, references
and the document. What a rule means belongs in its contract. Frames are reached through narwhals alone, so that
nothing here knows an engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw

from khrop.facts import ONE, Facts, _plain, gather
from khrop.rules import Params, Rule, Scope, options_of, rules_of
from khrop.verdict import NotRun, Verdict, Violation
from khrop.vocabulary import Grouping

PREVIOUS = "previous_"


@dataclass(frozen=True, slots=True)
class Part:
    """One fact that a document rule judges: `holds` is true where it does, `expected` is what it should say;
    without each of `needs` this part is not run."""

    holds: nw.Expr
    needs: tuple[str, ...] = ()
    expected: nw.Expr | None = None


def check(
    contract: type,
    frame: Any,
    *,
    claims: Any = None,
    document: Any = None,
    previous: Any = None,
    params: Params | None = None,
    scopes: tuple[Scope, ...] = ("row", "group", "reference", "document"),
) -> Verdict:
    """Check a frame against a contract.

    `frame` has a row a province (or whatever the contract is of) and may hold many snapshots, told apart by the
    contract's snapshot column. `claims` are (source, measure, value, place), `document` the document's facts;
    `previous` is the frame to compare with, its rows under the name of the snapshot they are compared *for*.
    `params` override the contract's parameters. Percents are points (3.72), dates are dates.

    A rule whose input is absent is `not_run`; a rule that should have run and could not raises.
    """
    options = options_of(contract)
    settings = {**(options.params or {}), **(params or {})}
    data = nw.from_native(frame).lazy()
    present = data.collect_schema()
    snapshot = options.snapshot if options.snapshot in present else None
    names = _snapshots(data, snapshot, document, options.snapshot)
    by = Grouping(snapshot, names, options.key, options.place if options.place in present else None)
    facts = gather(names, options.snapshot, document, claims, settings)
    run = _Run(contract, settings, data, by, facts, [], [])
    chosen = [rule for rule in rules_of(contract) if rule.scope in scopes]
    if "row" in scopes:
        run.columns(present)
    joined = run.join(previous, present) if previous is not None else None
    rows = [r for r in chosen if r.scope == "row" and run.has(r, set(present))]
    run.rows(rows, data)
    for rule in chosen:
        if rule.scope == "group" and run.has(rule, set(present)):
            run.group(rule, data)
    references = [r for r in chosen if r.scope == "reference" and run.has(r, set(present))]
    if joined is None:
        run.not_run += [NotRun(r.id, "", "no previous return to compare with", n) for r in references for n in names]
    else:
        run.reference(references, joined)
    run.document([r for r in chosen if r.scope == "document"])
    order = {rule_id: i for i, rule_id in enumerate(dict.fromkeys(["columns", *(r.id for r in rules_of(contract))]))}
    found = tuple(sorted(run.found, key=lambda v: order[v.rule_id]))
    many = names if snapshot or names != (ONE,) else ()
    return Verdict(contract.__name__, options.version, found, tuple(run.not_run), many)


def holds(contract: type, rule: Rule, frame: Any) -> bool:
    """Whether a frame keeps one row or group rule: how plain Pandera asks."""
    options = options_of(contract)
    settings = dict(options.params or {})
    data = nw.from_native(frame).lazy()
    present = data.collect_schema()
    snapshot = options.snapshot if options.snapshot in present else None
    names = _snapshots(data, snapshot, None, options.snapshot)
    by = Grouping(snapshot, names, options.key, options.place if options.place in present else None)
    run = _Run(contract, settings, data, by, Facts({n: dict(settings) for n in names}), [], [])
    if not run.has(rule, set(present)):
        return False
    if rule.scope == "row":
        run.rows([rule], data)
    else:
        run.group(rule, data)
    return not run.found


def _snapshots(data: Any, column: str | None, document: Any, declared: str | None) -> tuple[str, ...]:
    if column is None:
        if isinstance(document, Mapping) and declared and document.get(declared):
            return (str(document[declared]),)
        return (ONE,)
    seen = data.select(nw.col(column)).unique().collect()[column].to_list()
    told = (
        []
        if document is None or isinstance(document, Mapping)
        else [str(row[column]) for row in _document_rows(document) if row.get(column) is not None]
    )
    return tuple(dict.fromkeys([*told, *sorted(str(s) for s in seen if s is not None)]))


def _document_rows(document: Any) -> list[Mapping[str, Any]]:
    if isinstance(document, (list, tuple)):
        return list(document)
    return list(nw.from_native(document).lazy().collect().rows(named=True))


def show(name: str, value: Any) -> str:
    """A value as a message prints it: percents with two places, dates as ISO, nothing for a null."""
    value = _plain(value)
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.2f}" if "percent" in name else f"{value:.15g}"
    return str(value)


class _Shown(dict[str, Any]):
    """A failing row for the rules' templates: values print as `show` prints them."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(slots=True)
class _Run:
    """One check under way."""

    contract: type
    params: Params
    data: Any
    by: Grouping
    facts: Facts
    found: list[Violation]
    not_run: list[NotRun]

    def columns(self, present: Mapping[str, nw.dtypes.DType]) -> None:
        """The columns the contract requires are there, numbers where it says numbers."""
        for name, column in self.contract.to_schema().columns.items():  # type: ignore[attr-defined]
            if name not in present:
                if column.required:
                    self._column_violation(name, "", str(column.dtype), f"ไม่มีคอลัมน์ {name}", f"column {name} is absent")
                continue
            numeric = str(column.dtype).lower().startswith(("int", "float", "decimal"))
            if numeric and not present[name].is_numeric():
                kind = str(present[name])
                self._column_violation(
                    name, kind, "number", f"คอลัมน์ {name} ต้องเป็นตัวเลข", f"column {name} is {kind}, not numbers"
                )

    def _column_violation(self, name: str, observed: str, expected: str, th: str, en: str) -> None:
        for snapshot in self.by.snapshots:
            self.found.append(
                Violation("columns", "error", name, name, observed, expected, "", th, en, snapshot or None)
            )

    def has(self, rule: Rule, present: set[str]) -> bool:
        """Whether the frame has the columns of a rule, as the contract wants them; if not it is not run."""
        broken = {v.column_name for v in self.found if v.rule_id == "columns"}
        absent = [c for c in rule.columns if c not in present or c in broken]
        if absent:
            reason = f"column {', '.join(absent)} is absent or of the wrong type"
            self.not_run += [NotRun(rule.id, "", reason, name) for name in self.by.snapshots]
        return not absent

    def rows(self, rules: list[Rule], data: Any) -> None:
        """All row rules in one scan; failing rows are fetched for the rules that failed alone."""
        if not rules:
            return
        schema = data.collect_schema()
        exprs = {f"r{i}": ~_kept(rule, rule.build(self.contract, self.params), schema) for i, rule in enumerate(rules)}
        counts = data.select(**{k: e.cast(nw.Int64).sum() for k, e in exprs.items()}).collect()
        for (name, expr), rule in zip(exprs.items(), rules, strict=True):
            if counts[name].item():
                for row in data.filter(expr).collect().rows(named=True):
                    self._row_violation(rule, row)

    def _row_violation(self, rule: Rule, raw: Mapping[str, Any]) -> None:
        snapshot = self.by.name(raw)
        row = _Shown({name: show(name, value) for name, value in raw.items()})
        row["key"] = next((row[name] for name in self.by.key if row.get(name)), "")
        row["observed"] = rule.say(rule.observed, row)
        row["expected"] = rule.say(rule.expected, row)
        place = self.by.where(raw)
        self.found.append(
            Violation(
                rule.id,
                rule.severity,
                row["key"],
                rule.columns[0],
                row["observed"],
                row["expected"],
                place,
                rule.say(rule.th, row),
                rule.say(rule.en, row),
                snapshot or None,
            )
        )

    def group(self, rule: Rule, data: Any) -> None:
        """A rule about groups of rows; where a fact it compares with is absent, that snapshot is not run."""
        for need in rule.needs:
            for name in self.by.snapshots:
                if self.facts.of(name).get(need) is None and not self.facts.unread(name, need):
                    self.not_run.append(NotRun(rule.id, need, f"the document does not say {need}", name))
        for f in rule.build(self.contract, self.params).failures(data, self.by, self.facts):
            self.found.append(
                Violation(
                    rule.id,
                    rule.severity,
                    f.key,
                    f.column,
                    f.observed,
                    f.expected,
                    f.place,
                    f.th,
                    f.en,
                    f.snapshot or None,
                )
            )

    def join(self, previous: Any, present: Mapping[str, Any]) -> Any:
        """The frame with the previous return's columns beside its own, as `previous_<column>`."""
        older = nw.from_native(previous).lazy()
        names = older.collect_schema().names()
        keys = [k for k in self.by.columns(*self.by.key[:1]) if k in names]
        renamed = older.rename({n: PREVIOUS + n for n in names if n not in keys})
        return self.data.join(renamed, on=keys, how="left")

    def reference(self, rules: list[Rule], joined: Any) -> None:
        """Rules that compare with the previous return."""
        plain = []
        for rule in rules:
            built = rule.build(self.contract, self.params)
            if isinstance(built, nw.Expr):
                plain.append(rule)
            else:
                self.group(rule, joined)
        self.rows(plain, joined)

    def document(self, rules: list[Rule]) -> None:
        """Rules about the document's own facts: one expression a fact, on a frame of one row a snapshot."""
        parts = [(r, fact, part) for r in rules for fact, part in r.build(self.contract, self.params).items()]
        columns = [c for r, fact, part in parts for c in (fact, *part.needs, *r.needs, *r.columns)]
        frame = self.facts.frame(columns)
        data = nw.from_native(frame)
        names = list(self.facts.values)
        for rule, fact, part in parts:
            needs = (*rule.needs, *part.needs)
            absent = [self._absent(name, needs) for name in names]
            for name, lacking in zip(names, absent, strict=True):
                if lacking:
                    self.not_run.append(NotRun(rule.id, fact, f"the document does not say {', '.join(lacking)}", name))
            if all(absent):
                continue
            good = data.select(ok=part.holds.fill_null(False))["ok"].to_list()
            wanted = data.select(e=part.expected)["e"].to_list() if part.expected is not None else [None] * len(names)
            for name, lacking, ok, expected in zip(names, absent, good, wanted, strict=True):
                if not lacking and not ok:
                    self._document_violation(rule, fact, name, show(fact, expected))

    def _absent(self, snapshot: str, needs: tuple[str, ...]) -> list[str]:
        """The inputs that a document does not say. One that is printed and cannot be read is said: the rule runs,
        and fails for want of its value."""
        known = self.facts.of(snapshot)
        return [n for n in needs if known.get(n) is None and not self.facts.unread(snapshot, n)]

    def _document_violation(self, rule: Rule, fact: str, snapshot: str, expected: str) -> None:
        row = _Shown({k: show(k, v) for k, v in self.facts.of(snapshot).items()})
        row.update(
            key=fact,
            fact=fact,
            observed=row.get(fact) or self.facts.unread(snapshot, fact),
            expected=expected,
        )
        if rule.observed:
            row["observed"] = rule.say(rule.observed, row)
        if rule.expected and not expected:
            row["expected"] = rule.say(rule.expected, row)
        place = self.facts.place(snapshot, fact)
        self.found.append(
            Violation(
                rule.id,
                rule.severity,
                fact,
                fact,
                row["observed"],
                row["expected"],
                place,
                rule.say(rule.th, row),
                rule.say(rule.en, row),
                snapshot or None,
            )
        )


def _kept(rule: Rule, expr: nw.Expr, schema: Mapping[str, nw.dtypes.DType]) -> nw.Expr:
    """The rule's expression, false where one of its columns is null or NaN (true, if another rule names nulls;
    true, too, where the previous return has nothing to compare with)."""
    missing = nw.any_horizontal(*[_null(c, schema) for c in rule.columns], ignore_nulls=True)
    if rule.scope == "reference":
        older = [_null(PREVIOUS + c, schema) for c in rule.columns]
        return expr.fill_null(False) | missing | nw.any_horizontal(*older, ignore_nulls=True)
    return (expr.fill_null(False) | missing) if rule.skip_null else (expr.fill_null(False) & ~missing)


def _null(column: str, schema: Mapping[str, nw.dtypes.DType]) -> nw.Expr:
    null = nw.col(column).is_null()
    return null | nw.col(column).is_nan().fill_null(False) if schema[column].is_float() else null
