"""The form of a table from `dataset.toml`: headings, grand totals, ratios, and the claims of the prose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from khrop.thai.digits import normalise
from khrop.thai.marks import skeleton
from pipelines.datasets.dataset import Column
from pipelines.datasets.value_kinds import ProvinceNames
from pipelines.readers.table_form import TOTALS, TOTALS_BY_CONSONANTS, AnyName, Patterns, Ratio, TableForm
from pipelines.readers.table_form import Kind as FormKind
from pipelines.toml_table import TomlTable

SPACES = re.compile(r"\s+")
ASCII_OR_DIGIT = re.compile(r"[0-9A-Za-z๐-๙]")
LEAST_CONSONANTS = 3
"""Fewer consonants do not identify a heading that lost its marks."""
LEAST_HEADINGS = 4
"""So many headings identify a table."""


def form_of(toml: TomlTable, name: str, columns: tuple[Column, ...], label: Column) -> TableForm:
    """Return the form of a dataset's table.

    Args:
        toml: The file.
        name: The name of the dataset.
        columns: Its columns.
        label: The column that names a row.

    Raises:
        DatasetFault: Where headings, totals, ratios or claims have a mistake.
    """
    tables, by_name = toml.table("columns"), {column.name: column for column in columns}
    headed = [column for column in columns if not column.field]
    headings: list[tuple[str, re.Pattern[str]]] = []
    words: dict[str, str] = {}
    skeletons: dict[str, set[str]] = {}
    for column in headed:
        entry = tables.table(column.name)
        if "pattern" in entry.values:
            if "headings" in entry.values:
                raise entry.mistake("pattern", "stands beside headings: a column has either of them")
            headings.append((column.name, _pattern(entry, "pattern")))
            continue
        texts = _without_spaces(entry.texts("headings"))
        for text in texts:
            if words.setdefault(text.casefold(), column.name) != column.name:
                raise entry.mistake("headings", f"has {text!r}, which is a heading of {words[text.casefold()]} too")
            if not ASCII_OR_DIGIT.search(text):
                skeletons.setdefault(skeleton(text), set()).add(column.name)
        headings.append((column.name, re.compile("|".join(map(re.escape, texts)), re.IGNORECASE)))
    names = next(column for column in columns if column.name == label.heading)
    totals, by_consonants = _totals(toml)
    return TableForm(
        dataset=name,
        headings=tuple(headings),
        consonants=tuple(
            (next(iter(fields)), re.compile(re.escape(consonants)))
            for consonants, fields in skeletons.items()
            if len(fields) == 1 and len(consonants) >= LEAST_CONSONANTS
        ),
        kinds={c.name: "name" if c is names else _form_kind(c) for c in headed},
        names=names.name,
        least=min(LEAST_HEADINGS, len(headed)),
        sieve=_sieve(tables.table(names.name)),
        shown=", ".join(_display_name(tables.table(column.name)) for column in headed),
        row=toml.value("row", str, f"a row for each {label.title_en}").strip(),
        totals=totals,
        totals_by_consonants=by_consonants,
        row_names=ProvinceNames() if label.kind.name in ("province", "province_code") else AnyName(),
        ratios=_ratios(toml, by_name),
        prose=_claims(toml, by_name),
    )


def column_named(table: TomlTable, key: str, name: str, columns: Mapping[str, Column]) -> Column:
    """Return a column that a key names.

    Args:
        table: The table that has the key.
        key: The key.
        name: The name of the column.
        columns: All columns by name.

    Raises:
        DatasetFault: Where there is no such column.
    """
    if name not in columns:
        raise table.mistake(key, f"names {name!r}, which is no column; the columns are {', '.join(columns)}")
    return columns[name]


def _pattern(table: TomlTable, key: str) -> re.Pattern[str]:
    try:
        return re.compile(table.value(key, str).strip(), re.IGNORECASE)
    except re.error as error:
        raise table.mistake(key, f"is no regular expression: {error}") from None


def _without_spaces(texts: list[str]) -> list[str]:
    return [SPACES.sub("", normalise(text).text) for text in texts]


def _form_kind(column: Column) -> FormKind:
    kind = column.kind.name
    return "text" if kind in ("province", "province_code", "choice") else kind  # type: ignore[return-value]


def _display_name(column: TomlTable) -> str:
    return column.texts("headings")[0] if "headings" in column.values else column.value("pattern", str).strip()


def _sieve(names: TomlTable) -> str:
    """Return the consonants that every heading of the label has: they remain where marks are lost."""
    if "headings" not in names.values:
        return ""
    letters = [set(skeleton(normalise(text).text)) for text in names.texts("headings")]
    return "".join(sorted(set.intersection(*letters)))


def _totals(toml: TomlTable) -> tuple[re.Pattern[str], re.Pattern[str]]:
    if "totals" not in toml.values:
        return TOTALS, TOTALS_BY_CONSONANTS
    nothing = re.compile(r"(?!)")
    if isinstance(toml.values["totals"], str):
        return _pattern(toml, "totals"), nothing
    texts = _without_spaces(toml.texts("totals"))
    bare = [skeleton(text) for text in texts if not ASCII_OR_DIGIT.search(text)]
    patterns = [re.escape(text) for text in bare if len(text) >= LEAST_CONSONANTS]
    return re.compile("|".join(map(re.escape, texts)), re.IGNORECASE), re.compile(
        "|".join(patterns)
    ) if patterns else nothing


def _ratios(toml: TomlTable, columns: Mapping[str, Column]) -> tuple[Ratio, ...]:
    tables = toml.values.get("ratios", [])
    if not isinstance(tables, list) or not all(isinstance(entry, dict) for entry in tables):
        raise toml.wrong("ratios", "a list of { percent = …, part = …, whole = … }")
    ratios = []
    for number, values in enumerate(tables, 1):
        entry = TomlTable(toml.file, values, toml.fault, f"ratios[{number}].")
        entry.only(Ratio._fields, "a ratio")
        named = [column_named(entry, key, entry.value(key, str).strip(), columns) for key in Ratio._fields]
        for key, column, kind in zip(Ratio._fields, named, ("percent", "count", "count"), strict=True):
            if column.kind.name != kind:
                raise entry.mistake(
                    key, f"is {column.name}, a {column.kind.name}; expected a column of the kind {kind}"
                )
        ratios.append(Ratio(*(column.name for column in named)))
    return tuple(ratios)


def _claims(toml: TomlTable, columns: Mapping[str, Column]) -> Patterns:
    tables = toml.table("claims")
    claims = []
    for measure in tables.values:
        pattern = _pattern(tables, measure)
        if "count" not in pattern.groupindex:
            raise tables.wrong(measure, "a pattern with the group (?P<count>…)")
        if measure not in columns or columns[measure].kind.name != "count":
            counts = ", ".join(c.name for c in columns.values() if c.kind.name == "count")
            raise tables.mistake(measure, f"is no column of the kind count; these are {counts or 'none'}")
        claims.append((measure, pattern))
    return tuple(claims)
