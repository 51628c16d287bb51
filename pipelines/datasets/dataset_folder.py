"""A dataset that is a folder of a home: `dataset.toml`, its contract, its marts.

Here belong the columns of the file, and how file, contract and marts fit together. The form of the table belongs in
`pipelines.datasets.folder_form`; which folders there are, and what they must not share, in
`pipelines.datasets.registry`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from khrop.engine.compiling.compiled import built_rules
from khrop.engine.compiling.declared import columns_of
from khrop.repair import Shape, ShapeError, shape_of
from pipelines.datasets import reconciliation
from pipelines.datasets.dataset import Column, Dataset, DatasetFault
from pipelines.datasets.folder_contract import PYTHON, at_fault, contract_in
from pipelines.datasets.folder_form import column_named, form_of
from pipelines.datasets.return_rules import for_returns
from pipelines.datasets.value_kinds import CHOICE, KINDS, Kind, choice_of, province_of_code
from pipelines.toml_table import TomlTable
from warehouse.datasets import DUCKDB, NAME, OWN_COLUMNS, SPARK

FILE = "dataset.toml"
BY_CAMPAIGN = "marts_by_campaign"
BY_CHANGE = "by_change"
ENGINE, ENGINES = "engine", (DUCKDB, SPARK)
KEYS = (
    "title_th",
    "title_en",
    "names",
    "key",
    "totals",
    "ratios",
    "claims",
    "columns",
    "row",
    BY_CAMPAIGN,
    BY_CHANGE,
    ENGINE,
    reconciliation.KEY,
)
COLUMN_KEYS = (
    "kind", "values", "headings", "pattern", "field", "part", "derived", "required", "title_th", "title_en", "meaning",
)  # fmt: skip
A_NAME = "lower-case letters, digits and _, 40 at most"
HOLDS: Mapping[str, tuple[str, ...]] = {
    "integer": ("integer", "number"),
    "float": ("number",),
    "text": ("text",),
    "date": ("date", "moment"),
}
"""The types in a contract that fit what a kind holds."""


def load(folder: Path, contract: type | None = None, marts: Path | None = None, source: str = "") -> Dataset:
    """Return the dataset of a folder.

    Args:
        folder: `$KHROP_HOME/datasets/NAME`, or that of an installed dataset; its name is the dataset's.
        contract: The contract of an installed dataset; by default it is in the folder.
        marts: The folder of the marts of an installed dataset; by default `marts` in the folder.
        source: Where an installed dataset is defined, for messages; by default the folder.

    Raises:
        DatasetFault: Where the folder holds no dataset that can be used.
    """
    name, file = folder.name, folder / FILE
    if not NAME.fullmatch(name):
        raise DatasetFault(f"{folder}: the folder's name must be {A_NAME}")
    if not file.exists():
        raise DatasetFault(f"{file} is not there; a dataset is a folder with {FILE} and a contract")
    toml = TomlTable.read(file, DatasetFault)
    toml.only(KEYS, "a dataset")
    columns = _columns(toml)
    by_name = {column.name: column for column in columns}
    label = column_named(toml, "names", toml.value("names", str).strip(), by_name).name
    contract_of_folder = contract or contract_in(folder)
    columns = _fitting_the_contract(toml, columns, contract_of_folder)
    key = tuple(column_named(toml, "key", text, by_name).name for text in toml.texts("key", [label]))
    most = {c.name: c.kind.most for c in columns if c.kind.most is not None}
    names_th = {c.name: c.title_th for c in columns}
    names_th |= {f"{c.name}={value}": word for c in columns for value, word in c.kind.words.items()}
    for_returns = _for_returns(folder, contract_of_folder, key, most, names_th)
    marts = marts or folder / "marts"
    return Dataset(
        name=name,
        title_th=toml.value("title_th", str).strip(),
        title_en=toml.value("title_en", str).strip(),
        contract=for_returns,
        form=form_of(toml, name, columns, by_name[label]),
        columns=columns,
        key=key,
        label=label,
        marts=_marts(marts) if marts.is_dir() else None,
        marts_by_campaign=toml.value(BY_CAMPAIGN, bool, False),
        by_change=toml.value(BY_CHANGE, bool, False),
        engine=_engine(toml),
        shape=_shape(for_returns, columns),
        reconciles_with=reconciliation.declared(toml, by_name, key, label),
        references={file.stem: file for file in sorted(folder.glob("references/*.csv"))},
        source=source or str(folder),
    )


def _engine(toml: TomlTable) -> str:
    if (engine := toml.value(ENGINE, str, DUCKDB).strip()) not in ENGINES:
        raise toml.wrong(ENGINE, f"one of {', '.join(ENGINES)}")
    return engine


def _columns(toml: TomlTable) -> tuple[Column, ...]:
    tables = toml.table("columns")
    if len(tables.values) < 2:
        raise toml.mistake("columns", "has fewer than two; a dataset has a table [columns.NAME] for each column")
    columns = []
    for name in tables.values:
        entry = tables.table(name)
        entry.only(COLUMN_KEYS, "a column")
        if not NAME.fullmatch(name) or name in OWN_COLUMNS or name.endswith("_printed"):
            names = ", ".join(OWN_COLUMNS)
            text = f"cannot be a column's name: expected {A_NAME}, none of {names}, no _printed at its end"
            raise tables.mistake(name, text)
        field = entry.value("field", str, "").strip()
        if field and (field not in tables.values or field == name or "field" in tables.table(field).values):
            raise entry.wrong("field", "another column that has headings")
        if field and ("headings" in entry.values or "pattern" in entry.values):
            raise entry.mistake("field", "stands beside headings: a column has headings of its own, or another's")
        title = entry.value("title_en", str, name.replace("_", " ")).strip()
        title_th, meaning = (entry.value(key, str, title).strip() for key in ("title_th", "meaning"))
        columns.append(
            Column(
                name, _kind(entry), meaning, title_th, title, field, _part(entry, field),
                required=entry.value("required", bool, True), derived=_derived(entry, tables),
            )
        )  # fmt: skip
    return tuple(columns)


def _kind(column: TomlTable) -> Kind:
    name = column.value("kind", str).strip()
    if name == CHOICE:
        values = column.table("values")
        if not values.values:
            raise column.mistake("values", "is missing: a choice has a table of its values, each a list of texts")
        return choice_of({value: values.texts(value, []) for value in values.values})
    if name not in KINDS:
        raise column.wrong("kind", f"one of {', '.join((*KINDS, CHOICE))}")
    if "values" in column.values:
        raise column.mistake("values", f"belongs to a column of the kind {CHOICE}, this is {name}")
    return KINDS[name]


def _part(column: TomlTable, field: str) -> tuple[int, int] | None:
    if "part" not in column.values:
        return None
    ends = column.values["part"]
    if not field:
        raise column.mistake("part", "is of another column's cells: name that column as field")
    if not isinstance(ends, list) or len(ends) != 2 or not all(type(end) is int for end in ends):
        raise column.wrong("part", "the first and the last character, as [2, 3]")
    first, last = ends
    if not 1 <= first <= last:
        raise column.wrong("part", "the first and the last character, counted from 1")
    return first, last


def _derived(column: TomlTable, tables: TomlTable) -> tuple[str, Callable[[str], str]] | None:
    """Return the column of codes from which the names of provinces follow, where these are not stored."""
    source = column.value("derived", str, "").strip()
    if not source:
        return None
    kinds = {name: tables.table(name).values.get("kind") for name in tables.values}
    if column.values.get("kind") != "province" or kinds.get(source) != "province_code":
        raise column.wrong("derived", "in a column of the kind province, the column of the kind province_code")
    return source, province_of_code


def _fitting_the_contract(toml: TomlTable, columns: tuple[Column, ...], contract: type) -> tuple[Column, ...]:
    """Return the columns, those that may be null in the contract not required; a fault where the two do not fit."""
    tables = toml.table("columns")
    schema = contract.to_schema()  # type: ignore[attr-defined]
    kinds = columns_of(contract)
    by_name = {column.name: column for column in columns}
    for name, declared in kinds.items():
        if declared.required and name not in by_name and name not in OWN_COLUMNS:
            raise tables.mistake(name, f"is missing: the contract {contract.__name__} requires this column")
    for name, column in by_name.items():
        if name not in kinds:
            raise tables.mistake(
                name, f"is no column of the contract {contract.__name__}, which has {', '.join(kinds)}"
            )
        if kinds[name][1] not in (*HOLDS[column.kind.stored_as], "other"):
            text = f"is {column.kind.name}, but the contract {contract.__name__} has {kinds[name][1]} there"
            raise tables.mistake(f"{name}.kind", text)
        if schema.columns[name].nullable and tables.table(name).values.get("required"):
            raise tables.mistake(f"{name}.required", f"is true, but the contract {contract.__name__} lets it be null")
    return tuple(replace(c, required=c.required and not schema.columns[c.name].nullable) for c in columns)


def _for_returns(
    folder: Path, contract_of_folder: type, key: tuple[str, ...], most: Mapping[str, float], names_th: Mapping[str, str]
) -> type:
    """Return the contract with the rules of any return; a rule that cannot be built is a fault of the folder."""
    try:
        contract = for_returns(contract_of_folder, key, most, names_th)
        built_rules(contract, None)
        return contract
    except Exception as error:
        place = at_fault(folder / PYTHON, error)
        place = place if ", line" in place else str(folder)
        raise DatasetFault(f"{place}: the contract {contract_of_folder.__name__} cannot be used: {error}") from error


def _shape(contract: type, columns: tuple[Column, ...]) -> Callable[[], Shape] | None:
    """Return what gives the shape of the contract's sums; None without sums, or where their columns are no counts."""
    try:
        shape = shape_of(contract)
    except ShapeError:
        return None
    kinds = {column.name: column.kind.name for column in columns}
    counts = all(kinds.get(name) == "count" for name in shape.counts)
    return (lambda: shape) if counts and (not shape.ratio or kinds.get(shape.ratio) == "percent") else None


def _marts(folder: Path) -> Path:
    for file in sorted(folder.glob("*.sql")):
        if not NAME.fullmatch(file.stem):
            raise DatasetFault(f"{file}: a mart's name must be {A_NAME}")
        try:
            file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise DatasetFault(f"{file}: this is no text in UTF-8 (byte {error.start})") from None
        except OSError as error:
            raise DatasetFault(f"{file}: {error.strerror}") from None
    return folder
