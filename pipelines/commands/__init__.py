"""What the application adds to the command `khrop`. Each file is a command or a few that belong together.

Modules here import nothing heavy at the top; what a command needs it imports when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the application's commands (entry point `khrop.commands`)."""
    from pipelines.commands import (
        data_docs,
        decide,
        dev,
        ingest,
        letters,
        look,
        publish,
        read,
        report,
        show,
        upkeep,
    )

    app.command("ingest")(ingest.ingest)
    app.command("read")(read.read)
    app.command("status")(look.status)
    app.command("summary")(look.summary)
    app.command("show")(show.show)
    app.command("repair")(decide.repair)
    app.command("accept")(decide.accept)
    app.command("withdraw")(decide.withdraw)
    app.command("recheck")(upkeep.recheck)
    app.command("verify")(upkeep.verify)
    app.command("rebuild")(upkeep.rebuild)
    app.command("publish")(publish.publish)
    app.command("report")(report.report)
    app.command("letters")(letters.letters)
    app.command("export")(letters.export)
    app.command("data-docs")(data_docs.data_docs)
    app.command("dev")(dev.dev)
