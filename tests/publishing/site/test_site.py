"""The site of a warehouse: its figures, its links, what it escapes, and what of it is written anew."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from site_pages import Element, page

from pipelines.datasets.registry import datasets
from pipelines.home import Home
from pipelines.publishing.site import quality, quality_rows
from pipelines.publishing.site.build import Built, build
from pipelines.publishing.site.quality import A_PAGE, parts
from pipelines.publishing.suggested_repairs import suggester
from warehouse.connect import Warehouse

Build = Callable[..., Built]
BAD = "syn_bad_15_swapped_saved_pending.utf8-bom.csv"
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)<'
OTHER = """id = "other"
title_th = "อีกโครงการ <b>"
title_en = "Another & campaign"
known_by = ["อีกโครงการหนึ่ง"]
opened_on = 2020-05-19
deadline = 2020-08-31
every_days = 14
"""


@pytest.fixture
def site(home: Home) -> Build:
    """Build the site of the test's home."""

    def run(**options: Any) -> Built:
        with Warehouse(home.warehouse).reading() as connection:
            return build(connection, home, datasets(home.root), suggest=suggester(home, connection), **options)

    return run


def pages_of(home: Home) -> dict[str, Element]:
    root = home.site.resolve()
    return {file.relative_to(root).as_posix(): page(file) for file in sorted(root.rglob("*.html"))}


def test_the_figures_of_the_table_are_those_of_the_warehouse(
    home: Home, taken_in: Any, site: Build, ask: Any, sample: Path, returns: Path
) -> None:
    taken_in(sample, returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv")
    site()
    rows = (
        page(home.site / "info-international-agreements/table.html")
        .find("table", id="return")[0]
        .find("tbody")[0]
        .find("tr")
    )
    shown = [
        tuple({e.attributes["data-key"]: e.attributes["data-v"] for e in row.all() if "data-key" in e.attributes}.get(k)
              for k in ("total", "saved", "pending", "saved_percent", "gap_points", "rank", "saved_delta"))
        for row in rows
    ]  # fmt: skip
    stored = ask(
        "SELECT t.total, t.saved, t.pending, t.saved_percent, c.gap_points, c.rank, t.saved_delta"
        " FROM mart.province_trend AS t INNER JOIN mart.compliance AS c USING (campaign_id, province_code, as_of)"
        " INNER JOIN core.province_progress_current AS o USING (campaign_id, province_code, as_of)"
        " WHERE c.is_latest ORDER BY o.ordinal"
    )
    assert shown == [tuple(map(str, row)) for row in stored]
    assert len(shown) == 76
    front = page(home.site / "index.html")
    ((saved, total, percent),) = ask(
        "SELECT saved, total, saved_percent FROM mart.national_trend ORDER BY as_of DESC LIMIT 1"
    )
    figures = [front.find(id=f"national-{name}")[0].attributes["data-value"] for name in ("saved", "total", "percent")]
    assert figures == [str(saved), str(total), str(percent)]


def test_a_province_shows_its_trail_down_to_file_hash_and_cell(
    home: Home, taken_in: Any, site: Build, ask: Any, sample: Path
) -> None:
    taken_in(sample)
    site()
    province = page(home.site / "info-international-agreements" / "province" / "90.html")
    ((row,),) = (list(t.find("tbody")[0].find("tr")) for t in province.find("table", id="trail"))
    cells = row.find("td")
    assert [c.text for c in cells[:4]] == ["141๑๔๑ R112C3", "14๑๔ R112C4", "127๑๒๗ R112C5", "9.93๙.๙๓ R112C6"]
    ((sha256, name),) = ask("SELECT sha256, name FROM raw.file")
    assert name in row.text
    assert sha256[:12] in row.text
    assert sha256 in page(home.site / "quality.html").text


def test_every_page_is_well_made_and_every_link_leads_somewhere(
    home: Home, taken_in: Any, site: Build, sample: Path, returns: Path
) -> None:
    taken_in(sample, returns / "defective" / BAD)
    site()
    pages = pages_of(home)
    assert len(pages) == 80
    ids = {name: [e.attributes["id"] for e in tree.all() if "id" in e.attributes] for name, tree in pages.items()}
    for name, tree in pages.items():
        assert len(ids[name]) == len(set(ids[name])), name
        assert not [e for e in tree.all() if any(a == "style" or a.startswith("on") for a in e.attributes)], name
        for link in tree.find("a"):
            path, _, anchor = link.attributes["href"].partition("#")
            target = (Path(name).parent / path).as_posix() if path else name
            target = "/".join(_plain(target.split("/")))
            assert target in pages, (name, link.attributes["href"])
            assert not anchor or anchor in ids[target], (name, link.attributes["href"])
        for svg in tree.find("svg"):
            assert svg.attributes.get("aria-hidden") == "true" or svg.attributes["role"] == "img"


def _plain(parts: list[str]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if part == "..":
            kept.pop()
        else:
            kept.append(part)
    return kept


def test_a_page_lets_nothing_in_but_its_own_style_and_script(
    home: Home, taken_in: Any, site: Build, sample: Path
) -> None:
    taken_in(sample)
    site()
    for name, tree in pages_of(home).items():
        (policy,) = (e.attributes["content"] for e in tree.find("meta") if "http-equiv" in e.attributes)
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        for tag in ("style", "script"):
            (own,) = tree.find(tag)
            assert set(own.attributes) == set()
            digest = base64.b64encode(hashlib.sha256(own.text.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy, name


def test_what_a_document_says_is_shown_and_not_obeyed(
    home: Home, taken_in: Any, site: Build, write: Any, sample: Path
) -> None:
    bad = write(f"{HOSTILE}.csv", date(2020, 7, 9), ("กระบี่", "<script>alert(3)</script><b onclick=x>"))
    good = write(f"{HOSTILE}ok.csv", date(2020, 7, 23))
    taken_in(sample, bad, good)
    site()
    quality = (home.site / "quality.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(3)" in quality
    assert "onerror=alert(1)&gt;" in quality
    for name, tree in pages_of(home).items():
        assert len(tree.find("script")) == 1, name
        assert tree.find("img") == [], name
        assert not [e for e in tree.all() if any(a.startswith("on") for a in e.attributes)], name


def test_what_is_set_aside_stands_with_its_place_and_the_proposed_repair(
    home: Home, taken_in: Any, site: Build, returns: Path
) -> None:
    taken_in(returns / "defective" / BAD)
    site()
    quality = page(home.site / "quality.html").text
    for words in ("line 61, column 6", "บรรทัดที่ 61 คอลัมน์ที่ 6", "9.93", "90.07", "๑๒๗ → ๑๔ !", "one plausible repair"):
        assert words in quality, words


def test_without_an_accepted_return_the_first_page_says_so(
    home: Home, taken_in: Any, site: Build, returns: Path
) -> None:
    taken_in(returns / "defective" / BAD)
    site()
    assert sorted(pages_of(home)) == ["index.html", "quality.html"]
    assert "No return is accepted yet" in page(home.site / "index.html").text


def test_several_campaigns_have_an_index_and_a_folder_each(
    home: Home, taken_in: Any, site: Build, write: Any, sample: Path
) -> None:
    (home.root / "campaigns").mkdir(parents=True)
    (home.root / "campaigns" / "other.toml").write_text(OTHER, encoding="utf-8")
    taken_in(sample)
    taken_in(write("other.csv", date(2020, 7, 9), title="อีกโครงการหนึ่ง"))
    site()
    pages = pages_of(home)
    assert {"index.html", "quality.html", "other/index.html", "other/province/90.html",
            "info-international-agreements/table.html"} <= set(pages)  # fmt: skip
    assert "Another & campaign" in pages["index.html"].text
    assert not pages["index.html"].find("b")
    back = [a.attributes["href"] for a in pages["other/province/90.html"].find("nav")[0].find("a")]
    assert back == ["../../index.html", "../../other/index.html", "../../other/table.html", "../../quality.html"]


def test_a_letter_is_linked_where_it_exists(home: Home, taken_in: Any, site: Build, sample: Path) -> None:
    taken_in(sample)
    letters = home.letters / "info-international-agreements" / "2020-06-11"
    letters.mkdir(parents=True)
    (letters / "90-songkhla.docx").write_bytes(b"")
    site()
    provinces = home.site / "info-international-agreements" / "province"
    links = [a.attributes["href"] for a in page(provinces / "90.html").find("a", class_="button")]
    assert links == ["../../../letters/info-international-agreements/2020-06-11/90-songkhla.docx"]
    assert page(provinces / "81.html").find("a", class_="button") == []
    (letters / "81-krabi.docx").write_bytes(b"")
    assert site().written == 1, "a new letter is a new link, and nothing else"


def test_nothing_is_done_where_nothing_changed_and_only_what_changed_is_written(
    home: Home, taken_in: Any, site: Build, sample: Path, returns: Path
) -> None:
    taken_in(sample)
    first = site()
    assert (first.written, first.kept, first.current) == (80, 0, False)
    before = {name: (home.site / name).stat() for name in pages_of(home)}
    folder = home.site.resolve()
    assert site().current
    assert home.site.resolve() == folder
    again = site(force=True)
    assert (again.written, again.kept) == (0, 80)
    taken_in(returns / "defective" / BAD)
    third = site()
    assert (third.written, third.kept) == (1, 79), "a return that is set aside stands on the page of quality"
    for name, stat in before.items():
        now = (home.site / name).stat()
        same = (now.st_ino, now.st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns)
        assert same == (name != "quality.html"), name


def test_what_is_wrong_with_returns_is_read_a_page_at_a_time(
    site: Build, taken_in: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (date(2020, 6, 11), date(2020, 6, 25), date(2020, 7, 9), date(2020, 7, 23), date(2020, 8, 6)):
        taken_in(write(f"{day}.csv", day))
    asked = list[int]()
    read = quality_rows.violations

    def violations(connection: Any, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        asked.append(len(names))
        return read(connection, names)

    monkeypatch.setattr(quality_rows, "violations", violations)
    monkeypatch.setattr(quality, "A_PAGE", 2)
    site()
    assert asked == [1, 1, 2, 2], "the front page's own, then those of the pages of quality, the newest first"


def test_pages_of_quality_are_counted_from_the_oldest_return() -> None:
    names = [f"r{i}" for i in range(2 * A_PAGE + 1, 0, -1)]
    made = parts(names)
    assert list(made) == ["quality.html", "quality-2.html", "quality-1.html"]
    assert made["quality.html"] == names[:1]
    assert made["quality-1.html"] == names[-A_PAGE:]
    assert parts(names[1:])["quality-1.html"] == made["quality-1.html"]
    assert list(parts([])) == ["quality.html"]
