"""The bundled return from its bytes to the marts: every figure, every place, exactly the two known warnings."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from khrop.thai.digits import parse_count, parse_percent
from pipelines.home import Home
from warehouse.connect import Warehouse
from warehouse.tables import conservation

Ask = Callable[..., list[Any]]
FIGURES = ("total", "saved", "pending", "saved_percent")


@pytest.fixture
def ask(home: Home, taken_in: Any, sample: Path) -> Ask:
    """Questions to a warehouse that holds the sample."""
    taken_in(sample)

    def run(sql: str, *parameters: object) -> list[Any]:
        with Warehouse(home.warehouse).reading() as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    return run


@pytest.fixture
def truth(returns: Path) -> dict[str, Any]:
    """What the document says."""
    return dict(json.loads((returns / "truth" / "s0_2563-06-11.json").read_text(encoding="utf-8")))


def test_every_figure_of_the_sample_is_the_documents(ask: Ask, truth: dict[str, Any]) -> None:
    held = ask(
        "SELECT ordinal, name_th, total, saved, pending, saved_percent FROM core.province_progress"
        " INNER JOIN core.province USING (province_code) ORDER BY ordinal"
    )
    printed = [
        (r["ordinal"], r["province_th"], r["n_lao"], r["saved"], r["pending"], Decimal(r["pct"])) for r in truth["rows"]
    ]
    assert len(printed) == 76
    assert held == printed


def test_every_figure_leads_back_to_its_cell_and_its_file(ask: Ask, sample: Path) -> None:
    lines = sample.read_text(encoding="utf-8").splitlines()
    trails = ask(
        'SELECT p.total, p.saved, p.pending, p.saved_percent, p.place, c.field, c.printed, c.read, c."row", f.sha256'
        " FROM core.province_progress AS p INNER JOIN core.snapshot AS s USING (snapshot_id, judgement)"
        " INNER JOIN raw.cell AS c ON c.sha256 = s.sha256 AND c.place || '!R' || c.\"row\" = p.place"
        " INNER JOIN raw.file AS f ON f.sha256 = c.sha256"
    )
    assert Counter(field for *_, field, _, _, _, _ in trails if field in FIGURES) == dict.fromkeys(FIGURES, 76)
    for *figures, _, field, printed, read, row, sha256 in trails:
        if field in FIGURES:
            number = parse_percent(read) if field == "saved_percent" else parse_count(read)
            assert number == figures[FIGURES.index(field)]
            assert printed in lines[row - 1]
        assert sha256 == hashlib.sha256(sample.read_bytes()).hexdigest()


def test_the_sample_has_exactly_the_two_known_warnings(ask: Ask, sample: Path) -> None:
    found = ask("SELECT rule_id, severity, column_name, observed, expected, place FROM core.violation ORDER BY rule_id")
    line = 1 + next(i for i, text in enumerate(sample.read_text(encoding="utf-8").splitlines()) if "๓.๗๑" in text)
    assert found == [
        ("claims-match", "warning", "prose_saved_percent", "3.71", "3.72", f"text!R{line}C1"),
        ("percent-rounded", "warning", "prose_saved_percent", "3.71", "3.72", f"text!R{line}C1"),
    ]
    assert ask("SELECT verdict, revision, judgement, rows_read, rows_loaded, rows_set_aside FROM core.snapshot") == [
        ("accepted_with_warnings", 1, 1, 76, 76, 0)
    ]


def test_what_the_document_claims_is_kept_with_its_place(ask: Ask, truth: dict[str, Any]) -> None:
    claims = {
        (source, measure): value for source, measure, value in ask("SELECT source, measure, value FROM core.claim")
    }
    for measure, name in (("total", "n_lao"), ("saved", "saved"), ("pending", "pending"), ("saved_percent", "pct")):
        assert Decimal(claims["table_total", measure]) == Decimal(str(truth["total"][name]))
    assert claims["prose", "saved_percent"] == "3.71"
    assert claims["document", "as_of"] == truth["as_of"] == "2020-06-11"
    assert claims["document", "deadline"] == truth["deadline"] == "2020-08-31"
    assert claims["letter", "letter_date"] == "2020-06-16"
    assert ask("SELECT count(*) FROM core.claim WHERE place NOT LIKE 'text!R%C%' OR printed = ''") == [(0,)]


def test_the_national_line_of_the_sample(ask: Ask) -> None:
    assert ask("SELECT * FROM mart.national_trend") == [
        (
            "info-international-agreements",
            date(2020, 6, 11),
            76,
            7850,
            292,
            7558,
            Decimal("3.72"),
            None,
            None,
            0,
            12,
        )
    ]


def test_the_trend_of_the_sample_has_no_past(ask: Ask, truth: dict[str, Any]) -> None:
    rows = ask(
        "SELECT name_th, saved_percent, saved_delta, days_since_previous, saved_per_day, rank FROM mart.province_trend"
        " INNER JOIN core.province USING (province_code)"
    )
    shares = {r["province_th"]: Fraction(r["saved"], r["n_lao"]) for r in truth["rows"]}
    printed = {r["province_th"]: Decimal(r["pct"]) for r in truth["rows"]}
    for name, percent, *past, rank in rows:
        assert percent == printed[name]
        assert past == [None, None, None]
        assert rank == 1 + sum(share > shares[name] for share in shares.values())
    assert len(rows) == 76


def test_the_compliance_of_the_sample_counts_from_its_as_of_date(ask: Ask) -> None:
    rows = ask("SELECT is_latest, expected_percent, days_left, status, saved_percent, gap_points FROM mart.compliance")
    assert {row[:3] for row in rows} == {(True, Decimal("22.12"), 81)}  # 23 of 104 days
    assert Counter(row[3] for row in rows) == {"behind": 64, "not_started": 12}
    assert all(saved - Decimal("22.12") == gap for *_, saved, gap in rows)


def test_nothing_of_the_sample_is_dropped(home: Home, ask: Ask) -> None:
    with Warehouse(home.warehouse).reading() as connection:
        returns, rows = conservation(connection, 1)
    assert (returns.counted, returns.accounted, rows.counted, rows.accounted) == (1, 1, 76, 76)
    assert ask("SELECT count(*) FROM core.set_aside") == [(0,)]


@pytest.mark.parametrize("table", ["core.province_progress", "core.snapshot"])
def test_conservation_sees_one_row_that_is_gone(home: Home, ask: Ask, table: str) -> None:
    with Warehouse(home.warehouse).writing() as connection:
        connection.execute(f"DELETE FROM {table} WHERE rowid = 0")
        assert not all(item.holds for item in conservation(connection, 1))
