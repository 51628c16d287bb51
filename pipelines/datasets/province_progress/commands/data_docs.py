"""`khrop data-docs`: the returns in the tables, judged by Great Expectations, as pages."""

from __future__ import annotations

import json

import typer

from pipelines.commands.exits import OK, ForceOption, JsonOption, WrongUse, guarded


@guarded
def data_docs(force: ForceOption = False, as_json: JsonOption = False) -> int:
    """Judge the returns in the tables by Great Expectations, and build its Data Docs."""
    from pipelines.commands.text import plural, shown
    from pipelines.home import Home
    from pipelines.publishing import catalogue

    home = Home.current()
    try:
        done = catalogue.publish(catalogue.report(home, "data_docs"), home, force=force)
    except FileNotFoundError as absent:
        if absent.filename or home.warehouse.exists():
            raise
        raise WrongUse(f"there is no warehouse in {home.root} yet; khrop ingest makes one") from None
    told = done.metadata
    if as_json:
        typer.echo(json.dumps({"report": "data_docs", "path": str(done.path), "changed": done.changed, **told}))
        return OK
    typer.echo(
        f"{plural(told['returns'], 'return')}: {told['holds']} hold, {told['warning']} with warnings,"
        f" {told['error']} with errors ({told['judged']} judged now)"
    )
    typer.echo(f"Data Docs: {shown(done.path)}")
    return OK
