"""What a state keeps, how it is written, and which states add up."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.typing import Series

import khrop
from khrop import ContractOptions, State, Verdict, check, judge, measure, merge, rule
from khrop.vocabulary import ByGroup, ConservesRows, LinearSequence, NotAllSame, NotLessThan, SumsMatch, UniqueKey


class Sales(pa.DataFrameModel):
    """A row an article and shop; a day is a snapshot."""

    day: Series[str]
    item: Series[str]
    number: Series[int]
    sold: Series[int] = pa.Field(ge=0)

    __contract__ = ContractOptions(version="1.0.0", snapshot="day", key=("item",), params={"most": 100})

    @rule("once", scope="group")
    def once(cls, params: Any) -> UniqueKey:
        """No article twice a day."""
        return UniqueKey(("item",))

    @rule("numbered", scope="group")
    def numbered(cls, params: Any) -> LinearSequence:
        """Numbered from 1."""
        return LinearSequence("number")

    @rule("room", scope="group", severity="warning")
    def room(cls, params: Any) -> ByGroup:
        """Not more a day than there is room for."""
        return ByGroup((), {"sum": ("sum", "sold")}, nw.col("sum") <= params["most"])

    @rule("total", scope="group")
    def total(cls, params: Any) -> SumsMatch:
        """The total is the sum."""
        return SumsMatch(("sold",), "total_")

    @rule("never-less", scope="reference")
    def never_less(cls, params: Any) -> NotLessThan:
        """Never less than before."""
        return NotLessThan("sold")


class Wide(Sales):
    """The same rules under another name."""


def sales(day: str, *rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame([(day, *row) for row in rows], columns=["day", "item", "number", "sold"])


MONDAY = sales("mon", ("tea", 1, 60), ("rice", 2, 70))
TUESDAY = sales("tue", ("tea", 1, 5), ("tea", 3, -1))


def reported(verdict: Verdict) -> set[tuple[str, str | None, str]]:
    return {(v.rule_id, v.snapshot, v.key) for v in verdict.records}


def test_days_that_are_measured_apart_are_judged_together() -> None:
    verdict = judge(merge([measure(Sales, MONDAY), measure(Sales, TUESDAY)]))
    whole = check(Sales, pd.concat([MONDAY, TUESDAY]))
    assert (verdict.status, verdict.counts()) == (whole.status, whole.counts())
    assert reported(verdict) == reported(whole)
    assert [(o.rule_id, o.status, o.share) for o in verdict.outcomes()] == [
        (o.rule_id, o.status, o.share) for o in whole.outcomes()
    ]
    assert str(verdict).splitlines()[0] == "Sales 1.0.0: quarantined, 4 rows"


def test_a_verdict_of_parts_has_no_rows() -> None:
    with pytest.raises(ValueError, match="no frame"):
        _ = judge(measure(Sales, MONDAY)).valid
    with pytest.raises(ValueError, match="no frame"):
        _ = judge(measure(Sales, MONDAY)).set_aside


def test_claims_come_when_all_is_judged() -> None:
    state = merge([measure(Sales, MONDAY), measure(Sales, sales("tue"))])
    claims = [{"day": "mon", "source": "total", "measure": "sold", "value": 131, "place": "foot"}]
    found = [(v.rule_id, v.observed, v.expected, v.place) for v in judge(state, claims=claims).records]
    assert ("total", "131", "130", "foot") in found


def test_a_day_that_only_a_document_names_is_judged_too() -> None:
    claims = [{"day": "sun", "source": "total", "measure": "sold", "value": 4}]
    verdict = judge(measure(Sales, MONDAY), claims=claims)
    whole = check(Sales, MONDAY, claims=claims)
    assert reported(verdict) == reported(whole)
    assert ("total", "sun", "total_sold") in reported(verdict)


def test_a_day_in_two_parts_is_refused_by_name() -> None:
    states = [measure(Sales, MONDAY), measure(Sales, MONDAY)]
    with pytest.raises(ValueError, match="snapshot mon stands in two parts"):
        merge(states)


def test_a_day_may_be_in_several_parts_where_that_was_known() -> None:
    parts = [measure(Sales, MONDAY[:1], complete_snapshots=False), measure(Sales, MONDAY[1:], complete_snapshots=False)]
    assert judge(merge(parts)).counts() == check(Sales, MONDAY).counts() == {"room": 1}
    with pytest.raises(ValueError, match="complete_snapshots"):
        merge([parts[0], measure(Sales, TUESDAY)])


def test_more_keys_than_are_kept_are_named_and_not_guessed() -> None:
    parts = [
        measure(Sales, sales("mon", *((f"i{n}", n, 1) for n in some)), complete_snapshots=False, most=3)
        for some in (range(1, 5), range(5, 7))
    ]
    alone = judge(parts[0])
    assert (alone.status, alone.not_run[-1].rule_id) == ("accepted", "never-less")
    reasons = {n.rule_id: n.reason for n in judge(merge(parts)).not_run}
    assert reasons["once"] == "the parts have more than 3 groups to keep (most=3)"
    assert "room" not in reasons


def test_what_a_part_was_not_compared_with_is_named() -> None:
    less = MONDAY.assign(sold=[61, 70])
    state = merge([measure(Sales, MONDAY, previous=less), measure(Sales, TUESDAY)])
    verdict = judge(state)
    assert verdict.counts()["never-less"] == 1
    assert [(n.rule_id, n.snapshot) for n in verdict.not_run if n.rule_id == "never-less"] == [("never-less", "tue")]


def test_states_of_other_contracts_versions_and_parameters_are_refused() -> None:
    state = measure(Sales, MONDAY)
    with pytest.raises(ValueError, match=r"states of Sales 1\.0\.0 and of Wide 1\.0\.0"):
        merge([state, measure(Wide, TUESDAY)])
    with pytest.raises(ValueError, match="different rules, columns or parameters"):
        merge([state, measure(Sales, TUESDAY, params={"most": 5})])
    with pytest.raises(ValueError, match=r"of Sales 1\.0\.0, not of Wide 1\.0\.0"):
        State.from_json(state.to_json(), Wide)
    with pytest.raises(ValueError, match="other rules, columns or parameters"):
        State.from_json(state.to_json(), Sales, params={"most": 5})
    with pytest.raises(ValueError, match="no state to merge"):
        merge([])


def test_text_that_is_no_state_is_refused() -> None:
    with pytest.raises(ValueError, match="not a state"):
        State.from_json("[]", Sales)
    later = json.dumps({**json.loads(measure(Sales, MONDAY).to_json()), "khrop_state": 99})
    with pytest.raises(ValueError, match="form 99"):
        State.from_json(later, Sales)


def test_a_clean_day_is_kept_in_a_few_bytes() -> None:
    sizes = [
        len(merge([measure(Sales, sales(f"d{n}", ("tea", 1, 1))) for n in range(days)]).to_json()) for days in (1, 101)
    ]
    assert (sizes[1] - sizes[0]) / 100 < 20


def test_numbers_that_follow_one_another_are_written_as_a_run() -> None:
    rows = [(f"i{n}", n, 1) for n in range(1, 1001)]
    state = measure(Sales, sales("mon", *rows), complete_snapshots=False)
    results = json.loads(state.to_json())["results"]
    assert [0, 1, 1000, 1] in [run for result in results for run in (result or {}).get("runs", [])]
    assert State.from_json(state.to_json(), Sales) == state


class Kinds(pa.DataFrameModel):
    """Keys of all kinds."""

    big: Series[object] = pa.Field(nullable=True)
    price: Series[float] = pa.Field(nullable=True)
    on: Series[pd.Timestamp] = pa.Field(nullable=True)
    at: Series[pd.DatetimeTZDtype] = pa.Field(nullable=True, dtype_kwargs={"unit": "ns", "tz": "UTC"})
    name: Series[str] = pa.Field(nullable=True)

    @rule("once", scope="group")
    def once(cls, params: Any) -> UniqueKey:
        """No two rows alike."""
        return UniqueKey(("big", "price", "on", "at", "name"), nulls="equal")

    @rule("prices", scope="group", skip_null=("price",))
    def prices(cls, params: Any) -> ByGroup:
        """Prices add up to at most 0.3."""
        figures: Any = {"sum": ("sum", "price"), "last": ("max", "at"), "kinds": ("different", "price")}
        return ByGroup((), figures, (nw.col("sum") <= 0.3) & (nw.col("kinds") > 1))


def kinds(*prices: Any) -> pd.DataFrame:
    rows = [
        (2**70 + 1, price, datetime(2024, 2, 29), pd.Timestamp("2024-02-29T01:02:03.000000004", tz="UTC"), "ครบ")
        for price in prices
    ]
    frame = pd.DataFrame(rows, columns=["big", "price", "on", "at", "name"])
    return frame.astype({"big": object, "price": object, "at": "datetime64[ns, UTC]", "on": "datetime64[ns]"})


def test_values_of_all_kinds_are_written_exactly() -> None:
    parts = [measure(Kinds, kinds(Decimal("0.1"), None)), measure(Kinds, kinds(Decimal("0.20"), Decimal("0.001")))]
    read = [State.from_json(part.to_json(), Kinds) for part in parts]
    assert read == parts
    assert judge(merge(read[:1])).counts() == {"prices": 1}
    assert [(v.rule_id, "sum 0.301," in v.message_en) for v in judge(merge(read)).records] == [("prices", True)]
    tenths = [measure(Kinds, kinds(Decimal(text))) for text in ("0.1", "0.2")]
    assert judge(merge(tenths)).counts() == {}


def test_infinities_and_dates_are_written() -> None:
    from khrop.measures.result_text import _read_value, _value

    for value in (float("inf"), date(2024, 1, 31), datetime(2024, 1, 31, 5, tzinfo=UTC), Decimal("1.50"), -0.5, True):
        again = _read_value(json.loads(json.dumps(_value(value))))
        assert (again, type(again)) == (value, type(value))


def test_a_column_that_is_wrong_in_one_part_is_wrong_in_all() -> None:
    texts = TUESDAY.assign(sold=["x", "y"])
    verdict = judge(merge([measure(Sales, MONDAY), measure(Sales, texts)]))
    assert verdict.counts()["columns"] == 2
    assert "room" in {n.rule_id for n in verdict.not_run}


def test_names_of_the_package() -> None:
    assert {"measure", "merge", "judge", "State"} <= set(khrop.__all__)
    assert repr(measure(Sales, MONDAY)) == "<State of Sales 1.0.0: 2 rows, 1 snapshot>"


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_part_without_a_snapshot_in_any_row_loses_its_rows(rows: int) -> None:
    class Kept(Wide):
        @rule("kept", scope="reference")
        def kept(cls, params: Any) -> ConservesRows:
            """No row is lost."""
            return ConservesRows("source")

    part = pd.DataFrame({"day": pd.Series([None, None], dtype="str"), "item": ["a", "b"], "number": [1, 2], "sold": 1})
    references = {"source": pd.DataFrame({"day": ["x"] * rows})}
    state = measure(Kept, part, references=references)
    assert judge(state).counts() == check(Kept, part, references=references).counts()
    assert judge(state).counts()["kept"] == 1


def test_a_part_without_a_row_is_compared_with_decimals() -> None:
    class Spent(pa.DataFrameModel):
        code: Series[str]
        spent: Series[float] = pa.Field(nullable=True, coerce=True)

        __contract__ = khrop.ContractOptions(version="1", key=("code",))

        @khrop.rule("changed", scope="reference", severity="warning", columns=("spent",))
        def changed(cls, params: Any) -> NotAllSame:
            """Some figure is new."""
            return NotAllSame(("spent",))

    empty = pd.DataFrame({"code": pd.array([], "str"), "spent": pd.array([], "float64")})
    previous = pd.DataFrame({"code": ["A1"], "spent": [Decimal("0.25")]})
    state = khrop.measure(Spent, empty, previous=previous)
    assert khrop.judge(state).counts() == khrop.check(Spent, empty, previous=previous).counts() == {}
