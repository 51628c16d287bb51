"""A contract's page: what it says, and for each rule a violation that `khrop.check` finds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series
from stock_contract import Stock

import khrop
from khrop import ProvinceProgress
from khrop.description.breakage import Sample, broken
from khrop.description.from_contract import describe
from khrop.export.markdown import to_markdown
from khrop.model.rule import Params
from khrop.vocabulary import ConservesRows, ForeignKey, UniqueKey
from khrop.vocabulary.kinds import RuleKind, kinds_of

SHELF = pd.DataFrame({"item": ["rice", "salt"], "received": [5, 9], "sold": [2, 9], "left": [3, 0]})


class Grants(pa.DataFrameModel):
    """A row a grant | with a pipe."""

    year: Series[str] = pa.Field(nullable=True, isin=["2562", "2563"], description="the *Buddhist* year | budget")
    amount: Series[float] = pa.Field(ge=0, unique=True)

    __contract__ = khrop.ContractOptions(version="0.1.0", key=("year",), params={"most": 100.0})

    @khrop.rule("within-budget", columns=("amount",), en=lambda row: f"{row['amount']} is too much")
    def within_budget(cls, params: Params) -> nw.Expr:
        """amount ≤ the most | that there is."""
        return nw.col("amount") <= params["most"]

    @khrop.rule("known-year", scope="reference", columns=("year",))
    def known_year(cls, params: Params) -> ForeignKey:
        """The year is one of the list."""
        return ForeignKey(("year",), "years")

    @khrop.rule("all-there", scope="reference")
    def all_there(cls, params: Params) -> ConservesRows:
        """No grant is lost."""
        return ConservesRows("ledger")

    @khrop.rule("one-a-year", scope="group", severity="warning", columns=("year",))
    def one_a_year(cls, params: Params) -> UniqueKey:
        """One grant a year."""
        return UniqueKey(("year",))


def cells(line: str) -> list[str]:
    """The cells of a row of a table, as GitHub splits it."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def section(page: str, rule_id: str) -> str:
    return page.split(f"\n### {rule_id}\n")[1].split("\n### ")[0]


def test_the_page_says_what_the_contract_says() -> None:
    page = to_markdown(ProvinceProgress)
    assert page.startswith(
        "# ความคืบหน้ารายจังหวัด · Progress by province\n\n`ProvinceProgress` version 1.2.0. A row for each"
    )
    assert (
        "| `ordinal` | integer | required | may be null | แปลงชนิด · coerced | the row's printed number, 1…76 |" in page
    )
    assert "| [balance](#balance) | row | error | The parts add up: saved + pending = total. |  |" in page
    for rule in describe(ProvinceProgress).rules:
        assert rule.summary in section(page, rule.id)
    assert page.count("\n### ") == 26, "a section for each id"
    assert "- saved ไม่น้อยกว่าครั้งก่อน\n- saved ≥ that of the previous return\n" in page
    assert "Example" not in page


def test_the_same_contract_gives_the_same_page_in_composed_letters() -> None:
    assert to_markdown(ProvinceProgress) == to_markdown(ProvinceProgress)
    assert unicodedata.is_normalized("NFC", to_markdown(ProvinceProgress))


def test_a_page_is_not_bent_by_what_a_contract_says() -> None:
    page = to_markdown(Grants)
    assert "one of 2562, 2563" in page
    assert r"the \*Buddhist\* year \| budget" in page
    tables = [block.splitlines() for block in page.split("\n\n") if block.startswith("|")]
    assert len(tables) == 2
    for table in tables:
        assert {len(cells(line)) for line in table} == {len(cells(table[0]))}


def test_a_rule_that_is_code_is_described_by_its_summary() -> None:
    text = section(to_markdown(Grants), "within-budget")
    assert r"amount ≤ the most \| that there is." in text


def test_what_a_rule_needs_is_listed() -> None:
    page = to_markdown(Grants)
    assert "[all-there](#all-there) | reference | error | No grant is lost. | ledger |" in page
    assert "[known-year](#known-year) | reference | error | The year is one of the list. | years |" in page


def test_an_example_is_what_check_says_of_it() -> None:
    example = broken(Stock, Sample(SHELF))["left-over", "row"]
    assert (example.en, example.violation.observed) == ("rice: received is 6 instead of 5", "3")
    text = section(to_markdown(Stock, broken(Stock, Sample(SHELF))), "left-over")
    assert "ตัวอย่าง · Example: rice: received เป็น 6 แทน 5 · rice: received is 6 instead of 5" in text
    assert "| rice | received | 3 | – | – |" in text
    assert "> rice: คงเหลือไม่ตรง\n>\n> rice: received − sold is not 3" in text


def test_each_rule_of_the_real_return_can_be_broken(sample: Any) -> None:
    held = Sample(sample.frame, sample.claims, sample.document, params=sample.params)
    found = broken(ProvinceProgress, held)
    assert set(found) == {(rule.id, rule.scope) for rule in khrop.rules_of(ProvinceProgress)}
    page = to_markdown(ProvinceProgress, found)
    for (rule_id, _), example in found.items():
        assert example.violation.rule_id == rule_id
        assert example.violation.message_th in section(page, rule_id)
    assert "> กระบี่: saved 3 + pending 60 is not the total 62" in section(page, "balance")
    assert held.frame.equals(sample.frame), "the sample itself is left as it was"


def test_no_example_is_made_up_where_nothing_breaks_a_rule() -> None:
    with_years = Sample(
        pd.DataFrame({"year": ["2562", "2563"], "amount": [1.0, 2.0]}),
        references={"years": pd.DataFrame({"year": ["2562", "2563"]})},
    )
    found: Mapping[tuple[str, str], Any] = broken(Grants, with_years)
    assert set(found) == {("within-budget", "row"), ("known-year", "reference"), ("one-a-year", "group")}
    assert found["one-a-year", "group"].en == "2562: the row stands twice"


def test_all_of_the_vocabulary_has_words() -> None:
    ours = [kind for kind in kinds_of(RuleKind).values() if kind.__module__.startswith("khrop.")]
    assert ours
    assert all(kind.statement is not RuleKind.statement for kind in ours)
