"""What the register adds to the command `khrop`: who is behind, letters to districts, workbooks to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the commands (entry point `khrop.commands`)."""
    from pipelines.datasets.local_authority.commands import letters, who, workbook

    app.command("who")(who.who)
    app.command("district-letters")(letters.district_letters)
    app.command("officer-workbook")(workbook.officer_workbook)
