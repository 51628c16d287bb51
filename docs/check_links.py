"""Check the links of the documentation: `make docs-check`. No network is used, and addresses of other hosts are let be.

Two things are checked. Of the Markdown that is read outside the site: each link leads to a file of the tree and to a
heading of it, and each path in the tour of CONTRIBUTING exists. Of the site that was built: each link leads to a page
and to an anchor of it, and no page loads anything from another host.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import category
from urllib.parse import unquote, urlsplit

OUTSIDE = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "contracts/README.md",
    ".github/PULL_REQUEST_TEMPLATE.md",
)
"""Markdown that is read where it lies, beside that below docs/."""
LINK = re.compile(r"\]\(([^()\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]+`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
PATH = re.compile(r"`((?:contracts|pipelines|warehouse|deploy|docs|tests)/[^`\s*]*)`")
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
"""What a page loads by itself, and the attribute that names it."""
FROM_ELSEWHERE = re.compile(r"@import|url\(\s*['\"]?(?:https?:)?//")


def in_markdown(file: Path) -> Iterator[str]:
    """Yield a line for each link of a Markdown file that leads to no file, or to no heading of one.

    Args:
        file: The Markdown file; its links are relative to its folder.
    """
    text = CODE.sub("", FENCED.sub("", file.read_text(encoding="utf-8")))
    for link in LINK.findall(text):
        address = urlsplit(link)
        if address.scheme or address.netloc:
            continue
        target = (file.parent / unquote(address.path)).resolve() if address.path else file
        if not target.exists():
            yield f"{file}: {link} is no file"
        elif address.fragment and unquote(address.fragment) not in _headings(target):
            yield f"{file}: {link} is no heading"


@cache
def _headings(file: Path) -> frozenset[str]:
    """The anchors of a Markdown file's headings, as GitHub makes them."""
    headings = HEADING.findall(FENCED.sub("", file.read_text(encoding="utf-8")))
    return frozenset("".join(filter(_in_anchor, h.lower())).strip().replace(" ", "-") for h in headings)


def _in_anchor(letter: str) -> bool:
    """Whether an anchor keeps a letter: Thai vowels and tone marks are marks, not letters."""
    return letter.isalnum() or letter in "-_ " or category(letter).startswith("M")


def in_tour(file: Path) -> Iterator[str]:
    """Yield a line for each path of the project that a Markdown file names as code and that does not exist.

    Args:
        file: The Markdown file; the paths are relative to its folder. A name in capitals, as in `tests/NAME.py`,
            stands for others.
    """
    for path in PATH.findall(file.read_text(encoding="utf-8")):
        fixed = re.split(r"[^/]*[A-Z]{4,}", path)[0]
        if not (file.parent / fixed).exists():
            yield f"{file}: {path} does not exist"


class _Page(HTMLParser):
    """Anchors, links and loaded addresses of a page."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a tag."""
        given = dict(attrs)
        self.anchors.update(filter(None, (given.get("id"), given.get("name"))))
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if given.get(LOADED.get(tag, "")):
            self.loads.append(str(given[LOADED[tag]]))


def in_site(folder: Path) -> Iterator[str]:
    """Yield a line for each link or loaded file of a site that is not there, and for each that needs a network.

    Args:
        folder: The folder of the built site.
    """
    pages = {file.resolve(): _Page(file) for file in sorted(folder.rglob("*.html"))}
    if not pages:
        yield f"{folder}: there is no page"
    for file, page in pages.items():
        for link in page.loads:
            if urlsplit(link).netloc:
                yield f"{file}: {link} needs a network"
        for link in [*page.links, *page.loads]:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            target = (file.parent / unquote(address.path)).resolve() if address.path else file
            if not target.is_file():
                yield f"{file}: {link} is no file"
            elif address.fragment and target in pages and unquote(address.fragment) not in pages[target].anchors:
                yield f"{file}: {link} is no anchor"
    for file in sorted(folder.rglob("*.css")):
        if FROM_ELSEWHERE.search(file.read_text(encoding="utf-8")):
            yield f"{file}: it loads from another host"


def main(site: Path, root: Path) -> int:
    """Print what is wrong and return the exit code: 1 where anything is.

    Args:
        site: The folder of the built site.
        root: The top of the tree, whose Markdown is checked.
    """
    broken = [line for name in OUTSIDE for line in in_markdown(root / name)]
    broken += in_tour(root / "CONTRIBUTING.md")
    broken += in_site(site)
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(__file__).parents[1] if len(sys.argv) == 2 else Path(sys.argv[2])))
