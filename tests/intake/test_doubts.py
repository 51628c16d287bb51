"""What the warehouse keeps of cells of scans that a person is to confirm, and how much of it is shown in one place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from khrop.model.violation import Violation
from pipelines.decisions.uncertain import MOST_IN_MARKDOWN, as_markdown
from pipelines.intake.doubts import doubt_at, waiting_cells
from pipelines.publishing.site.cell_pictures import MOST_BYTES, pictured
from pipelines.readers.candidate import Candidate
from warehouse.connect import migrate
from warehouse.load import load
from warehouse.revisions import Arrival, Doubt, File
from warehouse.verdicts import Verdict

NOW = datetime(2020, 6, 12, tzinfo=UTC)
SIXTY = (("๖๐", 0.97), ("๖๑", 0.02))


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        migrate(opened)
        yield opened


def arrival(name: str, *doubts: Doubt, settled: bool = False) -> Arrival:
    """A scan with these cells in doubt, in the rows of a table; `settled` where a person confirmed them."""
    cells = [(*doubt.at, " ๖๐ ", "๖๐", "scanned uncertain", "total") for doubt in doubts] or [
        ("page 1", 3, 3, "๖๐", "๖๐", "scanned", "total")
    ]
    wrong = [
        Violation("readable", "error", f"row {d.at[1]}", "total", "", "", f"{d.at[0]}!R{d.at[1]}C{d.at[2]}", "", "")
        for d in doubts
    ]
    return Arrival(
        snapshot_id=name, file=File(name.ljust(64, "0"), f"{name}.pdf", "application/pdf", 1, NOW, "test"),
        dataset=None, campaign_id=None, as_of=None, verdict=Verdict.QUARANTINED, figures=None, contract_version="1",
        reader_version="1", known_from=NOW, hint_campaign=None, hint_as_of=None, ledger_line=1, rows=[], cells=cells,
        claims=[], violations=() if settled else wrong, doubts=doubts,
    )  # fmt: skip


def test_a_cell_is_kept_with_what_it_may_say_and_its_picture(connection: duckdb.DuckDBPyConnection) -> None:
    second, tenth = Doubt(("page 2", 4, 3), SIXTY, b"\x89PNG\x00'"), Doubt(("page 10", 1, 3), (), b"")
    load(connection, [arrival("scan", tenth, second), arrival("other")])
    found = waiting_cells(connection, ["scan", "other", "unknown"])
    assert list(found) == ["scan"]
    cell, unknown = found["scan"]
    assert (cell.row, cell.column, cell.printed, cell.place) == ("row 4", "total", "๖๐", "page 2!R4C3")
    assert cell.candidates == (Candidate("๖๐", 0.97), Candidate("๖๑", 0.02))
    assert (cell.reading, cell.rivals) == (Candidate("๖๐", 0.97), (Candidate("๖๑", 0.02),))
    assert cell.picture == b"\x89PNG\x00'"
    assert (unknown.place, unknown.candidates, unknown.reading) == ("page 10!R1C3", (), None)
    sha256 = "scan".ljust(64, "0")
    assert doubt_at(connection, sha256, cell.place) == (cell.candidates, cell.picture)
    for place in ("page 2!R4C4", "page 2!R4", ""):
        assert doubt_at(connection, sha256, place) is None


def test_what_is_read_again_takes_the_place_of_what_was_read(connection: duckdb.DuckDBPyConnection) -> None:
    first, second = Doubt(("page 1", 3, 3), SIXTY, b"first"), Doubt(("page 1", 3, 3), SIXTY[:1], b"second")
    load(connection, [arrival("scan", first)])
    load(connection, [arrival("scan", second)])
    (cell,) = waiting_cells(connection, ["scan"])["scan"]
    assert (cell.candidates, cell.picture) == ((Candidate("๖๐", 0.97),), b"second")
    load(connection, [arrival("scan")])
    assert waiting_cells(connection, ["scan"]) == {}
    assert connection.execute("SELECT count(*) FROM raw.cell_candidate").fetchone() == (0,)


def test_a_cell_that_a_person_confirmed_keeps_its_picture(connection: duckdb.DuckDBPyConnection) -> None:
    load(connection, [arrival("scan", Doubt(("page 1", 3, 3), SIXTY, b"png"), settled=True)])
    assert waiting_cells(connection, ["scan"]) == {}
    assert doubt_at(connection, "scan".ljust(64, "0"), "page 1!R3C3") is not None


def test_a_page_has_no_more_pictures_than_it_has_room_for(connection: duckdb.DuckDBPyConnection) -> None:
    large = b"x" * (MOST_BYTES // 4)
    for name in ("old", "new"):
        load(connection, [arrival(name, *(Doubt(("page 1", row, 3), SIXTY, large) for row in range(1, 4)))])
    shown = pictured(connection, ["new", "old", "none"])
    assert {name: [bool(cell.address) for cell in cells] for name, cells in shown.items()} == {
        "new": [True, True, True],
        "old": [True, False, False],
    }


def test_markdown_has_no_more_pictures_than_it_has_room_for(connection: duckdb.DuckDBPyConnection) -> None:
    large = b"x" * (MOST_IN_MARKDOWN // 4)
    load(connection, [arrival("scan", *(Doubt(("page 1", row, 3), SIXTY, large) for row in range(1, 61)))])
    text = as_markdown("scan", waiting_cells(connection, ["scan"])["scan"])
    assert text.count("data:image/png;base64,") == 2
    assert text.count("| ๖๐ (97%) | ๖๑ (2%) |") == 60
    assert len(text) < MOST_IN_MARKDOWN + 60 * 200
    assert "the pictures for which there is no room here" in text


def test_a_text_from_a_document_stays_within_its_cell_of_markdown(connection: duckdb.DuckDBPyConnection) -> None:
    load(connection, [arrival("scan", Doubt(("page 1", 3, 3), (("๖|<b>", 0.001), ("๖๐", 0.5)), b"png"))])
    text = as_markdown("scan", waiting_cells(connection, ["scan"])["scan"])
    assert "๖\\|&lt;b> (&lt;1%)" in text
