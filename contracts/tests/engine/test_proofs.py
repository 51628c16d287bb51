"""Which rows a snapshot has is proven by their positions: never of a snapshot that breaks the rule, on any engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import Series

from khrop import ContractOptions, check, rule
from khrop.engine import _proofs, preparing
from khrop.model.grouping import Positions
from khrop.model.rule import Params
from khrop.vocabulary import ContainsExactly, LinearSequence

pytestmark = pytest.mark.files  # whose tests have Polars, DuckDB and Arrow

LONG = tuple(range(-60, 60))
"""More values than the bits of one sum."""
TEXTS = ("x", "it's", "ครบ")


class Listed(pa.DataFrameModel):
    """Texts and numbers from lists, and a number of the row."""

    snapshot: Series[str]
    text: Series[str] | None = pa.Field(nullable=True)
    number: Series[pd.Int64Dtype] | None = pa.Field(nullable=True)
    ordinal: Series[pd.Int64Dtype] | None = pa.Field(nullable=True)

    __contract__ = ContractOptions(snapshot="snapshot", key=("text", "number", "ordinal"))

    @rule("texts", scope="group", columns=("text",))
    def texts(cls, params: Params) -> ContainsExactly:
        """Each of three texts."""
        return ContainsExactly("text", TEXTS)

    @rule("numbers", scope="group", columns=("number",))
    def numbers(cls, params: Params) -> ContainsExactly:
        """Each of many numbers."""
        return ContainsExactly("number", LONG)  # type: ignore[arg-type]

    @rule("sequence", scope="group", columns=("ordinal",))
    def sequence(cls, params: Params) -> LinearSequence:
        """From minus two by ones."""
        return LinearSequence("ordinal", start=-2)


def _polars(frame: pd.DataFrame) -> Any:
    import polars as pl

    return pl.from_pandas(frame)


def _arrow(frame: pd.DataFrame) -> Any:
    import pyarrow

    return pyarrow.Table.from_pandas(frame, preserve_index=False)


def _duckdb(frame: pd.DataFrame) -> Any:
    import duckdb

    return duckdb.connect().from_arrow(_arrow(frame))


def _objects(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: object for name in ("snapshot", "text") if name in frame})


def _chunks(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame[:5], frame[5:]], ignore_index=True)


ENGINES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda frame: frame, "objects": _objects, "chunks": _chunks, "pyarrow": _arrow, "polars": _polars,
    "duckdb": _duckdb,
}  # fmt: skip
GROUPS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.lists(st.sampled_from([*TEXTS, "y", None]), min_size=1, max_size=4)),
        st.tuples(st.just("text"), st.permutations(TEXTS)),
        st.tuples(st.just("ordinal"), st.lists(st.sampled_from([*range(-3, 3), None, 2**62]), min_size=1, max_size=5)),
        st.tuples(st.just("ordinal"), st.integers(1, 130).map(lambda n: list(range(-2, n - 2)))),
    ),
    min_size=2,
    max_size=6,
)
TYPES = {"text": "str", "number": "Int64", "ordinal": "Int64"}


def _frame(column: str, groups: list[list[Any]], shuffled: bool = False) -> pd.DataFrame:
    rows = [(f"s{i}", value) for i, group in enumerate(groups) for value in group]
    frame = pd.DataFrame(rows, columns=["snapshot", column]).astype({"snapshot": "str", column: TYPES[column]})
    return frame.sample(frac=1, random_state=7, ignore_index=True) if shuffled else frame


def _broken(contract: type, frame: Any) -> set[str | None]:
    return {v.snapshot for v in check(contract, frame, scopes=("group",), limit=None).records}


def _breaks(column: str, group: list[Any]) -> bool:
    due: tuple[Any, ...] = {"text": TEXTS, "number": LONG}.get(column, tuple(range(-2, len(group) - 2)))
    return None in group or sorted(group) != sorted(due)


@pytest.mark.parametrize("engine", ENGINES)
@given(drawn=GROUPS, shuffled=st.booleans())
@settings(max_examples=20, deadline=None)
def test_only_snapshots_that_break_a_rule_fail_it(engine: str, drawn: Any, shuffled: bool) -> None:
    for column in ("text", "ordinal"):
        groups = [list(group) for name, group in drawn if name == column]
        if len(groups) > 1:
            expected = {f"s{i}" for i, group in enumerate(groups) if _breaks(column, group)}
            assert _broken(Listed, ENGINES[engine](_frame(column, groups, shuffled))) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_a_list_of_numbers_may_be_longer_than_the_bits_of_a_sum(engine: str) -> None:
    whole = list(LONG)
    groups = [whole, whole[1:], [*whole[1:], 99], [*whole[:-1], whole[0]], [*whole[1:], None], whole[::-1]]
    assert _broken(Listed, ENGINES[engine](_frame("number", groups))) == {"s1", "s2", "s3", "s4"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sequence_may_be_longer_than_its_first_rows_show(engine: str) -> None:
    groups = [list(range(-2, 1)) for _ in range(400)]
    groups += [list(range(-2, 5000)), [*range(-2, 5000), 4999], [*range(-2, 300), 301]]
    assert _broken(Listed, ENGINES[engine](_frame("ordinal", groups))) == {"s401", "s402"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("shuffled", [False, True])
def test_frames_of_several_slices(engine: str, shuffled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_proofs, "STEP", 64)
    monkeypatch.setattr("khrop.engine._group_rules.MANY", 64)
    groups: list[list[Any]] = [list(TEXTS) for _ in range(100)]
    groups[7], groups[50] = ["x", "x", "ครบ"], ["x", "it's", None]
    assert _broken(Listed, ENGINES[engine](_frame("text", groups, shuffled))) == {"s7", "s50"}


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_proven_has_no_figures_computed(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[Any] = []
    monkeypatch.setattr("khrop.engine._group_rules.GroupRun._judge_unproven", lambda *of: computed.append(of))
    groups = [list(TEXTS) for _ in range(5)]
    assert _broken(Listed, ENGINES[engine](_frame("text", groups))) == set()
    assert not computed


@pytest.mark.parametrize(
    "proof", [Positions("text", ("a", "a")), Positions("text", ()), Positions("text", (1, 2)),
              Positions("number", (1.5,)),
              Positions("number", (True,)), Positions("number", (2**70,)), Positions("text")],
)  # fmt: skip
def test_lists_that_cannot_be_compared_exactly_prove_nothing(proof: Positions) -> None:
    frame = preparing.prepare(Listed, pd.DataFrame({"snapshot": ["s"], "text": ["a"], "number": np.array([1])}))
    assert not _proofs.is_provable(frame, proof)
