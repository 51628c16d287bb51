"""A contract as SQL, run in DuckDB: the table takes only what keeps the contract, the queries count as `check` does."""

from __future__ import annotations

from collections import Counter
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from conformance_case import Case, Table, cases
from conformance_contract import Grant, QuarterlyGrant
from hypothesis import HealthCheck, given, settings
from pandera.typing import Series

from khrop import ContractOptions, ProvinceProgress, check, rule
from khrop.engine.compiling.declared import columns_of
from khrop.export.sql import to_sql
from khrop.export.sql_rules import queries
from khrop.model.rule import Params

pytestmark = pytest.mark.duckdb

TAME = dict.fromkeys(("ordinal", "budget", "spent", "left"), "int64") | {
    "share": "float64", "open": "bool", "code": "text", "kind": "text", "district": "text",
    "at": "moment", "ref": "text",
}  # fmt: skip
NOT_OF_TABLES = {"none-lost"}
"""Where there are quarters: whether the other tables tell them apart is not known when the SQL is written."""


def connection() -> Any:
    import duckdb

    return duckdb.connect()


def statements(contract: type, **given: str) -> list[str]:
    return to_sql(contract, **given).split("\n\n")


def stored(con: Any, contract: type, name: str, rows: list[dict[str, Any]]) -> None:
    """Rows as a table that has the contract's types and none of its constraints."""
    types = {"integer": "BIGINT", "number": "DOUBLE", "text": "VARCHAR", "boolean": "BOOLEAN", "moment": "TIMESTAMP"}
    columns = {column: types[of.kind] for column, of in columns_of(contract).items()}
    con.execute(
        f'CREATE TABLE "{name}" ({", ".join(f"{c!r} {t}".replace(chr(39), chr(34)) for c, t in columns.items())})'
    )
    for row in rows:
        con.execute(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', [row.get(c) for c in columns])


def counted(con: Any, contract: type) -> Counter[str]:
    counts: Counter[str] = Counter()
    for query in queries(contract, '"returns"'):
        if query.sql:
            (count,) = con.execute(f"SELECT COUNT(*) FROM ({query.sql}) AS q").fetchone()
            counts[query.built.rule.id] += count
    return +counts


def frame_of(table: Table) -> pd.DataFrame:
    dtypes = {"int64": "Int64", "float64": "float64", "text": "str", "bool": "boolean", "moment": "datetime64[us]"}
    return pd.DataFrame({c: pd.Series([r[c] for r in table.rows], dtype=dtypes[t]) for c, t in table.types.items()})


def tame(case: Case) -> bool:
    """No figure that a database's integers or floats stop at: there `check` goes on, and SQL does not."""
    tables = [case.table, *case.others.values()]
    values = [v for t in tables for r in t.rows for v in r.values() if isinstance(v, (int, float))]
    return all(v != v or abs(v) < 10**9 for v in values)


def agrees(contract: type, case: Case) -> None:
    con = connection()
    stored(con, contract, "returns", case.table.rows)
    rows = {name: table.rows for name, table in case.others.items()}
    for name in ("previous", "source", "rejected"):
        stored(con, contract, name, rows.get(name, []))
    con.execute("CREATE TABLE districts (name VARCHAR)")
    for row in rows.get("districts", []):
        con.execute("INSERT INTO districts VALUES (?)", [row["name"]])
    frames = {name: frame_of(table) for name, table in case.others.items()}
    verdict = check(contract, frame_of(case.table), previous=frames.pop("previous", None), references=frames)
    run = {n.rule_id for n in verdict.not_run}
    expected = Counter({rule: n for rule, n in verdict.counts().items() if n and rule not in run})
    found = Counter({rule: n for rule, n in counted(con, contract).items() if rule not in run})
    assert found == +Counter({rule: n for rule, n in expected.items() if rule not in _left_out(contract)})


def _left_out(contract: type) -> set[str]:
    return NOT_OF_TABLES if contract is QuarterlyGrant else set()


@given(case=cases(quarterly=False, types=TAME).filter(tame))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_queries_count_what_check_counts(case: Case) -> None:
    agrees(Grant, case)


@given(case=cases(quarterly=True, types=TAME | {"quarter": "text"}).filter(tame))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_queries_count_by_snapshot(case: Case) -> None:
    rows = [row for row in case.table.rows if row["quarter"] is not None]
    agrees(QuarterlyGrant, Case(case.table.with_rows(rows), case.others, case.claims))


def insert(con: Any, frame: pd.DataFrame) -> None:
    con.register("given", frame)
    con.execute("INSERT INTO returns BY NAME SELECT * FROM given")


def test_the_table_takes_the_real_return(sample: Any) -> None:
    con = connection()
    con.execute(statements(ProvinceProgress)[0])
    insert(con, sample.frame.drop(columns="place"))
    assert con.execute("SELECT COUNT(*) FROM returns").fetchone() == (76,)
    con.execute("CREATE TABLE previous AS SELECT * FROM returns")
    assert counted(con, ProvinceProgress) == {"not-a-stale-copy": 1}


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({"saved": 3000}, "saved . pending. = total"),
        ({"total": 0, "saved": 0, "pending": 0}, "BETWEEN 1 AND"),
        ({"pending": None}, "pending"),
        ({"saved_percent": 55.5}, "abs"),
        ({"saved_percent": float("nan")}, "percent"),
    ],
)
def test_the_table_refuses_a_broken_row(sample: Any, figures: dict[str, Any], message: str) -> None:
    import duckdb

    con = connection()
    con.execute(statements(ProvinceProgress)[0])
    broken = sample.row("เลย", **figures).frame.drop(columns="place")
    with pytest.raises(duckdb.ConstraintException, match=message):
        insert(con, broken[broken["province_th"] == "เลย"])


def test_a_warning_is_no_constraint(sample: Any) -> None:
    con = connection()
    con.execute(statements(ProvinceProgress)[0])
    row = sample.frame.iloc[[0]].drop(columns="place")
    insert(con, row.assign(total=3, saved=2, pending=1, saved_percent=66.66))
    con.execute("CREATE TABLE previous AS SELECT * FROM returns WHERE FALSE")
    assert counted(con, ProvinceProgress)["percent-rounded"] == 1


QUOTED = """ร้อย"ละ' -- x"""


class Quoted(pa.DataFrameModel):
    """Names that a careless writer would not quote.

    The rest of this text is not of the summary.
    """

    amount: Series[float] = pa.Field(alias=QUOTED, nullable=True)

    __contract__ = ContractOptions(version="1.0.0", key=(QUOTED,))

    @rule("it's-ข้อ\n1", skip_null=(QUOTED,))
    def of_a_name(cls, params: Params) -> nw.Expr:
        """Half up, it is not "1"; DROP TABLE."""
        return nw.col(QUOTED).round(1) != 1.0

    @rule("of-texts", severity="warning")
    def of_texts(cls, params: Params) -> nw.Expr:
        """A method that SQL does not have."""
        return nw.col(QUOTED).log() > 0


def test_any_name_is_quoted() -> None:
    con = connection()
    text = to_sql(Quoted, table='ตาราง"1"; --')
    con.execute(text)
    con.execute('INSERT INTO "ตาราง""1""; --" VALUES (NULL), (2.5)')
    with pytest.raises(Exception, match="CHECK"):
        con.execute('INSERT INTO "ตาราง""1""; --" VALUES (0.95)')
    assert "not in SQL: standard SQL has no log" in text
    assert all(line.startswith("-- it's-ข้อ 1 (error)") for line in text.splitlines() if "DROP" in line)


def test_what_differs_between_dialects_is_the_pattern() -> None:
    duck, post = to_sql(Grant), to_sql(Grant, dialect="postgres")
    changed = [(a, b) for a, b in zip(duck.splitlines(), post.splitlines(), strict=True) if a != b]
    assert changed
    assert all("regexp_matches" in a and " ~ " in b for a, b in changed)


@pytest.mark.parametrize(("given", "message"), [({"dialect": "oracle"}, "oracle"), ({"table": ""}, "name")])
def test_wrong_use_is_named(given: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        to_sql(ProvinceProgress, **given)


def test_the_export_is_the_same_each_time() -> None:
    assert to_sql(Grant) == to_sql(Grant)
