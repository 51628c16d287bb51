"""The real return of 11 June 2563 as the library is handed it: rows, claims, the document's facts."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings

from khrop import ProvinceProgress, Verdict, Violation, check
from khrop.thai.provinces import match

# The modules that several test files share, wherever the tests were copied to.
sys.path.append(str(Path(__file__).parent / "shared"))

# Their tables are Arrow's, which the library alone does not bring.
OF_ARROW = re.compile(r"^(import|from) (pyarrow|every_engine)\b|__import__\(.pyarrow.\)", re.MULTILINE)
collect_ignore = [] if find_spec("pyarrow") else [
    str(file) for file in Path(__file__).parent.rglob("test_*.py") if OF_ARROW.search(file.read_text(encoding="utf-8"))
]  # fmt: skip

# How long a case takes says something of the machine, which runs several tests at once. The cases are the same each
# time; `make fuzz` looks for others.
settings.register_profile("khrop", deadline=None, derandomize="KHROP_FUZZ" not in os.environ)
settings.load_profile("khrop")

TRUTH = json.loads(Path(__file__).with_name("sample.json").read_text(encoding="utf-8"))
EXTRAS = ("polars", "duckdb", "ibis", "spark", "files", "odcs")
APART = ("duckdb", "ibis", "spark", "files")
"""Extras that bring Arrow: with one of them alone every test of it runs, none is left out (`OF_ARROW`)."""
MEASURES = {"total": "n_lao", "saved": "saved", "pending": "pending"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make test` runs most of what needs an extra once: in the environment of the wheel with that extra alone."""
    parser.addoption("--extras-apart", action="store_true", help="leave out what `make build` runs with an extra")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--extras-apart"):
        return
    here = Path(__file__).parent
    apart = [item for item in items if here in item.path.parents and any(map(item.get_closest_marker, APART))]
    config.hook.pytest_deselected(items=apart)
    left = set(apart)
    items[:] = [item for item in items if item not in left]


def pytest_configure(config: pytest.Config) -> None:
    """A test that needs an extra of the library bears its name, and imports what the extra brings within itself."""
    for extra in EXTRAS:
        config.addinivalue_line("markers", f"{extra}: needs the library's extra of that name")
    config.addinivalue_line("markers", "xdist_group: tests that share what is dear to start")


@dataclass(frozen=True)
class Return:
    """A return to check, of which a test changes what it is about."""

    frame: pd.DataFrame
    claims: tuple[dict[str, Any], ...]
    document: Mapping[str, Any]
    params: Mapping[str, Any] | None = field(default_factory=lambda: {"authorities": 7850})
    previous: pd.DataFrame | None = None

    def row(self, province: str, **figures: Any) -> Return:
        """One province's figures changed; a column takes whatever type holds them."""
        frame = self.frame.copy()
        place = frame.index[frame["province_th"] == province][0]
        for name, figure in figures.items():
            values = frame[name].tolist()
            values[frame.index.get_loc(place)] = figure
            frame[name] = pd.Series(values, index=frame.index)
        return replace(self, frame=frame)

    def claim(self, fact: str, value: Any, printed: str = "") -> Return:
        claims = [
            {**c, "value": value, "printed": printed} if f"{c['source']}_{c['measure']}" == fact else c
            for c in self.claims
        ]
        return replace(self, claims=tuple(claims))

    def says(self, **facts: Any) -> Return:
        return replace(self, document={**self.document, **facts})

    def check(self, **more: Any) -> Verdict:
        given = {name: getattr(self, name) for name in ("claims", "document", "params", "previous")}
        return check(ProvinceProgress, self.frame, **{**given, **more})

    def broken(self, *rule_ids: str, **more: Any) -> list[Violation]:
        """The violations beyond the two that the real return has, of these rules where any is named."""
        found = [v for v in self.check(**more).records if (v.rule_id, v.key) not in OWN_WARNINGS]
        return [v for v in found if not rule_ids or v.rule_id in rule_ids]


OWN_WARNINGS = (("percent-rounded", "prose_saved_percent"), ("claims-match", "prose_saved_percent"))


def province_rows() -> pd.DataFrame:
    rows = [
        {
            "ordinal": row["ordinal"],
            "province_code": province.code,
            "province_th": row["province_th"],
            **{name: row[printed] for name, printed in MEASURES.items()},
            "saved_percent": float(row["pct"]),
            "place": f"text!R{row['ordinal'] + 20}",
        }
        for row in TRUTH["rows"]
        if (province := match(row["province_th"]))
    ]
    return pd.DataFrame(rows)


def national_claims() -> tuple[dict[str, Any], ...]:
    table, prose = TRUTH["total"], TRUTH["prose"]
    claims = [("table_total", name, table[printed]) for name, printed in MEASURES.items()]
    claims += [("table_total", "saved_percent", float(table["pct"]))]
    claims += [("prose", name, prose[printed]) for name, printed in MEASURES.items()]
    claims += [("prose", f"{name}_percent", float(prose[f"pct_{name}"])) for name in ("saved", "pending")]
    return tuple(
        {"source": source, "measure": measure, "value": value, "place": f"text!R{n}"}
        for n, (source, measure, value) in enumerate(claims, 1)
    )


@pytest.fixture
def sample() -> Return:
    document = {
        "as_of": date(2020, 6, 11),
        "as_of_dates": 1,
        "letter_date": date(2020, 6, 16),
        "received_on": date(2020, 6, 17),
        "deadline": date(2020, 8, 31),
        "deadline_weekday": 1,
        "campaigns_fit": 1,
        "days_outside_campaign": 0,
        "unusual_dates": 0,
        "cancellations": 0,
        "drafts": 0,
        "hidden_parts": 0,
        "changing_parts": 0,
        "corrections": 0,
        "corrections_beside": 0,
        "worked_out": 0,
    }
    return Return(province_rows(), national_claims(), document)
