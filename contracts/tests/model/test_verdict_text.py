"""A verdict is short to print, and says of each rule what became of it, how many rows fail, and where the rest is."""

from __future__ import annotations

import html.parser
import io
import re
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.typing import Series

import khrop
from khrop.vocabulary import AddsUp, SumsMatch, UniqueKey

EVIL = "<script>alert('x')</script> [red]\x07"


class Stock(pa.DataFrameModel):
    """One row for each article."""

    item: Series[str]
    received: Series[int] = pa.Field(ge=0)
    left: Series[int]
    sold: Series[int]

    __contract__ = khrop.ContractOptions(version="1.0.0", key=("item",))

    @khrop.rule("left-over")
    def left_over(cls, params: Any) -> Any:
        """Sold and left add up to received."""
        return AddsUp(("sold", "left"), "received")

    @khrop.rule("room", severity="warning", th="{item}: มากไป", en="{item}: {received} is too much")
    def room(cls, params: Any) -> Any:
        """No more than there is <room> for."""
        return nw.col("received") <= 1000

    @khrop.rule("one-row-each", scope="group")
    def one_row_each(cls, params: Any) -> Any:
        """No article has two rows."""
        return UniqueKey(("item",))

    @khrop.rule("totals-match", scope="group", needs=("table_total_sold",))
    def totals_match(cls, params: Any) -> Any:
        """The grand total is the sum of its column."""
        return SumsMatch(("sold",), "table_total_")


def frame(rows: int = 1) -> pd.DataFrame:
    items = [f"{item}{n}" for n in range(rows) for item in (EVIL, "ข้าว", "tea", "rice")]
    return pd.DataFrame(
        {"item": items, "received": [10, 2000, 5, 1] * rows, "sold": [3] * 4 * rows, "left": [7, 9, 2, 9] * rows}
    )


def test_the_summary_has_each_rule_with_what_became_of_it() -> None:
    summary = khrop.check(Stock, frame()).summary().set_index("rule_id")
    assert list(summary) == ["severity", "violations", "share", "first_key", "status", "reason"]
    assert dict(summary["status"]) == {
        "columns": "passed", "not-null": "passed", "whole": "passed", "at-least": "passed", "left-over": "failed",
        "room": "failed", "one-row-each": "passed", "totals-match": "not run",
    }  # fmt: skip
    assert tuple(summary.loc["left-over"])[:5] == ("error", 2, 0.5, "rice0", "failed")
    assert tuple(summary.loc["room"])[:5] == ("warning", 1, 0.25, "ข้าว0", "failed")
    assert summary.loc["totals-match", "reason"] == "the document does not say table_total_sold"
    assert pd.isna(summary.loc["one-row-each", "share"])


def test_a_rule_that_is_run_for_some_facts_has_passed_with_the_reason() -> None:
    claims = [{"source": "table_total", "measure": "sold", "value": 12, "place": ""}]
    summary = khrop.check(Stock, frame(), claims=claims).summary().set_index("rule_id")
    assert summary.loc["totals-match", "status"] == "passed"


@pytest.mark.files
def test_rows_of_a_lazy_frame_are_counted_on_demand() -> None:
    import polars as pl

    verdict = khrop.check(Stock, pl.from_pandas(frame(50)).lazy())
    assert verdict.rows is None
    assert verdict.summary()["share"].isna().all()
    assert verdict.count_rows() == verdict.rows == 200
    assert verdict.summary().set_index("rule_id").loc["left-over", "share"] == 0.5


@pytest.mark.parametrize("rows", [1, 3000])
def test_every_printed_form_is_short_and_has_the_exact_counts(rows: int) -> None:
    verdict = khrop.check(Stock, frame(rows))
    with pytest.raises(khrop.ContractError) as failed:
        verdict.raise_if_failed()
    for text in (str(verdict), repr(verdict), str(failed.value)):
        assert len(text.splitlines()) <= 42
        assert "Stock 1.0.0: quarantined" in text
        assert f"left-over (error): {2 * rows:,} failing rows (50.0 %)" in text
        assert "\x07" not in text
        if rows > 1:
            assert "; 5 shown" in text
            assert "verdict.violations has the 9,000 violations, 2,000 of which were kept" in text
            assert "limit=None" in text
    assert len(repr(verdict.records)) < 5000


def test_a_contract_of_many_rules_is_short_too() -> None:
    names = [f"c{n}" for n in range(60)]
    fields = {n: pa.Field(nullable=False) for n in names}
    rules = {f"r_{n}": khrop.rule(f"r-{n}")(_positive(n)) for n in names}
    annotations = {"__annotations__": dict.fromkeys(names, Series[int]), "__module__": __name__}
    wide = type("Wide", (pa.DataFrameModel,), {**annotations, **fields, **rules})
    verdict = khrop.check(wide, pd.DataFrame({n: [-1, -2] for n in names}))
    for text in (str(verdict), str(khrop.ContractError(verdict))):
        assert len(text.splitlines()) <= 45
    assert "more rules" in str(verdict)
    assert "verdict.violations has the 120 violations" in str(verdict)


def _positive(name: str) -> Any:
    def build(cls: type, params: Any) -> Any:
        return nw.col(name) > 0

    build.__doc__ = f"{name} is positive."
    return build


def test_rich_shows_texts_and_no_markup() -> None:
    from rich.console import Console

    out = io.StringIO()
    Console(width=160, file=out).print(khrop.check(Stock, frame().assign(received=[9, 2000, 5, 1])))
    printed = out.getvalue()
    assert "totals-match" in printed
    assert "<script>alert('x')</script> [red]" in printed


class Page(html.parser.HTMLParser):
    """The tags and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for name, value in attrs if name in ("src", "href", "action")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_is_one_file_and_escapes_all_that_it_shows(tmp_path: Path) -> None:
    broken = frame().assign(received=[9, 2000, 5, 1])
    verdict = khrop.check(Stock, broken)
    written = verdict.report(tmp_path / "report.html")
    text = written.read_text(encoding="utf-8")
    for shown in (text, verdict._repr_html_()):
        page = Page(shown)
        assert "script" not in page.tags
        assert not page.links
        assert "&lt;script&gt;" in shown
        assert "\x07" not in shown
        assert "No more than there is &lt;room&gt; for." in shown
    assert "Content-Security-Policy" in text
    assert 'charset="utf-8"' in text
    assert "url(" not in text
    assert "@import" not in text
    assert {"ข้าว0: มากไป", "ข้าว0: 2000 is too much"} <= set(Page(text).texts)
    assert text == verdict.report(str(tmp_path / "again.html")).read_text(encoding="utf-8")


def test_the_page_says_what_it_leaves_out(tmp_path: Path) -> None:
    text = khrop.check(Stock, frame(30)).report(tmp_path / "report.html", shown=10).read_text(encoding="utf-8")
    assert re.findall(r"<p>(\d+ violations?) more.</p>", text) == ["50 violations", "20 violations"]


def test_a_verdict_without_a_frame_prints_too() -> None:
    verdict = khrop.Verdict("Mine", "1.0.0", ())
    assert str(verdict).startswith("Mine 1.0.0: accepted")
    assert verdict.count_rows() is None
    assert verdict.summary().empty
