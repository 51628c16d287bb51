"""A kind of rule is one class: kinds defined here work in the engines, the exports, the comparison and expectations."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.typing import Series

import khrop
from khrop.description.from_contract import describe
from khrop.description.plain import described, plain
from khrop.diff.differences import compare
from khrop.export.json_schema import to_json_schema
from khrop.export.markdown import to_markdown
from khrop.export.odcs import from_odcs, to_odcs
from khrop.export.sql_rules import queries
from khrop.expressions.formula import Formula
from khrop.expressions.translation import formula_of
from khrop.model.document_rules import Known
from khrop.model.facts import Facts
from khrop.model.grouping import Aggregate, Failure, Grouping, Table
from khrop.model.rule import Params, RuleDefinitionError
from khrop.vocabulary.grades import Grading, more_is_looser, more_is_stricter
from khrop.vocabulary.kinds import DocumentPart, GroupKind, Groups, LookupKind, ReferenceTable, RowKind, Schema, Words
from khrop.vocabulary.query_writer import QueryWriter
from khrop.vocabulary.table_expectation import TableExpectation, equal_columns
from khrop.vocabulary.value_texts import Sentence, value_text


@dataclass(frozen=True, slots=True)
class MultipleOf(RowKind):
    """A column is a multiple of `step`."""

    column: str
    step: int

    dimension: ClassVar[str] = "accuracy"
    grades: ClassVar[Mapping[str, Grading]] = {"step": lambda old, new: "tightening" if new % old == 0 else "unclear"}

    def holds(self) -> nw.Expr:
        return (nw.col(self.column) / self.step).floor() * self.step == nw.col(self.column)

    def words(self) -> Words:
        texts = {"th": f"{{name}}: {self.column} ไม่ลงตัว", "en": f"{{name}}: {{{self.column}}} is no multiple"}
        return {"column": self.column, "observed": f"{{{self.column}}}", "expected": f"n × {self.step}", **texts}

    def statement(self) -> Sentence:
        step = value_text(self.step)
        return f"{self.column} หารด้วย {step} ลงตัว", f"{self.column} is a multiple of {step}"

    def json_schema(self) -> Mapping[str, Schema]:
        return {self.column: {"multipleOf": self.step}}

    def expectations(self, skip_null: Collection[str]) -> Iterator[TableExpectation]:
        name = f"{self.column} in steps"
        yield equal_columns(self.column, name, derived={name: nw.col(self.column) // self.step * self.step})


@dataclass(frozen=True, slots=True)
class AtMostRows(GroupKind):
    """A group of `by` has at most `most` rows."""

    by: str
    most: int

    grades: ClassVar[Mapping[str, Grading]] = {"most": more_is_looser}

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.by,)

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        return {"rows": Aggregate("rows")}

    @property
    def keeps(self) -> Formula:
        return formula_of(nw.col("rows") <= self.most)

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        for snapshot, rows in groups.items():
            for row in rows:
                times, key = str(row["rows"]), str(row[self.by])
                text = f"{key}: {times}"
                yield Failure(snapshot, key, self.by, times, f"≤ {self.most}", "", text, text)


@dataclass(frozen=True, slots=True)
class NotIn(LookupKind):
    """No value of `columns` is in the column of the same name of `reference`."""

    columns: tuple[str, ...]
    reference: str

    @property
    def references(self) -> tuple[str, ...]:
        return (self.reference,)

    def columns_of(self, reference: str) -> tuple[str, ...]:
        return self.columns

    def failing(self, rows: nw.LazyFrame[Any], references: Mapping[str, ReferenceTable]) -> nw.LazyFrame[Any]:
        there = references[self.reference].distinct({column: column for column in self.columns})
        return rows.join(there, on=list(self.columns), how="semi")

    def words(self) -> Words:
        return {"observed": f"{{{self.columns[0]}}}", "th": "{name}: ห้ามใช้", "en": "{name} is barred"}

    def sql(self, writer: QueryWriter) -> str:
        same = " AND ".join(f"r.{writer.name(c)} = t.{writer.name(c)}" for c in self.columns)
        there = f"SELECT 1 FROM {writer.name(self.reference)} AS r WHERE {same}"
        return f"SELECT t.* FROM {writer.table} AS t WHERE EXISTS ({there})"


@dataclass(frozen=True, slots=True)
class AtLeastFact(DocumentPart):
    """A fact is at least a number."""

    fact: str
    least: int

    grades: ClassVar[Mapping[str, Grading]] = {"least": more_is_stricter}

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.fact,)

    def holds(self, known: Known) -> bool:
        return bool(known[self.fact] >= self.least)

    def expected(self, known: Known) -> str:
        return f"≥ {self.least}"


class Boxes(pa.DataFrameModel):
    """A row a box."""

    box: Series[str]
    shelf: Series[str]
    pieces: Series[int]

    __contract__ = khrop.ContractOptions(version="1.0.0", key=("box",), params={"step": 6})

    @khrop.rule("dozens", columns=("pieces",))
    def dozens(cls, params: Params) -> MultipleOf:
        """Boxes are packed by the half dozen."""
        return MultipleOf("pieces", params["step"])

    @khrop.rule("room-on-shelf", scope="group", columns=("shelf",), severity="warning")
    def room_on_shelf(cls, params: Params) -> AtMostRows:
        """A shelf has room for two boxes."""
        return AtMostRows("shelf", 2)

    @khrop.rule("not-barred", scope="reference", columns=("box",))
    def not_barred(cls, params: Params) -> NotIn:
        """The box is not barred."""
        return NotIn(("box",), "barred")

    @khrop.rule("enough-shelves", scope="document")
    def enough_shelves(cls, params: Params) -> dict[str, AtLeastFact]:
        """The list speaks of two shelves or more."""
        return {"shelves": AtLeastFact("shelves", 2)}


ROWS = {"box": ["a", "b", "c", "d"], "shelf": ["s", "s", "s", "t"], "pieces": [6, 12, 7, 18]}
BARRED = {"box": ["d", "x", "d"]}


def frames(engine: str) -> tuple[Any, Any]:
    if engine == "polars":
        import polars as pl

        return pl.DataFrame(ROWS), pl.DataFrame(BARRED)
    if engine == "duckdb":
        import duckdb

        connection = duckdb.connect()
        connection.register("rows_", pd.DataFrame(ROWS))
        connection.register("barred_", pd.DataFrame(BARRED))
        return connection.table("rows_"), connection.table("barred_")
    return pd.DataFrame(ROWS), pd.DataFrame(BARRED)


@pytest.mark.parametrize(
    "engine",
    ["pandas", pytest.param("polars", marks=pytest.mark.polars), pytest.param("duckdb", marks=pytest.mark.duckdb)],
)
def test_new_kinds_are_checked_on_every_engine_with_their_own_words(engine: str) -> None:
    frame, barred = frames(engine)
    verdict = khrop.check(Boxes, frame, document={"shelves": 1}, references={"barred": barred})
    assert verdict.counts() == {"dozens": 1, "room-on-shelf": 1, "not-barred": 1, "enough-shelves": 1}
    messages = {row.rule_id: (row.key, row.message_en) for row in verdict.violations.itertuples()}
    assert messages["dozens"] == ("c", "c: 7 is no multiple")
    assert messages["room-on-shelf"] == ("s", "s: 3")
    assert messages["not-barred"] == ("d", "d is barred")


@pytest.mark.odcs
def test_new_kinds_are_written_and_read_back() -> None:
    assert describe(from_odcs(to_odcs(Boxes))) == describe(Boxes)
    assert described(plain(describe(Boxes))) == describe(Boxes)
    assert "dimension: accuracy" in to_odcs(Boxes)


@pytest.mark.duckdb
def test_new_kinds_are_sql_that_finds_the_same() -> None:
    asked = {query.built.rule.id: query for query in queries(Boxes, '"returns"')}
    import duckdb

    connection = duckdb.connect()
    connection.register("returns", pd.DataFrame(ROWS))
    connection.register("barred", pd.DataFrame(BARRED))
    for rule_id in ("dozens", "room-on-shelf", "not-barred"):
        assert len(connection.sql(asked[rule_id].sql).fetchall()) == 1, rule_id
    assert "document" in asked["enough-shelves"].reason


def test_new_kinds_are_in_the_json_schema_and_on_the_page() -> None:
    schema = to_json_schema(Boxes)
    assert schema["items"]["properties"]["pieces"] == {"type": "integer", "multipleOf": 6}
    assert "dozens" not in [rule["id"] for rule in schema["x-khrop-rules"]]
    page = to_markdown(Boxes)
    assert "pieces หารด้วย {step} ลงตัว" in page
    assert "pieces is a multiple of {step}" in page
    assert "needs: barred" in page


def test_new_kinds_grade_their_own_changes() -> None:
    class Tighter(Boxes):
        __contract__ = khrop.ContractOptions(version="2.0.0", key=("box",), params={"step": 12})

        @khrop.rule("room-on-shelf", scope="group", columns=("shelf",), severity="warning")
        def room_on_shelf(cls, params: Params) -> AtMostRows:
            """A shelf has room for two boxes."""
            return AtMostRows("shelf", 3)

        @khrop.rule("enough-shelves", scope="document")
        def enough_shelves(cls, params: Params) -> dict[str, AtLeastFact]:
            """The list speaks of two shelves or more."""
            return {"shelves": AtLeastFact("shelves", 3)}

    changes = {(c.name, c.aspect): c.grade for c in compare(describe(Boxes), describe(Tighter)) if c.of == "rule"}
    assert changes == {
        ("dozens", "step"): "tightening",
        ("room-on-shelf", "most"): "loosening",
        ("enough-shelves", "shelves: least"): "tightening",
    }


def test_a_new_kind_says_what_it_expects_of_a_table_as_plain_data() -> None:
    (expected,) = MultipleOf("pieces", 6).expectations(())
    assert expected.kind == "expect_column_pair_values_to_be_equal"
    (steps,) = nw.from_native(pd.DataFrame(ROWS)).select(**expected.derived).iter_columns()
    assert steps.to_list() == [6, 12, 6, 18]
    assert not list(AtMostRows("shelf", 2).expectations(()))


def test_a_kind_does_not_take_the_name_of_another() -> None:
    with pytest.raises(RuleDefinitionError, match="khrop.vocabulary.rows has a kind of rule called AddsUp"):

        class AddsUp(RowKind):
            """Not the one of the vocabulary."""
