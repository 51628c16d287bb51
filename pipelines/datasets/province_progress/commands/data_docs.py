"""`khrop data-docs`: the returns in the tables, validated by Great Expectations, as pages."""

from __future__ import annotations

from pipelines.commands.exits import OK, ForceOption, JsonOption, guarded
from pipelines.commands.text import echo, json_line


@guarded
def data_docs(force: ForceOption = False, as_json: JsonOption = False) -> int:
    """Judge the returns in the tables by Great Expectations, and build its Data Docs."""
    from pipelines.commands.status import home_for_reports
    from pipelines.commands.text import plural, short_path
    from pipelines.publishing import catalogue

    home = home_for_reports()
    done = catalogue.publish(catalogue.report(home, "data_docs"), home, force=force)
    figures = done.metadata
    if as_json:
        echo(json_line({"report": "data_docs", "path": str(done.path), "changed": done.changed, **figures}))
        return OK
    echo(
        f"{plural(figures['returns'], 'return')}: {figures['holds']} hold, {figures['warning']} with warnings,"
        f" {figures['error']} with errors ({figures['judged']} judged now)"
    )
    echo(f"Data Docs: {short_path(done.path)}")
    return OK
