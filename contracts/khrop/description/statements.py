"""What must hold, as a sentence in Thai and in English, said from what a rule is made of.

A rule's summary is its author's word; this is the library's, and cannot lag behind what is checked. How a formula reads
belongs in `khrop.expressions.formula`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from khrop import vocabulary
from khrop.description.description import FieldDescription, Param
from khrop.engine.fields import CHECKS
from khrop.expressions.formula import Call, Column, Constant, in_words
from khrop.model.facts import show
from khrop.vocabulary import claims

Sentence = tuple[str, str]
"""In Thai and in English."""

LISTED = 6
"""Of longer lists only the first values are told, and how many there are."""


def statement(what: Any) -> Sentence:
    """What a rule (a formula, one of the vocabulary, a document's parts by fact) says must hold."""
    if isinstance(what, Mapping):
        said = [statement(part) for part in what.values()]
        return "; ".join(th for th, _ in said), "; ".join(en for _, en in said)
    if isinstance(what, (Column, Constant, Call)):
        text = in_words(what)
        return text, text
    return STATEMENTS[type(what)](what)


def field_statements(column: FieldDescription) -> list[Sentence]:
    """What the checks of a column say must hold."""
    said = []
    for name, of in column.checks:
        given = {key: listed(value) if isinstance(value, tuple) else show("", value) for key, value in of}
        given = {"min_value": "", "max_value": "", **given}
        _, _, en, th = CHECKS.get(name, ("", None, name, name))
        said.append((th.format_map(given), en.format_map(given)))
    return said


def listed(values: Iterable[Any]) -> str:
    """Values of a list, those of a long one in part."""
    texts = [show("", value) for value in values]
    return ", ".join(texts) if len(texts) <= LISTED + 1 else f"{', '.join(texts[:LISTED])} … ({len(texts)})"


def value(given: Any) -> str:
    """A value of a rule, or the parameter that stands in its place."""
    return f"{{{given.name}}}" if isinstance(given, Param) else show("", given)


def _within(tolerance: Any, th: str, en: str) -> Sentence:
    """`, within 0.01 points`; nothing where there is no tolerance."""
    if not isinstance(tolerance, Param) and not tolerance:
        return "", ""
    return f" คลาดเคลื่อนไม่เกิน {value(tolerance)}{th}", f", within {value(tolerance)}{en}"


def _whole_numbers(rule: vocabulary.WholeNumbers) -> Sentence:
    said = ", ".join(f"{column} ≥ {value(least)}" for column, least in rule.least.items())
    return f"เป็นจำนวนเต็ม: {said} และไม่เกิน {value(rule.most)}", f"whole numbers: {said}, none above {value(rule.most)}"


def _adds_up(rule: vocabulary.AddsUp) -> Sentence:
    th, en = _within(rule.tolerance, "", "")
    said = f"{' + '.join(rule.parts)} = {rule.whole}"
    return said + th, said + en


def _ratio_within(rule: vocabulary.RatioWithin) -> Sentence:
    th, en = _within(rule.tolerance, " จุด", " points")
    said = f"{rule.ratio} = 100 × {rule.part} / {rule.whole}"
    return said + th, said + en


def _ratio_rounded(rule: vocabulary.RatioRounded) -> Sentence:
    said = f"{rule.ratio} = 100 × {rule.part} / {rule.whole}"
    return f"{said} ปัดเศษครึ่งขึ้นเป็นทศนิยมสองตำแหน่ง", f"{said}, rounded half up to two places"


def _contains_exactly(rule: vocabulary.ContainsExactly) -> Sentence:
    said = listed(rule.expected)
    return (
        f"{rule.column} มีแต่ละค่าครั้งเดียวและไม่มีค่าอื่น: {said}",
        f"{rule.column} holds each of {said} once, and nothing else",
    )


def _linear_sequence(rule: vocabulary.LinearSequence) -> Sentence:
    start = value(rule.start)
    return (
        f"{rule.column} เรียงต่อเนื่องจาก {start} ไม่ขาดและไม่ซ้ำ",
        f"{rule.column} runs from {start} by ones, no gap, no double",
    )


def _unique_key(rule: vocabulary.UniqueKey) -> Sentence:
    said = ", ".join(rule.columns)
    return f"ไม่มีแถวที่ {said} ซ้ำกัน", f"no two rows have the same {said}"


def _sums_match(rule: vocabulary.SumsMatch) -> Sentence:
    said = ", ".join(f"Σ {column} = {rule.prefix}{column}" for column in rule.columns)
    if rule.ratio is None:
        return said, said
    part, whole, column = rule.ratio
    ratio = f"{rule.prefix}{column} = 100 × Σ {part} / Σ {whole}"
    th, en = _within(rule.tolerance, " จุด", " points")
    return f"{said}; {ratio}{th}", f"{said}; {ratio}{en}"


def _part_whole(rule: vocabulary.PartWhole) -> Sentence:
    values, by = ", ".join(rule.values), ", ".join(rule.by)
    part_th = f" “{listed(rule.part)}”" if rule.part else "อื่นทั้งหมด"
    part_en = f"those of “{listed(rule.part)}”" if rule.part else "all others"
    within_th, within_en = _within(rule.tolerance, "", "")
    return (
        (f"ในแต่ละ {by} " if by else "")
        + f"{values} ของแถวที่ {rule.labels} เป็น “{rule.whole}” เท่ากับผลรวมของแถว{part_th}{within_th}",
        (f"in each {by}, " if by else "")
        + f"{values} of the row whose {rule.labels} is “{rule.whole}” is the sum of {part_en}{within_en}",
    )


def _by_group(rule: vocabulary.ByGroup) -> Sentence:
    by, said = ", ".join(rule.by), in_words(rule.formula)
    figures = ", ".join(f"{name}: {of}({column})" for name, (of, column) in rule.figures.items())
    return f"ในแต่ละ {by} {said} ({figures})", f"in each {by}, {said} ({figures})"


def _not_less_than(rule: vocabulary.NotLessThan) -> Sentence:
    return f"{rule.column} ไม่น้อยกว่าครั้งก่อน", f"{rule.column} ≥ that of the previous return"


def _same_as(rule: vocabulary.SameAs) -> Sentence:
    return f"{rule.column} เท่ากับครั้งก่อน", f"{rule.column} = that of the previous return"


def _not_all_same(rule: vocabulary.NotAllSame) -> Sentence:
    said = ", ".join(rule.columns)
    return f"{said} ไม่เหมือนครั้งก่อนไปทุกช่อง", f"not every figure of {said} is that of the previous return"


def _foreign_key(rule: vocabulary.ForeignKey) -> Sentence:
    here, there = ", ".join(rule.columns), ", ".join(rule.columns_there)
    return f"{here} ต้องมีอยู่ใน {rule.reference} ({there})", f"{here} stands in {rule.reference} ({there})"


def _conserves_rows(rule: vocabulary.ConservesRows) -> Sentence:
    here_th, here_en = " + ".join(["แถวที่นี่", *rule.also]), " + ".join(["rows here", *rule.also])
    return f"{here_th} = จำนวนแถวของ {rule.of}", f"{here_en} = rows of {rule.of}"


def _same_figure(part: claims.SameFigure) -> Sentence:
    first, *others = part.settled
    th = f"{part.claim} = {first}" + (f" (หากไม่มี ใช้ {', '.join(others)})" if others else "")
    return th, f"{part.claim} = {first}" + (f" (or without it {', '.join(others)})" if others else "")


def _sum_of(part: claims.SumOf) -> Sentence:
    said = f"{' + '.join(part.parts)} = {part.whole}"
    return said, said


def _rest_of_hundred(part: claims.RestOfHundred) -> Sentence:
    said, within = f"{part.percent} + {part.other} = 100", f"{value(part.within)}/100"
    return f"{said} คลาดเคลื่อนไม่เกิน {within} จุด", f"{said}, within {within} points"


def _rounded_percent(part: claims.RoundedPercent) -> Sentence:
    said = f"{part.percent} = 100 × {part.part} / {part.whole}"
    return f"{said} ปัดเศษครึ่งขึ้น", f"{said}, rounded half up"


def _not_after(part: claims.NotAfter) -> Sentence:
    said = f"{part.earlier} ≤ {part.later}"
    return said, said


def _on_weekday(part: claims.OnWeekday) -> Sentence:
    return f"{part.weekday} คือวันในสัปดาห์ของ {part.day}", f"{part.weekday} is the weekday of {part.day}"


def _said(part: claims.Said) -> Sentence:
    return f"มี {part.fact} หนึ่งค่าเท่านั้น", f"{part.fact} is said, one only"


def _equals(part: claims.Equals) -> Sentence:
    said = f"{part.fact} = {value(part.value)}"
    return said, said


STATEMENTS: Mapping[type, Callable[[Any], Sentence]] = {
    vocabulary.WholeNumbers: _whole_numbers,
    vocabulary.AddsUp: _adds_up,
    vocabulary.RatioWithin: _ratio_within,
    vocabulary.RatioRounded: _ratio_rounded,
    vocabulary.ContainsExactly: _contains_exactly,
    vocabulary.LinearSequence: _linear_sequence,
    vocabulary.UniqueKey: _unique_key,
    vocabulary.SumsMatch: _sums_match,
    vocabulary.PartWhole: _part_whole,
    vocabulary.ByGroup: _by_group,
    vocabulary.NotLessThan: _not_less_than,
    vocabulary.SameAs: _same_as,
    vocabulary.NotAllSame: _not_all_same,
    vocabulary.ForeignKey: _foreign_key,
    vocabulary.ConservesRows: _conserves_rows,
    claims.SameFigure: _same_figure,
    claims.SumOf: _sum_of,
    claims.RestOfHundred: _rest_of_hundred,
    claims.RoundedPercent: _rounded_percent,
    claims.NotAfter: _not_after,
    claims.OnWeekday: _on_weekday,
    claims.Said: _said,
    claims.Equals: _equals,
}
