"""The directive `command-reference`: every command of `khrop` with its arguments and options, from Typer.

Here belongs how the commands look on the page. Their words are those of `--help`, in the commands' own modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

import typer.main
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from khrop.cli.app import GROUP, app


class CommandReference(SphinxDirective):
    """Put a section for each command where the directive stands. It takes no argument and no content."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        return self.parse_text_to_nodes("\n".join(sections()), allow_section_headings=True)


def sections() -> Iterator[str]:
    """Yield the lines of Markdown: a heading, the help, the usage and a table for each command, by name."""
    for point in entry_points(group=GROUP):
        point.load()(app)
    yield from _of(typer.main.get_command(app), "khrop")


def _of(command: Any, name: str) -> Iterator[str]:
    within = getattr(command, "commands", {})
    if not within:
        yield from _section(command, name)
    for part in sorted(within):
        yield from _of(within[part], f"{name} {part}")


def _section(command: Any, name: str) -> Iterator[str]:
    context = command.make_context(name, [], resilient_parsing=True)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    yield from ("", f"## {name}", "", _text(command.help or ""), "", "```", usage, "```", "")
    records = [record for parameter in command.params if (record := parameter.get_help_record(context))]
    if records:
        yield from ("| argument or option | meaning |", "| --- | --- |")
        yield from (f"| `{_cell(names)}` | {_cell(meaning)} |" for names, meaning in records)


def _text(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive to Sphinx."""
    app.add_directive("command-reference", CommandReference)
    return {"parallel_read_safe": True}
