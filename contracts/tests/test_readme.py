"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import settings
from pandera.typing import Series

import khrop
from khrop.vocabulary import kinds

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(scope="module")
def readme() -> str:
    if README.exists():
        return README.read_text(encoding="utf-8")
    # Where the wheel is tested alone, its metadata are the README.
    from importlib.metadata import metadata

    return str(metadata("khrop").get_payload())


def block(readme: str, line: str, language: str = "python") -> str:
    """The block of code that has a line."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    (found,) = [text for name, text in blocks if name == language and f"\n{line}" in f"\n{text}"]
    return str(found)


@pytest.fixture(scope="module")
def stock(readme: str) -> Any:
    given: dict[str, Any] = {"__name__": "mine"}
    exec(compile(block(readme, "import narwhals as nw\nimport pandera"), "README.md", "exec", dont_inherit=True), given)
    return given["Stock"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-c", "from khrop.cli import main; main()", *arguments]


def test_five_minutes_lead_to_the_messages_that_are_shown(readme: str, tmp_path: Path) -> None:
    """Typed in as it stands, in an empty folder."""
    (tmp_path / "stock.py").write_text(block(readme, "    item: Series[str] = pa.Field(unique=True)"), "utf-8")
    (tmp_path / "look.py").write_text(block(readme, "from stock import Stock"), "utf-8")
    (tmp_path / "stock.csv").write_text("item,received,sold,left\ntea,10,3,7\nrice,5,1,5\n,8,8,0\n", "utf-8")
    run = partial(subprocess.run, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    looked = run([sys.executable, "-W", "ignore", "look.py"])
    assert looked.stdout == block(readme, "  unique-item ", ""), looked.stderr
    raised = run([sys.executable, "-W", "ignore", "-c", "import look; look.verdict.raise_if_failed()"])
    assert raised.stderr.splitlines()[-4:] == looked.stdout.splitlines()[-4:]
    shown = block(readme, "$ khrop check stock.csv", "console")
    checked = run(command(*shown.splitlines()[0].split()[2:]))
    assert (checked.returncode, checked.stdout) == (1, shown.partition("\n")[2]), checked.stderr


def test_the_large_example_runs(readme: str, sample: Any) -> None:
    given = {"frame": sample.frame, "claims": sample.claims, "facts": sample.document, "last_frame": sample.frame}
    exec(compile(block(readme, "verdict = khrop.check(\n"), "README.md", "exec", dont_inherit=True), given)
    assert given["verdict"].status == "accepted_with_warnings"


def test_the_own_contract_of_the_readme_gives_what_is_shown(stock: Any) -> None:
    frame = pd.DataFrame(
        {"item": ["tea", "tea", "rice"], "received": [10, 2000, 5], "sold": [3, 1000, -1], "left": [7, 1000, 5]}
    )
    claims = [{"source": "table_total", "measure": "sold", "value": 1003, "place": "foot"}]
    verdict = khrop.check(stock, frame, claims=claims)
    assert verdict.counts() == {"at-least": 1, "left-over": 1, "room": 1, "one-row-each": 1, "totals-match": 1}
    assert [v.message_en for v in verdict.records if v.rule_id == "room"] == ["tea: 2000 is more than the room holds"]
    assert list(khrop.check(stock, frame).valid["item"]) == []
    assert list(khrop.check(stock, frame[1:]).valid["item"]) == ["tea"]


@pytest.mark.odcs
def test_the_contract_of_the_readme_exports_and_reads_back_equal(stock: Any) -> None:
    from khrop.description.from_contract import describe
    from khrop.diff.differences import compare
    from khrop.export.json_schema import to_json_schema
    from khrop.export.markdown import to_markdown
    from khrop.export.odcs import from_odcs, to_odcs
    from khrop.export.sql import to_sql

    again = from_odcs(to_odcs(stock))
    assert compare(describe(stock), describe(again)) == ()
    frame = pd.DataFrame({"item": ["tea"], "received": [2000], "sold": [1000], "left": [1000]})
    for params, counts in (({}, {"room": 1}), ({"most": 3000}, {})):
        assert khrop.check(again, frame, params=params).counts() == counts
    for export in (to_json_schema, to_sql, to_markdown):
        assert export(stock)


def test_a_verdict_prints_as_the_readme_shows(stock: Any, readme: str) -> None:
    frame = pd.DataFrame({"item": ["tea", "rice", "oil"], "received": [2000, 5, 1], "sold": [1000, 1, 1],
                          "left": [1000, 5, 0]})  # fmt: skip
    shown = str(khrop.check(stock, frame))
    assert shown.startswith(block(readme, "  room ", "").removesuffix("  …\n"))


def test_the_own_kind_of_rule_of_the_readme(readme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Other tests have a kind of this name.
    monkeypatch.setattr(kinds, "_KINDS", {name: of for name, of in kinds._KINDS.items() if name != "MultipleOf"})
    given: dict[str, Any] = {"__name__": __name__}
    exec(compile(block(readme, "class MultipleOf"), "README.md", "exec", dont_inherit=True), given)

    class Boxes(pa.DataFrameModel):
        pieces: Series[int]

        @khrop.rule("dozens")
        def dozens(cls, params: Any) -> Any:
            """Full boxes."""
            return given["MultipleOf"]("pieces", 12)

    assert khrop.check(Boxes, pd.DataFrame({"pieces": [24, 25]})).counts() == {"dozens": 1}


def test_the_tests_of_data_and_code(
    readme: str, stock: Any, assert_accepted: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = pd.DataFrame({"item": ["tea"], "received": [10], "sold": [3], "left": [7]})
    given: dict[str, Any] = {"Stock": stock, "pd": pd, "report": lambda frame: frame}
    given["loaded"] = lambda frame: khrop.check(stock, frame).status != "quarantined"
    for line in ("def test_todays_stock", "from hypothesis import given"):
        exec(compile(block(readme, line), "README.md", "exec", dont_inherit=True), given)
    good.to_csv("stock.csv", index=False)
    given["test_todays_stock"](assert_accepted)
    good.assign(left=8).to_csv("stock.csv", index=False)
    with pytest.raises(AssertionError, match="left-over"):
        given["test_todays_stock"](assert_accepted)
    for test in ("test_our_report_takes_any_stock_that_holds", "test_our_loader_refuses_what_does_not_add_up"):
        settings(max_examples=10)(given[test])()


def test_a_repair_is_suggested_and_explained(readme: str, sample: Any) -> None:
    columns = ["ordinal", "province_code", "total", "saved", "pending", "saved_percent"]
    given = {"khrop": khrop, "table": sample.frame[columns], "claims": sample.claims, "last_table": None}
    exec(compile(block(readme, "report = khrop.repair.suggest"), "README.md", "exec", dont_inherit=True), given)
    assert given["report"].status == "consistent"
