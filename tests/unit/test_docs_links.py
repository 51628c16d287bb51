"""A link of the documentation that leads nowhere, or out of the machine, is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docs_links import in_markdown, in_site, in_tour


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a file below the test's folder."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_markdown_links_lead_to_files_and_headings(put: Callable[[str, str], Path]) -> None:
    put("docs/there.md", "# Of a new kind\n\n## ครบ, all `there`\n")
    fine = "[a](docs/there.md) [b](docs/there.md#of-a-new-kind) [c](docs/) [d](https://example.org/x) `[e](nowhere)`"
    assert list(in_markdown(put("fine.md", f"{fine}\n\n[f](docs/there.md#ครบ-all-there)\n"))) == []
    broken = list(in_markdown(put("broken.md", "[a](docs/gone.md) [b](docs/there.md#gone)\n```\n[c](gone)\n```\n")))
    assert [line.split(": ")[1] for line in broken] == [
        "docs/gone.md is no file",
        "docs/there.md#gone is no heading",
    ]


def test_paths_of_the_tour_exist(put: Callable[[str, str], Path]) -> None:
    put("pipelines/readers/forms.py", "")
    named = "`pipelines/readers/forms.py` `pipelines/readers/NAME.py` `pipelines/` `pipelines/gone.py` `data/letters`"
    tour = put("CONTRIBUTING.md", named)
    assert [line.split(": ")[1] for line in in_tour(tour)] == ["pipelines/gone.py does not exist"]


def test_pages_load_nothing_from_elsewhere_and_link_to_what_is_there(put: Callable[[str, str], Path]) -> None:
    put("a.html", '<h2 id="top">A</h2><a href="b/c.html#end">c</a><a href="https://example.org">x</a>')
    page = put("b/c.html", '<i id="end"></i><a href="../a.html#gone">a</a><img src="no.png"><a href="#end">e</a>')
    put("d.html", '<script src="https://cdn.example.org/x.js"></script>')
    style = put("s.css", "@font-face { src: url(https://fonts.example.org/x.woff2) }")
    broken = list(in_site(page.parents[1]))
    assert [line.partition(": ")[2] for line in broken] == [
        "../a.html#gone is no anchor",
        "no.png is no file",
        "https://cdn.example.org/x.js needs a network",
        "it loads from another host",
    ]
    assert str(style) in broken[-1]


def test_a_site_without_pages_is_an_error(tmp_path: Path) -> None:
    assert len(list(in_site(tmp_path))) == 1
