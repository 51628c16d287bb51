"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import khrop

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(scope="module")
def blocks() -> list[str]:
    if not README.exists():
        # Where the wheel is tested alone, its metadata are the README.
        from importlib.metadata import metadata

        return re.findall(r"```python\n(.*?)```", str(metadata("khrop").get_payload()), re.DOTALL)
    return re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_the_first_example_runs(blocks: list[str], sample: Any) -> None:
    given = {"frame": sample.frame, "claims": sample.claims, "facts": sample.document, "last_frame": sample.frame}
    exec(compile(blocks[0], "README.md", "exec", dont_inherit=True), given)
    assert given["verdict"].status == "accepted_with_warnings"


def test_a_contract_of_ones_own_does_what_is_said_of_it(blocks: list[str]) -> None:
    given: dict[str, Any] = {"__name__": "mine"}
    exec(compile(blocks[1], "README.md", "exec", dont_inherit=True), given)
    frame = pd.DataFrame(
        {"item": ["tea", "tea", "rice"], "received": [10, 2000, 5], "sold": [3, 1000, -1], "left": [7, 1000, 5]}
    )
    claims = [{"source": "table_total", "measure": "sold", "value": 1003, "place": "foot"}]
    verdict = khrop.check(given["Stock"], frame, claims=claims)
    assert verdict.counts() == {"at-least": 1, "left-over": 1, "room": 1, "one-row-each": 1, "totals-match": 1}
    assert [v.message_en for v in verdict.records if v.rule_id == "room"] == ["tea: 2000 is more than the room holds"]
    assert list(khrop.check(given["Stock"], frame).valid["item"]) == []
    assert list(khrop.check(given["Stock"], frame[1:]).valid["item"]) == ["tea"]


@pytest.mark.odcs
def test_the_contract_of_the_readme_exports_and_reads_back_equal(blocks: list[str]) -> None:
    from khrop.description.description import describe
    from khrop.diff.differences import compare
    from khrop.export.json_schema import to_json_schema
    from khrop.export.markdown import to_markdown
    from khrop.export.odcs import from_odcs, to_odcs
    from khrop.export.sql import to_sql

    given: dict[str, Any] = {"__name__": "mine"}
    exec(compile(blocks[1], "README.md", "exec", dont_inherit=True), given)
    again = from_odcs(to_odcs(given["Stock"]))
    assert compare(describe(given["Stock"]), describe(again)) == ()
    frame = pd.DataFrame({"item": ["tea"], "received": [2000], "sold": [1000], "left": [1000]})
    for params, counts in (({}, {"room": 1}), ({"most": 3000}, {})):
        assert khrop.check(again, frame, params=params).counts() == counts
    for export in (to_json_schema, to_sql, to_markdown):
        assert export(given["Stock"])


def test_a_verdict_prints_as_the_readme_shows(blocks: list[str]) -> None:
    given: dict[str, Any] = {"__name__": "mine"}
    exec(compile(blocks[1], "README.md", "exec", dont_inherit=True), given)
    frame = pd.DataFrame({"item": ["tea", "rice", "oil"], "received": [2000, 5, 1], "sold": [1000, 1, 1],
                          "left": [1000, 5, 0]})  # fmt: skip
    shown = str(khrop.check(given["Stock"], frame))
    if README.exists():
        (printed,) = re.findall(r"```\n(Stock 1\.0\.0: .*?)  …\n```", README.read_text(encoding="utf-8"), re.DOTALL)
        assert shown.startswith(printed)
