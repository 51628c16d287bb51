"""Charts: a template that is filled is the chart that Vega-Lite renders; both languages, and a name for each."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipelines.datasets.province_progress.progress import Campaign
from pipelines.datasets.province_progress.site import chart_process, charts
from pipelines.datasets.province_progress.site.chart_process import Drawing
from pipelines.datasets.province_progress.site.charts import Frame

CAMPAIGN = Campaign("one", "หนึ่ง", "One", date(2020, 5, 19), date(2020, 8, 31), None, Decimal("0.01"))
LINES = {
    "a trend": [(23, 3.72), (37, 12.5), (51, 20.33)],
    "one return": [(23, 3.72)],
    "nothing saved": [(23, 0.0), (37, 0.0)],
    "complete before the deadline": [(23, 40.0), (60, 100.0)],
    "past the deadline": [(23, 40.0), (110, 88.0)],
    "fast enough to finish early": [(23, 60.0)],
    "many returns": [(day, day / 2) for day in range(1, 100)],
}


@pytest.fixture(scope="module")
def draw() -> Iterator[charts.Draw]:
    with Drawing() as drawing:
        yield drawing.svg


@pytest.mark.parametrize("own", LINES.values(), ids=LINES)
def test_a_filled_chart_is_the_one_that_would_be_rendered(own: list[charts.Point], draw: charts.Draw) -> None:
    frame = Frame(CAMPAIGN, max(CAMPAIGN.days, *(int(day) for day, _ in own)))
    assert charts.filled(charts.template(frame, draw), frame, own) == charts.rendered(frame, own, draw)


def test_what_is_written_of_a_chart_is_vega_lite() -> None:
    import altair

    frame = Frame(CAMPAIGN, CAMPAIGN.days)
    written = charts._spec(frame, LINES["a trend"], [], LINES["one return"])
    altair.LayerChart.from_dict(written).to_dict(validate=True)


def test_a_chart_has_a_name_is_xml_and_says_its_months_in_both_languages(draw: charts.Draw) -> None:
    frame = Frame(CAMPAIGN, CAMPAIGN.days)
    svg = charts.titled(charts.rendered(frame, [], draw), "a", ("ชื่อ <b>", "name & so"), ("คำอธิบาย", "description"))
    root = ElementTree.fromstring(f'<div xmlns:xlink="x">{svg}</div>')[0]
    assert root.attrib["role"] == "img"
    assert [child.text for child in root[:2]] == ["ชื่อ <b> · name & so", "คำอธิบาย · description"]
    assert [span.text for span in root.iter() if span.get("class") == "en"] == ["19 May", "1 Jul", "1 Aug", "31 Aug"]
    assert [span.text for span in root.iter() if span.get("class") == "th"][0] == "19 พ.ค."
    assert "style=" not in svg, "the site's policy lets no inline style through"


def test_the_projection_goes_on_at_the_pace_since_the_opening() -> None:
    assert charts.ahead([(20, 10.0)], 100) == [(20, 10.0), (100, 50.0)]
    assert charts.ahead([(20, 40.0)], 100) == [(20, 40.0), (50, 100.0)]
    for none in ([], [(0, 0.0)], [(20, 0.0)], [(20, 100.0)], [(100, 80.0)], [(120, 80.0)]):
        assert charts.ahead(none, 100) == []


def test_a_long_campaign_has_months_with_their_years_and_room_between() -> None:
    long = Campaign("l", "", "", date(1990, 1, 1), date(2025, 12, 31), None, Decimal("0.01"))
    labels = charts.labels(Frame.of(long, [date(2001, 1, 1)]))
    assert list(labels.values())[0] == ("ม.ค. 2533", "Jan 1990")
    assert 3 <= len(labels) <= charts.TICKS + 2


def test_the_process_that_draws_is_started_for_a_chart_and_ends_with_the_context() -> None:
    with Drawing() as drawing:
        assert drawing._process is None
        drawing.svg(charts._spec(Frame(CAMPAIGN, CAMPAIGN.days), [], [], []))
        process = drawing._process
        assert process is not None
        assert process.poll() is None
    assert process.poll() == 0


def test_what_cannot_be_drawn_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with Drawing() as drawing, pytest.raises(RuntimeError, match="could not be drawn: .* ended with 1"):
        drawing.svg({"mark": "no such mark"})
    assert "vegalite_to_svg" in capfd.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("ignored", [False, True], ids=["as it is", "where they are ignored"])
def test_a_process_that_was_killed_is_replaced(number: int, ignored: bool, capfd: pytest.CaptureFixture[str]) -> None:
    spec = charts._spec(Frame(CAMPAIGN, CAMPAIGN.days), [], [], [])
    before = {n: signal.signal(n, signal.SIG_IGN) for n in (signal.SIGTERM, signal.SIGINT) if ignored}
    try:
        with Drawing() as drawing:
            drawn = drawing.svg(spec)
            assert drawing._process is not None
            drawing._process.send_signal(number)
            drawing._process.wait(timeout=30)
            assert drawing.svg(spec) == drawn
    finally:
        for n, handler in before.items():
            signal.signal(n, handler)
    assert capfd.readouterr().err == ""


def test_a_process_that_is_killed_over_each_chart_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    killed = tmp_path / "killed.py"
    killed.write_text("import os, sys\nsys.stdin.readline()\nos.kill(os.getpid(), 9)\n", encoding="utf-8")
    monkeypatch.setattr("pipelines.datasets.province_progress.site.chart_process.__file__", str(killed))
    with Drawing() as drawing, pytest.raises(RuntimeError, match="ended with -9"):
        drawing.svg({})


def test_a_process_whose_reader_was_killed_ends_without_a_traceback() -> None:
    spec = charts._spec(Frame(CAMPAIGN, CAMPAIGN.days), [], [], [])
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([sys.executable, "-P", chart_process.__file__], encoding="utf-8", **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(f"{json.dumps(spec)}\n")
        process.stdin.flush()
        assert (process.wait(timeout=60), process.stderr.read()) == (0, "")
