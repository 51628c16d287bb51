"""A link of the documentation that leads nowhere, or out of the machine, is named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "docs" / "check_links.py"
OUTSIDE = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "contracts/README.md")
TEMPLATE = ".github/PULL_REQUEST_TEMPLATE.md"
Check = Callable[[dict[str, str]], list[str]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check a tree of these files, with a site of a page, and return the lines without the file's name."""

    def run(files: dict[str, str]) -> list[str]:
        for name, text in {**dict.fromkeys((*OUTSIDE, TEMPLATE), ""), "site/a.html": "<p>a</p>", **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        command = [sys.executable, str(PROGRAM), str(tmp_path / "site"), str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60)
        lines = [line.partition(": ")[2] for line in done.stderr.splitlines()]
        assert done.returncode == (1 if lines else 0), done.stderr
        return lines

    return run


def test_links_that_lead_somewhere_pass(check: Check) -> None:
    links = "[a](docs/there.md) [b](docs/there.md#of-a-new-kind) [c](docs/) [d](https://example.org/x) `[e](nowhere)`"
    there = "# Of a new kind\n\n## ครั้ง, all `there`\n"
    assert check({"docs/there.md": there, "README.md": f"{links}\n\n[f](docs/there.md#ครั้ง-all-there)\n"}) == []


def test_a_link_of_markdown_to_no_file_or_heading_is_named(check: Check) -> None:
    links = "[a](docs/gone.md) [b](docs/there.md#gone)\n```\n[c](gone)\n```\n"
    assert check({"docs/there.md": "# There\n", "README.md": links}) == [
        "docs/gone.md is no file",
        "docs/there.md#gone is no heading",
    ]


def test_a_path_of_the_tour_that_does_not_exist_is_named(check: Check) -> None:
    paths = "`pipelines/forms.py` `pipelines/NAME.py` `pipelines/` `pipelines/gone.py` `data/letters`"
    assert check({"pipelines/forms.py": "", "CONTRIBUTING.md": paths}) == ["pipelines/gone.py does not exist"]


def test_a_page_that_loads_from_another_host_or_links_to_nothing_is_named(check: Check) -> None:
    assert check(
        {
            "site/a.html": '<h2 id="top">A</h2><a href="b/c.html#end">c</a><a href="https://example.org">x</a>',
            "site/b/c.html": '<i id="end"></i><a href="../a.html#gone">a</a><img src="no.png"><a href="#end">e</a>',
            "site/d.html": '<script src="https://cdn.example.org/x.js"></script>',
            "site/s.css": "@font-face { src: url(https://fonts.example.org/x.woff2) }",
        }
    ) == [
        "../a.html#gone is no anchor",
        "no.png is no file",
        "https://cdn.example.org/x.js needs a network",
        "it loads from another host",
    ]
