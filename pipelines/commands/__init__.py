"""What the application adds to the command `khrop`. Each file is a command or a few that belong together.

Modules here import nothing heavy at the top; a command imports what it needs when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the application's commands (entry point `khrop.commands`)."""
    from pipelines.commands import dev, ingest, new, publish, read, repair, report, show, status
    from pipelines.commands.upkeep import doctor, prune, recheck

    app.command("ingest")(ingest.ingest)
    app.command("read")(read.read)
    app.command("status")(status.status)
    app.command("summary")(status.summary)
    app.command("show")(show.show)
    app.command("repair")(repair.repair)
    app.command("accept")(repair.accept)
    app.command("withdraw")(repair.withdraw)
    app.command("recheck")(recheck.recheck)
    app.command("verify")(recheck.verify)
    app.command("rebuild")(recheck.rebuild)
    app.command("doctor")(doctor.doctor)
    app.command("prune")(prune.prune)
    app.command("publish")(publish.publish)
    app.command("report")(report.report)
    app.command("dev")(dev.dev)
    app.add_typer(new.app, name="new")
