"""Returns held against their truth: which figures, names, totals, claims and dates were read as they are printed.

A manifest lists files with the truth of each, its producer and the verdict that is intended for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from khrop.thai import provinces
from pipelines import campaigns
from pipelines.intake.judging import judge
from pipelines.returns import Judgement, Return

NAMES = {"total": "n_lao", "saved": "saved", "pending": "pending"}
"""The contract's columns, and what the truths call them."""
RECEIVED = datetime(2020, 9, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a manifest."""

    path: Path
    truth: Path | None
    producer: str
    verdict: str
    rules: frozenset[str] = frozenset()
    snapshot: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a return came to beside its truth: of its `rows` how many were `right` in all figures, and how many were
    `named` right; what is `wrong`, each in a few words; and whether its verdict is the one that was intended."""

    judgement: Judgement
    as_intended: bool
    rows: int = 0
    right: int = 0
    named: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether everything is as printed."""
        return not self.wrong and self.right == self.named == self.rows


def entries(manifest: Path, base: Path) -> Iterator[Entry]:
    """The files of a manifest. Paths are relative to `base`."""
    for entry in json.loads(manifest.read_text(encoding="utf-8")):
        yield Entry(
            base / entry["path"],
            base / entry["truth"] if entry.get("truth") else None,
            entry.get("producer", ""),
            entry["expected_verdict"],
            frozenset(entry.get("expected_rules", ())),
            entry.get("snapshot", ""),
        )


def judged(entry: Entry) -> Judgement:
    """What the application makes of a file."""
    data = entry.path.read_bytes()
    given = Return(entry.path.name, hashlib.sha256(data).hexdigest(), entry.path.name, RECEIVED)
    return judge([(given, data)], campaigns.load())[0]


def held(entry: Entry) -> Held:
    """A file judged and held against its truth. Of one that has no truth, or no rows, only the verdict is compared."""
    found = judged(entry)
    intended = found.accepted if entry.verdict == "accepted*" else found.verdict == entry.verdict
    intended = intended and entry.rules <= {v.rule_id for v in found.violations}
    if entry.truth is None or not found.rows:
        return Held(found, intended)
    truth = json.loads(entry.truth.read_text(encoding="utf-8"))
    printed = truth["rows"]
    pairs = list(zip(found.rows, printed, strict=False))
    wrong = [f"{len(found.rows)} rows of {len(printed)}"] if len(found.rows) != len(printed) else []
    right = [_same_figures(row, true_row) for row, true_row in pairs]
    named = [_same_name(row, true_row) for row, true_row in pairs]
    wrong += [
        f"figures of {true_row['province_th']}" for (_, true_row), same in zip(pairs, right, strict=True) if not same
    ]
    wrong += [
        f"name of {true_row['province_th']}" for (_, true_row), same in zip(pairs, named, strict=True) if not same
    ]
    wrong += _claims(found, truth)
    return Held(found, intended, len(printed), sum(right), sum(named), wrong)


def two_places(percent: str) -> Decimal:
    """A percent as the contract holds it."""
    return Decimal(percent).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _same_figures(row: dict[str, Any], true_row: dict[str, Any]) -> bool:
    return (
        row["ordinal"] in (None, true_row["ordinal"])
        and all(row[ours] == true_row[theirs] for ours, theirs in NAMES.items())
        and row["saved_percent"] == two_places(true_row["pct"])
    )


def _same_name(row: dict[str, Any], true_row: dict[str, Any]) -> bool:
    expected = _codes().get(true_row["province_th"])
    return expected is None or row["province_code"] == expected


def _codes() -> dict[str, str]:
    return {p.name_th: p.code for p in provinces.all_provinces()}


def _claims(found: Judgement, truth: dict[str, Any]) -> list[str]:
    """Of the totals, the prose and the date, those that are not as printed."""
    claims = {(c.source, c.measure): c.value for c in found.claims}
    total, prose = truth["total"], truth["prose"]
    expected = {("table_total", ours): total[theirs] for ours, theirs in NAMES.items()}
    expected["table_total", "saved_percent"] = two_places(total["pct"])
    expected |= {("prose", ours): prose[theirs] for ours, theirs in NAMES.items()}
    expected["prose", "saved_percent"] = two_places(prose["pct_saved"])
    expected["prose", "pending_percent"] = two_places(prose["pct_pending"])
    wrong = [
        f"{' '.join(key)}: {claims.get(key)}, not {value}"
        for key, value in expected.items()
        if claims.get(key) != value
    ]
    if found.as_of != date.fromisoformat(truth["as_of"]):
        wrong.append(f"as of: {found.as_of}, not {truth['as_of']}")
    return wrong
