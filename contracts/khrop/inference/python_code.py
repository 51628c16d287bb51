"""A contract as Python code, with remarks: what `describe` reads of the code is the description that it was made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from typing import Any

from khrop.description.description import Description, FieldDescription, RuleDescription
from khrop.description.to_contract import CHECK_ARGUMENTS, attributes_of
from khrop.expressions.formula import OPERATORS, Call, Column, Constant, Formula
from khrop.inference.proposed_rule import in_one_line
from khrop.model.rule import ContractOptions

_TYPES = {
    "int64": "int", "float64": "float", "str": "str", "bool": "bool", "object": "object", "date": "date",
    "Int64": "pd.Int64Dtype", "boolean": "pd.BooleanDtype", "datetime64[ns]": "pa.DateTime",
}  # fmt: skip
_OPTIONS = ("version", "title_th", "title_en", "snapshot", "key")


@dataclass(frozen=True)
class Remarks:
    """What stands as comments beside a contract.

    Attributes:
        heading: The docstring of the module.
        fields: A remark for each column, by name.
        rules: A remark for each rule, by id.
        end: Lines below the rules.
    """

    heading: str
    fields: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    end: Sequence[str] = ()


def python_code(contract: Description, remarks: Remarks) -> str:
    """Return a contract as a module of Python.

    Args:
        contract: The contract; its rules are those of the vocabulary, or comparisons of columns.
        remarks: The comments.
    """
    names = attributes_of(contract)
    body = [
        f"    {_field(column, names[column.name], remarks.fields.get(column.name, ''))}" for column in contract.fields
    ]
    body += ["", *_options(contract.options)]
    for rule in contract.rules:
        body += ["", *_rule(rule, remarks.rules.get(rule.id, ""))]
    if contract.config:
        body += ["", "    class Config:", *(f"        {name} = {_literal(v)}" for name, v in contract.config.items())]
    body += ["", *(f"    # {in_one_line(line)}" for line in remarks.end)] if remarks.end else []
    head = [_docstring(remarks.heading), "", *_imports(contract), "", ""]
    head += [f"class {contract.name}(pa.DataFrameModel):", f"    {_docstring(contract.summary)}", ""]
    return "\n".join([*head, *body]) + "\n"


def _imports(contract: Description) -> Iterator[str]:
    """Yield the imports that the code of a contract needs, in the order of a formatter."""
    types = {_type(column.dtype) for column in contract.fields}
    limits = [value for column in contract.fields for _, limited in column.checks for _, value in limited]
    moments = [value for value in limits if isinstance(value, datetime)]
    times = ["UTC"] * any(value.tzinfo is not None for value in moments)
    times += ["date"] * ("date" in types) + ["datetime"] * bool(moments)
    annotated = any("Annotated[" in dtype for dtype in types)
    kinds = {type(rule.what).__name__ for rule in contract.rules if not isinstance(rule.what, Formula)}
    yield from [f"from datetime import {', '.join(times)}"] * bool(times)
    yield from ["from typing import Annotated"] * annotated
    yield from [""] * bool(times or annotated)
    yield from ["import narwhals as nw"] * (len(kinds) < len({type(rule.what) for rule in contract.rules}))
    yield from ["import pandas as pd"] * any("pd." in dtype for dtype in types)
    yield "import pandera.pandas as pa"
    yield from ["from pandera.engines import pandas_engine"] * any("pandas_engine." in dtype for dtype in types)
    yield from ("from pandera.typing import Series", "")
    yield f"from khrop import ContractOptions{', rule' if contract.rules else ''}"
    yield from [f"from khrop.vocabulary import {', '.join(sorted(kinds))}"] * bool(kinds)


def _field(column: FieldDescription, attribute: str, remark: str) -> str:
    arguments = [f"alias={_literal(column.name)}"] if attribute != column.name else []
    arguments += ["nullable=True"] if column.nullable else []
    for check, check_arguments in column.checks:
        ((_, value),) = check_arguments
        arguments.append(f"{CHECK_ARGUMENTS.get(check, check)}={_literal(list(value) if check == 'isin' else value)}")
    arguments += ["coerce=True"] if column.coerce else []
    value = f" = pa.Field({', '.join(arguments)})" if arguments else ""
    return f"{attribute}: Series[{_type(column.dtype)}]{value}{f'  # {in_one_line(remark)}' if remark else ''}"


def _type(dtype: str) -> str:
    if dtype.startswith("Decimal("):
        return f"Annotated[pandas_engine.Decimal, {dtype.removeprefix('Decimal(').removesuffix(')')}, None]"
    if dtype.startswith("datetime64[") and ", " in dtype:
        unit, zone = dtype.removeprefix("datetime64[").removesuffix("]").split(", ")
        return f"Annotated[pd.DatetimeTZDtype, {_literal(unit)}, {_literal(zone)}]"
    return _TYPES[dtype]


def _options(options: ContractOptions) -> Iterator[str]:
    yield "    __contract__ = ContractOptions("
    for name in _OPTIONS:
        if value := getattr(options, name):
            yield f"        {name}={_literal(value)},"
    yield "    )"


def _rule(rule: RuleDescription, remark: str) -> Iterator[str]:
    if remark:
        yield f"    # {in_one_line(remark)}"
    yield "    @rule("
    yield f"        {_literal(rule.id)},"
    for name, default in (("scope", "row"), ("severity", "error"), ("columns", ()), ("skip_null", ()), ("needs", ())):
        if (value := getattr(rule, name)) != default:
            yield f"        {name}={_literal(value)},"
    yield "    )"
    returned = "nw.Expr" if isinstance(rule.what, Formula) else type(rule.what).__name__
    yield f"    def {rule.method}(cls, params) -> {returned}:"
    yield f"        {_docstring(rule.summary)}"
    yield f"        return {code_of(rule.what)}"


def code_of(what: Any) -> str:
    """Return a rule of the vocabulary, or a comparison of columns, as code."""
    if isinstance(what, Column):
        return f"nw.col({_literal(what.name)})"
    if isinstance(what, Constant):
        return _literal(what.value)
    if isinstance(what, Call):
        left, right = map(code_of, what.args)
        return f"{left} {_SYMBOLS[what.name]} {right}"
    arguments, by_name = [], False
    for part in fields(what):
        value = getattr(what, part.name)
        default = part.default_factory() if part.default_factory is not MISSING else part.default
        if value == default:
            by_name = True
        elif part.init:
            arguments.append(f"{part.name}={_literal(value)}" if by_name else _literal(value))
    return f"{type(what).__name__}({', '.join(arguments)})"


_SYMBOLS = {**OPERATORS, "__eq__": "==", "__le__": "<=", "__ge__": ">=", "__ne__": "!=", "__sub__": "-", "__mul__": "*"}


def _literal(value: Any) -> str:
    """Return a value as code."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if value.isprintable() else ascii(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, datetime):
        parts = [value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond]
        while len(parts) > 3 and not parts[-1]:
            parts.pop()
        zone = ", tzinfo=UTC" if value.tzinfo is not None else ""
        return f"datetime({', '.join(map(str, parts))}{zone})"
    return f"date({value.year}, {value.month}, {value.day})" if isinstance(value, date) else repr(value)


def _docstring(text: str) -> str:
    """Return a text as a docstring, whatever the name of a file or column has in it."""
    line = in_one_line(text)
    return _literal(line) if '"' in line or "\\" in line else f'"""{line}"""'


def with_comments(text: str, lines: Iterable[str]) -> str:
    """Return a document with lines above it as comments."""
    return "".join(f"# {in_one_line(line)}\n" for line in lines) + text
