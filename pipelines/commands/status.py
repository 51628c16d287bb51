"""`khrop status`, `khrop summary`: what the warehouse holds, for a person or a machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.exits import OK, JsonOption, WrongUse, guarded, no_warehouse
from pipelines.commands.faults import warn_of_faults
from pipelines.commands.text import echo, json_line

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.datasets.dataset import Dataset
    from pipelines.home import Home

SHOWN = 20
"""Returns that `khrop status` lists without `--all`."""


@contextmanager
def open_warehouse(*, for_reports: bool = False) -> Iterator[tuple[Home, DuckDBPyConnection]]:
    """Yield the current home and a read-only connection to its warehouse.

    Args:
        for_reports: Whether the marts must be up to date; what a killed command left is completed first.

    Raises:
        WrongUse: Where there is no warehouse yet.
        WarehouseLocked: Where another process holds it.
        TablesBehind: Where the marts must be up to date and are behind what was loaded.
    """
    from pipelines.commands.runs import complete
    from pipelines.home import Home
    from pipelines.publishing.catalogue import TablesBehind
    from warehouse import exports
    from warehouse.connect import Warehouse

    home = Home.current()
    if for_reports:
        complete(home)
    try:
        with Warehouse(home.warehouse).reading() as connection:
            if for_reports and exports.exported_state(home.exports) != exports.state(connection):
                raise TablesBehind()
            yield home, connection
    except FileNotFoundError:
        raise no_warehouse(home) from None


def home_for_reports() -> Home:
    """Return the current home, whose warehouse exists and whose marts are up to date; raises as `open_warehouse`."""
    with open_warehouse(for_reports=True) as (home, _):
        return home


def fetch_dicts(
    connection: DuckDBPyConnection, sql: str, parameters: list[Any] | dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return the rows of a query, each as a mapping by column.

    Args:
        connection: The warehouse.
        sql: The query.
        parameters: The values of its placeholders.
    """
    cursor = connection.execute(sql, parameters or [])
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def resolve(connection: DuckDBPyConnection, name: str) -> str:
    """Return the full name of a return.

    Args:
        connection: The warehouse.
        name: Its name, an unambiguous beginning of it, or at least 6 digits of the beginning of its hash.

    Raises:
        WrongUse: Where there is no such return, or several.
    """
    rows = connection.execute(
        "SELECT DISTINCT snapshot_id FROM core.snapshot WHERE snapshot_id = ? OR starts_with(snapshot_id, ?)"
        " OR (length(?) >= 6 AND starts_with(sha256, lower(?))) ORDER BY snapshot_id = ? DESC, snapshot_id",
        [name, name, name, name, name],
    ).fetchall()
    names = [row[0] for row in rows]
    if name in names or len(names) == 1:
        return str(names[0])
    if not names:
        raise WrongUse(f"there is no return {name!r}; khrop status lists them")
    raise WrongUse(f"{name!r} could be any of {len(names)} returns: {', '.join(names[:5])}{' …' if names[5:] else ''}")


@guarded
def status(
    as_json: JsonOption = False,
    everything: Annotated[bool, typer.Option("--all", help=f"All returns, not the newest {SHOWN}.")] = False,
) -> int:
    """Show the returns with their verdicts, and the current state of each campaign."""
    from pipelines.commands.text import plural, short_path, table
    from pipelines.datasets.registry import datasets

    with open_warehouse() as (home, connection):
        warn_of_faults(home)
        returns = fetch_dicts(
            connection,
            "SELECT snapshot_id, verdict, campaign_id, as_of, revision, rows_read, received_at"
            " FROM core.snapshot_judged ORDER BY received_at DESC, snapshot_id",
        )
        by_name = datasets(home.root)
        campaigns = _campaigns(connection, by_name)
    if as_json:
        echo(json_line({"warehouse": str(home.warehouse), "campaigns": campaigns, "returns": returns}))
        return OK
    for campaign in campaigns:
        echo("\n".join(_campaign_lines(campaign, by_name)))
        if (page := _page(home, campaign, by_name)).is_file():
            echo(f"  page {short_path(page)}")
        if marts := _marts_on_spark(home, by_name.get(campaign["dataset"])):
            echo(f"  marts on Spark {marts}")
    counts = Counter(entry["verdict"] for entry in returns)
    verdicts = ", ".join(f"{n:,} {v}" for v, n in sorted(counts.items()))
    echo(f"\n{plural(len(returns), 'return')}{f': {verdicts}' if verdicts else ''}")
    listed = returns if everything else returns[:SHOWN]
    rows = [
        (
            r["verdict"],
            str(r["as_of"] or "unknown"),
            f"revision {r['revision']}",
            f"{r['received_at']:%Y-%m-%d %H:%M}Z",
            r["snapshot_id"],
        )
        for r in listed
    ]
    echo("\n".join(table(rows, indent="  ")))
    if len(returns) > len(listed):
        echo(f"  … and {len(returns) - len(listed):,} older (khrop status --all)")
    echo(f"\nWarehouse: {short_path(home.warehouse)}")
    return OK


def _campaigns(connection: DuckDBPyConnection, by_name: Mapping[str, Dataset]) -> list[dict[str, Any]]:
    """Return each campaign with its newest return, and the facts that its dataset adds."""
    campaigns = fetch_dicts(
        connection,
        "SELECT c.campaign_id, c.dataset, c.title_th, c.title_en, c.opened_on, c.deadline, c.closed_on, s.snapshot_id,"
        " s.verdict, s.as_of, s.revision, s.rows_read AS rows, CAST(c.deadline - s.as_of AS INTEGER) AS days_left"
        " FROM core.campaign AS c"
        " LEFT JOIN (SELECT * FROM core.snapshot_current"
        "  QUALIFY row_number() OVER (PARTITION BY campaign_id ORDER BY as_of DESC) = 1) AS s USING (campaign_id)"
        " WHERE s.snapshot_id IS NOT NULL OR NOT c.synthetic ORDER BY c.campaign_id",
    )
    return [
        {
            **campaign,
            **(shown.facts(connection, campaign["snapshot_id"]) if (shown := _summary(campaign, by_name)) else {}),
        }
        for campaign in campaigns
    ]


def _page(home: Home, campaign: Mapping[str, Any], by_name: Mapping[str, Dataset]) -> Path:
    """The page of a campaign on the site, or that of its dataset where it makes none of its own."""
    dataset = by_name.get(campaign["dataset"])
    return home.site / (campaign["campaign_id"] if dataset and dataset.site else campaign["dataset"]) / "index.html"


def _marts_on_spark(home: Home, dataset: Dataset | None) -> str:
    """Where the marts that Spark makes of a dataset lie, and whether they are up to date; empty for other datasets."""
    from warehouse.datasets import SPARK

    if dataset is None or dataset.engine != SPARK:
        return ""
    from pipelines.commands.text import printable, short_path
    from pipelines.publishing import catalogue

    report = next(report for report in dataset.all_reports if report.dataset)
    made = catalogue.kept(home).get(report.name)
    if made is None:
        return "not made yet: khrop publish makes them"
    behind = "" if catalogue.stands(home, report) else " (behind: khrop publish makes them anew)"
    failures = f": {printable(made['failures'])}" if made.get("failures") else ""
    return f"{short_path(home.root / made['path'])}{behind}{failures}"


def _summary(campaign: Mapping[str, Any], by_name: Mapping[str, Dataset]) -> Any:
    """Return the module that knows the figures of a campaign's dataset; None where there is none."""
    dataset = by_name.get(campaign["dataset"])
    return import_module(dataset.summary) if dataset and dataset.summary else None


def _campaign_lines(campaign: dict[str, Any], by_name: Mapping[str, Dataset]) -> list[str]:
    lines = [campaign["campaign_id"], f"  {campaign['title_th']}", f"  {campaign['title_en']}"]
    if campaign["as_of"] is None:
        return [*lines, f"  no accepted return yet; deadline {campaign['deadline']}"]
    summary = _summary(campaign, by_name)
    what = summary.status_line(campaign) if summary else f"{campaign['rows']:,} rows"
    return [
        *lines,
        f"  as of {campaign['as_of']}: {what}",
        f"  deadline {campaign['deadline']}: {days(campaign['days_left'])} at the as-of date",
    ]


def days(left: int) -> str:
    """Return the days until a deadline in words; a negative number is past it."""
    from pipelines.commands.text import plural

    return f"{plural(abs(left), 'day')} {'past' if left < 0 else 'left'}"


@guarded
def summary(as_json: JsonOption = False) -> int:
    """Show the newest return of each campaign: its verdict, its figures, what is wrong with it."""
    from pipelines.commands.text import short_path
    from pipelines.datasets.registry import datasets
    from warehouse import exports

    with open_warehouse() as (home, connection):
        by_name = datasets(home.root)
        # A run was cut short before the marts: what was loaded is shown, without a ranking.
        behind = exports.exported_state(home.exports) != exports.state(connection)
        campaigns = [c for c in _campaigns(connection, by_name) if c["as_of"] is not None]
        for campaign in campaigns:
            if shown := _summary(campaign, by_name):
                campaign |= shown.no_ranking() if behind else shown.ranking(connection, campaign["campaign_id"])
            campaign["violations"] = violations_of(connection, campaign["snapshot_id"])
    if behind:
        echo("khrop: the tables are behind what was loaded; khrop ingest makes them anew", err=True)
    if as_json:
        echo(json_line({"warehouse": str(home.warehouse), "exports": str(home.exports), "campaigns": campaigns}))
        return OK
    for campaign in campaigns:
        echo("\n".join(_summary_lines(campaign, by_name)))
    if not campaigns:
        echo("No return is accepted yet; khrop status shows what came in.")
    echo(f"\nWarehouse: {short_path(home.warehouse)}\nExports:   {short_path(home.exports)}")
    return OK


def violations_of(connection: DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    """Return the violations of a return's newest judgement, errors first."""
    return fetch_dicts(
        connection,
        "SELECT v.* EXCLUDE (snapshot_id, judgement) FROM core.violation AS v INNER JOIN core.snapshot_judged AS s"
        " ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement WHERE v.snapshot_id = ?"
        " ORDER BY v.severity, v.rule_id, v.place, v.key",
        [name],
    )


def _summary_lines(campaign: dict[str, Any], by_name: Mapping[str, Dataset]) -> list[str]:
    from pipelines.commands.text import printable
    from pipelines.readers.document import where

    lines = ["", campaign["title_th"], campaign["title_en"], ""]
    lines.append(
        f"{campaign['verdict']}: {campaign['snapshot_id']}, as of {campaign['as_of']}, revision {campaign['revision']}"
    )
    lines += [
        f"  {v['severity']} {v['rule_id']}: {printable(v['message_en'])} ({where(v['place'])})"
        for v in campaign["violations"]
    ]
    left, shown = days(campaign["days_left"]), _summary(campaign, by_name)
    if shown is None:
        return [*lines, "", f"{campaign['rows']:,} rows; {left} until {campaign['deadline']}"]
    return [*lines, "", *shown.summary_lines(campaign, left)]
