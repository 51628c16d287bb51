"""A dataset that is a folder of a home: `dataset.toml`, its contract, its marts.

Here belongs what the file says and what it must be. Which folders there are, and what they must not share, is in
`pipelines.datasets.registry`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from khrop.engine.compiled import built_rules
from khrop.engine.frames import columns_of
from khrop.repair import Shape, ShapeError, shape_of
from khrop.thai.digits import normalise
from khrop.thai.marks import skeleton
from pipelines.datasets.dataset import Column, Dataset, DatasetFault
from pipelines.datasets.folder_contract import at_fault, contract_in
from pipelines.datasets.kinds import KINDS, ProvinceNames
from pipelines.datasets.return_rules import for_returns
from pipelines.readers.table_form import (
    TOTALS,
    TOTALS_BY_CONSONANTS,
    AnyName,
    Patterns,
    Ratio,
    TableForm,
)
from pipelines.readers.table_form import Kind as FormKind
from warehouse.datasets import NAME, OWN_COLUMNS

FILE = "dataset.toml"
KEYS = ("title_th", "title_en", "names", "key", "totals", "ratios", "claims", "columns", "row", "reconciles_with")
COLUMN_KEYS = ("kind", "headings", "pattern", "field", "required", "title_th", "title_en", "meaning")
SPACES = re.compile(r"\s+")
ASCII_OR_DIGIT = re.compile(r"[0-9A-Za-z๐-๙]")
LEAST_CONSONANTS = 3
"""Fewer consonants are too little to know a heading by that lost its marks."""
LEAST_HEADINGS = 4
HOLDS: Mapping[str, tuple[str, ...]] = {
    "integer": ("integer", "number"),
    "float": ("number",),
    "text": ("text",),
    "date": ("date",),
}
"""What a contract may call the values of a kind."""


def load(folder: Path) -> Dataset:
    """Return the dataset of a folder.

    Args:
        folder: `$KHROP_HOME/datasets/NAME`; its name is the dataset's.

    Raises:
        DatasetFault: Where the folder holds none that can be used.
    """
    name, file = folder.name, folder / FILE
    if not NAME.fullmatch(name):
        raise DatasetFault(f"{folder}: the folder's name must be lower-case letters, digits and _, 40 at most")
    given = _Given(file, _toml(file))
    given.only(KEYS)
    columns = _columns(given)
    by_name = {column.name: column for column in columns}
    label = given.name_of("names", given.text("names"), by_name)
    own = contract_in(folder)
    columns = _as_in_the_contract(given, columns, own)
    key = tuple(given.name_of("key", text, by_name) for text in given.texts("key", [label]))
    most = {c.name: c.kind.most for c in columns if c.kind.most is not None}
    contract = _for_returns(folder, own, key, most, {c.name: c.title_th for c in columns})
    marts = folder / "marts"
    return Dataset(
        name=name,
        title_th=given.text("title_th"),
        title_en=given.text("title_en"),
        contract=contract,
        form=_form(given, name, columns, by_name[label]),
        columns=columns,
        key=key,
        label=label,
        marts=_marts(marts) if marts.is_dir() else None,
        shape=_shape(contract, columns),
        reconciles_with=given.text("reconciles_with", ""),
        source=str(folder),
    )


def _toml(file: Path) -> dict[str, Any]:
    try:
        # Some editors put a byte order mark first.
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise DatasetFault(f"{file} is not there; a dataset is a folder with {FILE} and a contract") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DatasetFault(f"{file}: this is no TOML: {error}") from None
    except OSError as error:
        raise DatasetFault(f"{file}: {error.strerror}") from None


class _Given:
    """A table of a TOML file, with the place of each of its keys for messages."""

    def __init__(self, file: Path, values: Mapping[str, Any], within: str = "") -> None:
        self.file, self.values, self.within = file, values, within

    def fault(self, key: str, text: str) -> DatasetFault:
        return DatasetFault(f"{self.file}: {self.within}{key} {text}")

    def only(self, known: tuple[str, ...]) -> None:
        if unknown := sorted(set(self.values) - set(known)):
            raise self.fault(unknown[0], f"is no key that is known here; expected {', '.join(known)}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.fault(key, "is missing" if key not in self.values else f"is {value!r}, expected text")
        return value.strip()

    def texts(self, key: str, default: list[str] | None = None) -> list[str]:
        value = self.values.get(key, default)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.fault(key, "is missing" if key not in self.values else f"is {value!r}, expected a list of texts")
        return value

    def table(self, key: str) -> _Given:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(key, f"is {value!r}, expected a table [{self.within}{key}]")
        return _Given(self.file, value, f"{self.within}{key}.")

    def pattern(self, key: str) -> re.Pattern[str]:
        try:
            return re.compile(self.text(key), re.IGNORECASE)
        except re.error as error:
            raise self.fault(key, f"is no regular expression: {error}") from None

    def name_of(self, key: str, text: str, columns: Mapping[str, Column]) -> str:
        if text not in columns:
            raise self.fault(key, f"names {text!r}, which is no column; the columns are {', '.join(columns)}")
        return text


def _columns(given: _Given) -> tuple[Column, ...]:
    tables = given.table("columns")
    if len(tables.values) < 2:
        raise given.fault("columns", "has fewer than two; a dataset has a table [columns.NAME] for each column")
    columns = []
    for name in tables.values:
        own = tables.table(name)
        own.only(COLUMN_KEYS)
        if not NAME.fullmatch(name) or name in OWN_COLUMNS or name.endswith("_printed"):
            raise tables.fault(
                name,
                "cannot be a column's name: expected lower-case letters, digits and _, 40 at most, none of"
                f" {', '.join(OWN_COLUMNS)}, no _printed at its end",
            )
        kind = own.text("kind")
        if kind not in KINDS:
            raise own.fault("kind", f"is {kind!r}, expected one of {', '.join(KINDS)}")
        required = own.values.get("required", True)
        if not isinstance(required, bool):
            raise own.fault("required", f"is {required!r}, expected true or false")
        field = own.text("field", "")
        if field and (field not in tables.values or field == name or "field" in tables.table(field).values):
            raise own.fault("field", f"is {field!r}, expected another column that has headings")
        if field and ("headings" in own.values or "pattern" in own.values):
            raise own.fault("field", "stands beside headings: a column has headings of its own, or another's")
        title = own.text("title_en", name.replace("_", " "))
        title_th = own.text("title_th", title)
        columns.append(Column(name, KINDS[kind], own.text("meaning", title), title_th, title, field, required))
    return tuple(columns)


def _as_in_the_contract(given: _Given, columns: tuple[Column, ...], contract: type) -> tuple[Column, ...]:
    """The columns, none required that the contract lets be null; a fault where the two do not fit."""
    tables = given.table("columns")
    schema = contract.to_schema()  # type: ignore[attr-defined]
    kinds = columns_of(contract)
    by_name = {column.name: column for column in columns}
    for name, (required, _) in kinds.items():
        if required and name not in by_name and name not in OWN_COLUMNS:
            raise tables.fault(name, f"is missing: the contract {contract.__name__} requires this column")
    for name, column in by_name.items():
        if name not in kinds:
            raise tables.fault(name, f"is no column of the contract {contract.__name__}, which has {', '.join(kinds)}")
        if kinds[name][1] not in (*HOLDS[column.kind.held], "other"):
            raise tables.fault(
                f"{name}.kind",
                f"is {column.kind.name}, but the contract {contract.__name__} has {kinds[name][1]} there",
            )
        if schema.columns[name].nullable and tables.table(name).values.get("required"):
            raise tables.fault(f"{name}.required", f"is true, but the contract {contract.__name__} lets it be null")
    return tuple(replace(c, required=c.required and not schema.columns[c.name].nullable) for c in columns)


def _for_returns(
    folder: Path, own: type, key: tuple[str, ...], most: Mapping[str, float], names_th: Mapping[str, str]
) -> type:
    """The contract with the rules of any return, tried: a rule that cannot be built is a fault of the folder."""
    try:
        contract = for_returns(own, key, most, names_th)
        built_rules(contract, None)
        return contract
    except Exception as error:
        place = at_fault(folder / "contract.py", error)
        place = place if ", line" in place else str(folder)
        raise DatasetFault(f"{place}: the contract {own.__name__} cannot be used: {error}") from error


def _shape(contract: type, columns: tuple[Column, ...]) -> Any:
    """What gives the shape that repairs are proposed by; None where the contract's rules say none, or its columns are
    no figures that can be corrected.
    """
    try:
        shape = shape_of(contract)
    except ShapeError:
        return None
    kinds = {column.name: column.kind.name for column in columns}
    if any(kinds.get(name) != "count" for name in shape.counts):
        return None
    if shape.ratio and kinds.get(shape.ratio) != "percent":
        return None

    def of() -> Shape:
        return shape

    return of


def _form(given: _Given, name: str, columns: tuple[Column, ...], label: Column) -> TableForm:
    tables = given.table("columns")
    headed = [column for column in columns if not column.field]
    headings: list[tuple[str, re.Pattern[str]]] = []
    words: dict[str, str] = {}
    skeletons: dict[str, set[str]] = {}
    for column in headed:
        own = tables.table(column.name)
        if "pattern" in own.values:
            if "headings" in own.values:
                raise own.fault("pattern", "stands beside headings: a column has one or the other")
            headings.append((column.name, own.pattern("pattern")))
            continue
        texts = [SPACES.sub("", normalise(text).text) for text in own.texts("headings")]
        for text in texts:
            if words.setdefault(text.casefold(), column.name) != column.name:
                raise own.fault("headings", f"has {text!r}, which is a heading of {words[text.casefold()]} too")
            if not ASCII_OR_DIGIT.search(text):
                skeletons.setdefault(skeleton(text), set()).add(column.name)
        headings.append((column.name, re.compile("|".join(map(re.escape, texts)), re.IGNORECASE)))
    names = next(column for column in columns if column.name == label.heading)
    totals, by_consonants = _totals(given)
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
        shown=", ".join(_shown(tables.table(column.name)) for column in headed),
        row=given.text("row", f"a row each of {label.title_en}"),
        totals=totals,
        totals_by_consonants=by_consonants,
        row_names=ProvinceNames() if label.kind.name in ("province", "province_code") else AnyName(),
        ratios=_ratios(given, {column.name: column for column in columns}),
        prose=_claims(given, {column.name: column for column in columns}),
    )


def _form_kind(column: Column) -> FormKind:
    kind = column.kind.name
    return "text" if kind in ("province", "province_code") else kind  # type: ignore[return-value]


def _shown(column: _Given) -> str:
    return column.texts("headings")[0] if "headings" in column.values else column.text("pattern")


def _sieve(names: _Given) -> str:
    """The consonants that every heading of the rows' names has: they come through where marks are lost."""
    if "headings" not in names.values:
        return ""
    letters = [set(skeleton(normalise(text).text)) for text in names.texts("headings")]
    return "".join(sorted(set.intersection(*letters)))


def _totals(given: _Given) -> tuple[re.Pattern[str], re.Pattern[str]]:
    if "totals" not in given.values:
        return TOTALS, TOTALS_BY_CONSONANTS
    nothing = re.compile(r"(?!)")
    if isinstance(given.values["totals"], str):
        return given.pattern("totals"), nothing
    texts = [SPACES.sub("", normalise(text).text) for text in given.texts("totals")]
    bare = [skeleton(text) for text in texts if not ASCII_OR_DIGIT.search(text)]
    known = [re.escape(text) for text in bare if len(text) >= LEAST_CONSONANTS]
    return re.compile("|".join(map(re.escape, texts)), re.IGNORECASE), re.compile("|".join(known)) if known else nothing


def _ratios(given: _Given, columns: Mapping[str, Column]) -> tuple[Ratio, ...]:
    value = given.values.get("ratios", [])
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise given.fault("ratios", f"is {value!r}, expected a list of {{ percent = …, part = …, whole = … }}")
    ratios = []
    for number, table in enumerate(value, 1):
        own = _Given(given.file, table, f"ratios[{number}].")
        own.only(Ratio._fields)
        ratio = Ratio(*(own.name_of(key, own.text(key), columns) for key in Ratio._fields))
        for key, wanted in zip(Ratio._fields, ("percent", "count", "count"), strict=True):
            column = columns[getattr(ratio, key)]
            if column.kind.name != wanted:
                raise own.fault(key, f"is {column.name}, a {column.kind.name}; expected a column of the kind {wanted}")
        ratios.append(ratio)
    return tuple(ratios)


def _claims(given: _Given, columns: Mapping[str, Column]) -> Patterns:
    tables = given.table("claims")
    claims = []
    for measure in tables.values:
        pattern = tables.pattern(measure)
        if "count" not in pattern.groupindex:
            raise tables.fault(measure, f"is {pattern.pattern!r}, expected a pattern with the group (?P<count>…)")
        if measure not in columns or columns[measure].kind.name != "count":
            counts = ", ".join(c.name for c in columns.values() if c.kind.name == "count")
            raise tables.fault(measure, f"is no column of the kind count; these are {counts or 'none'}")
        claims.append((measure, pattern))
    return tuple(claims)


def _marts(folder: Path) -> Path:
    for file in sorted(folder.glob("*.sql")):
        if not NAME.fullmatch(file.stem):
            raise DatasetFault(f"{file}: a mart's name must be lower-case letters, digits and _, 40 at most")
        try:
            file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise DatasetFault(f"{file}: this is no text in UTF-8 (byte {error.start})") from None
        except OSError as error:
            raise DatasetFault(f"{file}: {error.strerror}") from None
    return folder
