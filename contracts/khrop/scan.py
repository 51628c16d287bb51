"""Row and group rules on a frame: everything that holds is known after one scan and one group-by a key.

Here belongs what is asked of the engine, and how often. Rows are fetched only where a rule failed. What a rule
means belongs in its contract, how a failure reads in `khrop.wording`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw

from khrop.facts import Facts, plain
from khrop.frames import Ready
from khrop.grouping import Grouping, GroupRule, Row
from khrop.rules import PREVIOUS, Rule
from khrop.verdict import Violation
from khrop.wording import shown, violation

Built = Sequence[tuple[Rule, Any]]
"""Rules with what they built: an expression each for row rules, a `GroupRule` for those about groups."""


def scan(built: Built, frame: Ready, by: Grouping, facts: Facts) -> list[Violation]:
    """Run row and group rules on a frame: what fails, rule by rule."""
    rows = [(rule, what) for rule, what in built if isinstance(what, nw.Expr)]
    groups = [(rule, what) for rule, what in built if not isinstance(what, nw.Expr)]
    run = _Scan(frame, by, facts)
    return [*run.rows(rows), *run.groups(groups)] if built else []


@dataclass(slots=True)
class _Scan:
    frame: Ready
    by: Grouping
    facts: Facts

    def rows(self, rules: Sequence[tuple[Rule, nw.Expr]]) -> Iterator[Violation]:
        """One scan tells whether each rule holds; one more fetches the rows of those that do not."""
        if not rules:
            return
        suspects = self._suspects(rules)
        if not suspects:
            return
        fails = {f"__r{i}": ~self._kept(rule, expr) for i, (rule, expr) in enumerate(suspects)}
        flagged = self.frame.data.with_columns(**fails)
        failing = _rows(flagged.filter(reduce(or_, [nw.col(name) for name in fails])))
        for name, (rule, _) in zip(fails, suspects, strict=True):
            for row in failing:
                if row[name]:
                    yield self._violation(rule, row)

    def _suspects(self, rules: Sequence[tuple[Rule, nw.Expr]]) -> list[tuple[Rule, nw.Expr]]:
        """The rules that fail somewhere, or whose columns hold a null, which decides by itself. Masking nulls in
        every rule would cost more than the rules."""
        columns = sorted({column for rule, _ in rules for column in self._compared(rule)})
        asked = {f"__r{i}": expr.fill_null(False).all() for i, (_, expr) in enumerate(rules)}
        for column in columns:
            asked[f"__null_{column}"] = nw.col(column).null_count() > 0
            if self.frame.schema[column].is_float():
                asked[f"__nan_{column}"] = nw.col(column).is_nan().any()
        told = _rows(self.frame.data.select(**asked))[0]
        nulls = {column for column in columns if told[f"__null_{column}"] or told.get(f"__nan_{column}")}
        # Over no rows at all, SQL's `all` is null.
        return [
            (rule, expr)
            for i, (rule, expr) in enumerate(rules)
            if told[f"__r{i}"] is False or nulls.intersection(self._compared(rule))
        ]

    def _compared(self, rule: Rule) -> list[str]:
        older = [PREVIOUS + column for column in rule.columns] if rule.scope == "reference" else []
        return [*rule.columns, *older]

    def _kept(self, rule: Rule, expr: nw.Expr) -> nw.Expr:
        """The rule's expression, false where one of its columns is null or NaN, true where it skips such rows."""
        skipped = self._compared(rule) if rule.scope == "reference" else rule.skip_null
        kept = expr.fill_null(False)
        for column in rule.columns:
            if column not in skipped:
                kept = kept & ~self._null(column)
        for column in skipped:
            kept = kept | self._null(column)
        return kept

    def _null(self, column: str) -> nw.Expr:
        null = nw.col(column).is_null()
        return null | nw.col(column).is_nan().fill_null(False) if self.frame.schema[column].is_float() else null

    def _violation(self, rule: Rule, row: Row) -> Violation:
        texts = shown(row, self.by.key)
        null = next((c for c in rule.columns if row[c] is None and c not in rule.skip_null), "")
        column = null or (rule.say(rule.column, texts) if rule.column else rule.columns[0])
        return violation(rule, texts, texts["key"], column, self.by.where(row), self.by.name(row))

    def groups(self, rules: Sequence[tuple[Rule, GroupRule]]) -> Iterator[Violation]:
        """One group-by a key, for all rules that group by it."""
        found: dict[int, list[Violation]] = {}
        for keys in dict.fromkeys(group.keys for _, group in rules):
            same = {i: group for i, (_, group) in enumerate(rules) if group.keys == keys}
            for i, by_snapshot in self._aggregated(keys, same).items():
                rule, group = rules[i]
                failures = group.failures(by_snapshot, self._fetch, self.by, self.facts)
                found[i] = [
                    Violation(
                        rule.id, rule.severity, f.key, f.column, f.observed, f.expected, f.place, f.th, f.en,
                        f.snapshot or None,
                    )
                    for f in failures
                ]  # fmt: skip
        for i in sorted(found):
            yield from found[i]

    def _aggregated(self, keys: tuple[str, ...], rules: Mapping[int, GroupRule]) -> dict[int, dict[str, list[Row]]]:
        """The aggregates of each rule by snapshot."""
        derived = {name: expr for group in rules.values() for name, expr in group.derived.items()}
        asked = {f"__a{i}_{name}": expr for i, group in rules.items() for name, expr in group.aggregates.items()}
        data = self.frame.data.with_columns(**derived) if derived else self.frame.data
        by = self.by.columns(*keys)
        named = [expr.alias(name) for name, expr in asked.items()]
        rows = _rows(data.group_by(by).agg(*named) if by else data.select(*named))
        found: dict[int, dict[str, list[Row]]] = {i: {name: [] for name in self.by.snapshots} for i in rules}
        for row in rows:
            snapshot = self.by.name(row)
            for i, group in rules.items():
                mine = {name: row[f"__a{i}_{name}"] for name in group.aggregates}
                found[i][snapshot].append({**{key: row[key] for key in keys}, **mine})
        return found

    def _fetch(self, snapshots: Sequence[str], where: nw.Expr | None) -> Sequence[Row]:
        data = self.frame.data
        if self.by.snapshot:
            data = data.filter(nw.col(self.by.snapshot).cast(nw.String).is_in(list(snapshots)))
        return _rows(data if where is None else data.filter(where))


def _rows(frame: nw.LazyFrame[Any]) -> list[dict[str, Any]]:
    collected = frame.collect()
    names = collected.columns
    columns = [[plain(value) for value in collected[name].to_list()] for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
