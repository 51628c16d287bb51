"""What the province table adds to the command `khrop`: letters, the workbook, Data Docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the commands (entry point `khrop.commands`)."""
    from pipelines.datasets.province_progress.commands import data_docs, letters

    app.command("letters")(letters.letters)
    app.command("export")(letters.export)
    app.command("data-docs")(data_docs.data_docs)
