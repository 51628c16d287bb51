"""What is read of a return is on its page as another program shows it: LibreOffice, Chromium, PDFium.

The visible text is the renderer's own, so that a figure, name or date which is read and not shown fails here, whatever
hides it.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pypdfium2
import pytest
from browsing import browser
from look_alikes import forms

from khrop.thai.digits import normalise, to_arabic
from khrop.thai.marks import skeleton
from pipelines import campaigns
from pipelines.intake.judging import judge
from pipelines.returns import Judgement, Return

RETURNS = Path(__file__).parent.parent / "returns"
FIGURE = re.compile(r"[0-9][0-9,.]*")
DIGIT = re.compile(r"[0-9]")
OFFICE = (".xlsx", ".xlsm", ".xls", ".ods", ".docx")
PAGES = (".html", ".htm")
KNOWN = campaigns.load()
FIRST = 5
OUT_OF_SIGHT = re.compile(r"sr-only|indent|opacity|color|font|left|top|clip|height|width|scale|mso")
LOOK_ALIKES = 8
"""Of each form, beside the returns."""
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("office")]


def judged(file: Path) -> Judgement:
    given = Return(f"r-{abs(hash(file.name))}", "1" * 64, file.name, datetime(2020, 12, 1, tzinfo=UTC))
    return judge([(given, file.read_bytes())], KNOWN)[0]


def files(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    for path in sorted(RETURNS.rglob("*")):
        if path.suffix in endings and "truth" not in path.parts:
            yield path
    form = {".html": "html", ".docx": "docx", ".xlsx": "xlsx"}
    for ending in set(endings) & set(form):
        for n in range(LOOK_ALIKES):
            case = forms.case(form[ending], Random(f"seen {ending} {n}"))
            made = folder / f"alike-{n}{ending}"
            made.write_bytes(case.data)
            # A browser's text holds what is out of sight; and what a framework's class hides, without its style sheet.
            if not OUT_OF_SIGHT.search(case.how):
                yield made


def not_seen(found: Judgement, seen: str, *, printed: bool = False) -> list[str]:
    """What was read of an accepted return and is not in the text that a program shows.

    Of a printed page figures are held against it by their digits and names by their first consonants, since a PDF parts
    and joins its words at will, and a narrow cell cuts its name off.
    """
    form = skeleton if printed else bare
    shown, pattern = form(seen), DIGIT if printed else FIGURE
    figures = Counter(pattern.findall(to_arabic(seen)))
    rows = [cell for cell in found.cells if cell.field not in ("", "heading", "bar") and cell.printed.strip()]
    names = [cell for cell in rows if not DIGIT.search(to_arabic(cell.printed))]
    if printed and any("by-consonants" in cell.note for cell in names):
        names = []  # a text layer that lost marks, which no two programs put into the same order
    first = FIRST if printed else None
    missing = [f"{cell.place}: {cell.printed}" for cell in names if form(cell.read)[:first] not in shown]
    read = Counter(figure for cell in rows for figure in pattern.findall(to_arabic(_rounded(cell.printed, printed))))
    missing += [f"{figure}: {n} read, {figures[figure]} shown" for figure, n in read.items() if figures[figure] < n]
    places = {c.place for c in found.claims if (c.source, c.measure) == ("document", "as_of")}
    dates = [cell.printed for cell in found.cells if cell.place in places]
    return missing + [
        text for text in dates if any(n not in to_arabic(seen) for n in re.findall("[0-9]+", to_arabic(text)))
    ]


def _rounded(text: str, printed: bool) -> str:
    """A figure without the zeros behind its point, which a program may leave out."""
    return re.sub(r"\.[0๐]+$|(?<=\.[0-9๐-๙])[0๐]$", "", text) if printed else text


def bare(text: str) -> str:
    return re.sub(r"\s+", "", normalise(text).text)


def filtered(found: Judgement) -> bool:
    """Whether rows that a filter hides were read, which says so."""
    return any(c.source == "file" and c.measure == "hidden_rows" and c.value != "left out" for c in found.claims)


def test_what_is_read_of_office_documents_is_on_their_printed_pages(tmp_path: Path) -> None:
    given = tmp_path / "given"
    printed = tmp_path / "printed"
    given.mkdir()
    accepted: dict[str, Judgement] = {}
    for n, file in enumerate(files(tmp_path, OFFICE)):
        found = judged(file)
        if found.accepted and not filtered(found):
            name = f"{n}{file.suffix}"
            (given / name).write_bytes(file.read_bytes())
            accepted[name] = found
    assert len(accepted) > 10
    office = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    command = ["soffice", office, "--headless", "--convert-to", "pdf", "--outdir", printed, *sorted(given.iterdir())]
    subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=600)
    wrong = {
        name: not_seen(found, text_of((printed / name).with_suffix(".pdf")), printed=True)
        for name, found in accepted.items()
    }
    assert {name: missing for name, missing in wrong.items() if missing} == {}


def text_of(pdf: Path) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_what_is_read_of_web_pages_is_on_the_screen(tmp_path: Path) -> None:
    seen = 0
    with browser() as opened:
        page = opened.new_page()
        for file in files(tmp_path, PAGES):
            found = judged(file)
            if found.accepted and not filtered(found):
                page.goto(file.absolute().as_uri())
                assert not_seen(found, page.inner_text("body")) == [], file.name
                seen += 1
    assert seen > 3


def test_what_is_read_of_pdfs_lies_on_their_pages() -> None:
    seen = 0
    for file in sorted((RETURNS / "producers").rglob("*.pdf")):
        found = judged(file)
        if found.accepted:
            assert not_seen(found, text_of(file), printed=True) == [], file.name
            seen += 1
    assert seen > 10
