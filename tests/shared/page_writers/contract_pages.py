"""The docs of each contract, made from the contract: its page, and its expectations. `make docs` writes
them.

The violations on it are the library's own words for the real return of 11 June 2563, with one thing changed in it.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from khrop import LocalAuthority, ProvinceProgress
from khrop.description.breakage import Broken, Sample, broken
from khrop.export.markdown import to_markdown
from khrop.thai.provinces import match
from pipelines.datasets.province_progress.data_docs import mart_suites

ROOT = Path(__file__).parents[3]
RETURN = ROOT / "contracts" / "tests" / "sample.json"
FOLDER = ROOT / "docs" / "reference" / "contracts"
MEASURES = {"total": "n_lao", "saved": "saved", "pending": "pending"}


def pages() -> dict[Path, str]:
    """Each page with the text that it should have."""
    return {
        FOLDER / "ProvinceProgress.md": to_markdown(ProvinceProgress, examples()),
        FOLDER / "LocalAuthority.md": to_markdown(LocalAuthority),
        FOLDER / "expectations.json": mart_suites.as_text(),
    }


NOTHING_WRONG = (
    "days_outside_campaign", "unusual_dates", "cancellations", "drafts", "hidden_parts", "changing_parts",
    "corrections", "corrections_beside", "worked_out",
)  # fmt: skip
"""Facts that number what is amiss with a document."""


@cache
def examples() -> dict[tuple[str, str], Broken]:
    """A violation of each rule."""
    return broken(ProvinceProgress, real_return())


def real_return() -> Sample:
    """The return, its claims and the document's facts as the library is handed them."""
    record = json.loads(RETURN.read_text(encoding="utf-8"))
    document = {
        "as_of": date.fromisoformat(record["as_of"]),
        "as_of_printed": record["as_of_text"],
        "as_of_dates": 1,
        "letter_date": date(2020, 6, 16),
        "received_on": date(2020, 6, 17),
        "deadline": date.fromisoformat(record["deadline"]),
        "deadline_weekday": 1,
        "campaigns_fit": 1,
        "campaign_printed": "",
        "campaign_opened_on": date(2020, 5, 19),
        "campaign_over_on": date(2020, 11, 29),
        **dict.fromkeys(NOTHING_WRONG, 0),
        **{f"{fact.removesuffix('_parts')}_printed": "" for fact in NOTHING_WRONG},
    }
    frame = pd.DataFrame([_row(row) for row in record["rows"]])
    return Sample(
        frame, _claims(record["total"], record["prose"]), document, params={"authorities": record["total"]["n_lao"]}
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    province = match(row["province_th"])
    assert province is not None, row["province_th"]
    return {
        "ordinal": row["ordinal"],
        "province_code": province.code,
        "province_th": row["province_th"],
        **{name: row[printed] for name, printed in MEASURES.items()},
        "saved_percent": float(row["pct"]),
        "place": f"text!R{row['ordinal'] + 20}",
    }


def _claims(table: dict[str, Any], prose: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    claims = [("table_total", name, table[printed]) for name, printed in MEASURES.items()]
    claims += [("table_total", "saved_percent", float(table["pct"]))]
    claims += [("prose", name, prose[printed]) for name, printed in MEASURES.items()]
    claims += [("prose", f"{name}_percent", float(prose[f"pct_{name}"])) for name in ("saved", "pending")]
    return tuple({"source": source, "measure": measure, "value": value} for source, measure, value in claims)


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
