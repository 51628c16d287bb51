"""The command `khrop`; other distributions add commands through the entry points `khrop.commands`.

Nothing slow is imported here, so that `khrop --help` is instant.
"""

from __future__ import annotations

import gc
import sys
from importlib.metadata import entry_points, version
from typing import Annotated

import typer

from khrop.cli.check import check
from khrop.cli.contract import contracts
from khrop.cli.infer import infer

GROUP = "khrop.commands"
HELP = "Khrop (ครบ): prove that a published return is all there."

app = typer.Typer(name="khrop", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"khrop {version('khrop')}")
        raise typer.Exit


@app.callback()
def khrop(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Khrop (ครบ): prove that a published return is all there."""


app.command("check")(check)
app.command("infer")(infer)
app.add_typer(contracts, name="contract")


def main() -> None:
    """Run the command, with the commands of other installed distributions."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe in the C locale cannot encode Thai; a lone surrogate in a file name must not stop a run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    # What a command imports stays; looking through it for garbage took a fifth of its start.
    gc.set_threshold(50_000, 20, 20)
    for point in entry_points(group=GROUP):
        point.load()(app)
    app()
