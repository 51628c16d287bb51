"""What the solver rests on: edit distances, the chain over sums, and the search, each beside something simpler."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khrop.repair import Shape, suggest
from khrop.repair.block_sums import UNREACHED, Choices, TooManyCombinations, cheapest, min_marginals
from khrop.repair.figures import (
    ADDED,
    EDITS,
    EMPTY,
    channel_prices,
    every_price,
    format_figure,
    nearby,
    price,
    prices,
    read_figure,
)
from khrop.repair.layouts import undo_shifts, undo_swaps
from khrop.repair.pricing import prices_of
from khrop.repair.readings import LAYOUT
from khrop.repair.rows_by_name import rows_by_name
from khrop.repair.search import Search
from khrop.repair.sheet import read_sheet
from khrop.repair.totals import Totals

SMALL = Shape(parts=("saved", "pending"), whole="total", key="name", ratio="percent", least=1)


def edits(a: str, b: str) -> int:
    """Insertions, deletions, substitutions and transpositions of neighbours, the textbook way."""
    table = [[i + j if not i * j else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i, j in product(range(1, len(a) + 1), range(1, len(b) + 1)):
        steps = [table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] != b[j - 1])]
        if i > 1 and j > 1 and a[i - 2 : i] == b[j - 1] + b[j - 2]:
            steps.append(table[i - 2][j - 2] + 1)
        table[i][j] = min(steps)
    return table[-1][-1]


def due_for(printed: str, true: str) -> int:
    """The price of digits read as others: by their edits, and more for a digit too many that is no doubled one."""
    apart = edits(printed, true)
    undoubled = {printed[:i] + printed[i + 1 :] for i in range(1, len(printed)) if printed[i] == printed[i - 1]}
    return ADDED if apart == 1 and len(printed) > len(true) and true not in undoubled else int(EDITS[min(apart, 3)])


@given(st.text("0123456789", min_size=1, max_size=5), st.integers(0, 99_999))
def test_a_count_costs_by_its_edits(printed: str, value: int) -> None:
    cell = read_figure(printed, ratio=False)
    due = 0 if printed == str(value) else due_for(printed, str(value))
    assert price(cell, value) == due == prices(cell, np.array([value]))[0]


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_percent_costs_by_the_edits_of_its_digits(printed: int, value: int) -> None:
    cell = read_figure(format_figure(printed, ratio=True), ratio=True)
    due = due_for(f"{printed:03d}", f"{value:03d}")
    assert price(cell, value) == due == every_price(cell)[value]


@given(st.integers(0, 9999))
def test_what_is_near_is_one_edit_away(printed: int) -> None:
    cell = read_figure(printed, ratio=False)
    near = set(nearby(cell).tolist())
    assert all(edits(str(printed), str(value)) <= 1 or str(value) != str(value) for value in near if value >= 1000)
    assert near >= {value for value in range(0, 10_000, 7) if edits(str(printed), str(value)) == 1}


def test_figures_are_read_however_they_are_printed() -> None:
    assert [read_figure(cell, False).value for cell in ("๗,๘๕๐", "7850", 7850, 7850.0)] == [7850] * 4
    assert [read_figure(cell, True).value for cell in ("๓.๗๒", "3.72 %", 3.72)] == [372] * 3
    assert read_figure(4.9, True).value == 490
    assert [read_figure(cell, False).value for cell in (None, "", float("nan"), "ฒ๐", "1.5", -3, "9" * 40)] == [
        None
    ] * 7
    assert price(read_figure("", False), 12) == EMPTY


def test_a_zero_in_front_was_another_digit() -> None:
    assert price(read_figure("๐๖", False), 6) == ADDED > price(read_figure("๐๖", False), 60) == EDITS[1]


def test_a_channel_makes_its_confusions_cheap() -> None:
    cell = read_figure("๔๘", False)._replace(channel=channel_prices({("6", "8"): 0.2}))
    assert price(cell, 46) == 3 < price(cell, 47)
    for wrong in ({("6", "8"): 0.0}, {("6", "8"): 2.0}, {("x", "8"): 0.5}, {("66", "8"): 0.5}):
        with pytest.raises(ValueError, match="channel"):
            channel_prices(wrong)


blocks = st.lists(
    st.lists(st.tuples(st.integers(-4, 4), st.integers(0, 9)), min_size=1, max_size=6, unique_by=lambda c: c[0]),
    min_size=1,
    max_size=4,
)


@given(blocks, st.integers(0, 12), st.integers(0, 8))
def test_the_chain_finds_the_best_and_what_each_choice_costs(
    drawn: list[list[tuple[int, int]]], budget: int, close: int
) -> None:
    ways = [(sum(cost for _, cost in way), way) for way in product(*drawn) if sum(key for key, _ in way) == 0]
    least = min((cost for cost, _ in ways), default=None)
    choices = [Choices(*np.array(block, dtype=np.int64).T) for block in drawn]
    found = cheapest(choices, budget)
    if least is None or least > budget:
        assert found is None
        return
    assert found is not None
    assert found[0] == least
    chosen = [block[place] for block, place in zip(drawn, found[1], strict=True)]
    assert (sum(cost for _, cost in chosen), sum(key for key, _ in chosen)) == (least, 0)
    marginals = min_marginals(choices, least + close)
    for at, block in enumerate(drawn):
        for choice, marginal in zip(block, marginals[at].tolist(), strict=True):
            due = min((cost for cost, way in ways if way[at] == choice), default=UNREACHED)
            assert marginal == due or (due > least + close and marginal > least + close)


def test_the_chain_gives_up_in_time() -> None:
    block = Choices(np.arange(3000), np.zeros(3000, dtype=np.int64))
    with pytest.raises(TooManyCombinations):
        cheapest([block, block, block], 0)


# --- the search beside brute force ---------------------------------------------------------------------------

WIDEST = 60
"""The oracle's wholes; every figure of its tables stays below a tenth of it, so that no reading beyond is cheaper."""


@st.composite
def tiny(draw: st.DrawFn) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Two rows with a totals row; a few of the cells are misprinted, any way."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), min_size=2, max_size=2))
    rows = [
        {"name": f"row {i}", "total": str(a + b), "saved": str(a), "pending": str(b), "percent": f"{_ratio(a, b):.2f}"}
        for i, (a, b) in enumerate(pairs)
    ]
    saved, pending = (sum(pair[i] for pair in pairs) for i in (0, 1))
    totals = {"total": str(saved + pending), "saved": str(saved), "pending": str(pending)}
    for _ in range(draw(st.integers(0, 3))):
        section = draw(st.sampled_from([*rows, totals]))
        column = draw(st.sampled_from([column for column in section if column != "name"]))
        section[column] = draw(st.sampled_from(["", "0", "1", "2", "3", "4", "6"]))
    return rows, totals


def _ratio(part: int, rest: int) -> float:
    return ((20_000 * part + part + rest) // (2 * (part + rest))) / 100


def _row_costs(cells: tuple, pairs: np.ndarray) -> np.ndarray:
    layouts = [(cells, 0), *((c, LAYOUT) for c in (*undo_swaps(SMALL, cells), *undo_shifts(SMALL, cells)))]
    return np.min([prices_of(SMALL, layout, pairs) + extra for layout, extra in layouts], axis=0)


def _brute(rows: list[tuple], totals: Totals) -> np.ndarray:
    """What each pair of readings of the two rows costs, with the totals that they come to."""
    pairs = np.array([(a, w - a) for w in range(1, WIDEST) for a in range(w + 1)])
    first, second = (_row_costs(cells, pairs)[:, None] + np.zeros((1, 1), dtype=np.int64) for cells in rows)
    together = first + second.T
    for column in range(4):
        if rows[0][column].digits != rows[1][column].digits:
            back = [list(cells) for cells in rows]
            back[0][column], back[1][column] = rows[1][column], rows[0][column]
            costs = [_row_costs(tuple(cells), pairs) for cells in back]
            together = np.minimum(together, costs[0][:, None] + costs[1][None, :] + LAYOUT)
    grid = np.array([(a, b) for a in range(2 * WIDEST) for b in range(2 * WIDEST)])
    total_costs = totals.cost(grid).reshape(2 * WIDEST, 2 * WIDEST)
    saved, pending = (np.add.outer(pairs[:, i], pairs[:, i]) for i in (0, 1))
    return together + total_costs[saved, pending]


@settings(max_examples=40, deadline=None)
@given(tiny())
def test_the_search_is_never_dearer_than_brute_force_and_claims_nothing_it_knows_rivals_of(
    drawn: tuple[list[dict[str, str]], dict[str, str]],
) -> None:
    rows, claimed = drawn
    sheet = read_sheet(rows, SMALL, {"table_total": claimed})
    lines = rows_by_name(sheet, {})
    totals = Totals(SMALL, sheet.statements)
    broken = [place for place, row in enumerate(lines.rows) if not row.holds()]
    search = Search(lines.rows, broken, totals)
    outcome = search.run()
    report = suggest(rows, claims={"table_total": claimed}, shape=SMALL)
    if not search.bound_by_sums() or outcome.excess is None or search.free or len(broken) < 2 or not totals.complete:
        return
    costs = _brute([row.cells for row in lines.rows], totals)
    found = sum(block.least for block in search.blocks) + (search.totals_least or 0) + outcome.excess
    assert found == costs.min()
    if report.unique:
        assert (costs <= costs.min() + 12).sum() == 1
