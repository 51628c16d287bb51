"""`khrop new dataset`: the folder of a dataset of one's own, from an example or from a file."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.exits import OK, WrongUse, guarded
from pipelines.commands.text import echo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pipelines.datasets.proposal import Proposal

TRIES = 4
"""How often a proposal is repeated without the rules that its own file breaks."""
UNREAD = {"columns", "readable"}
"""Rules that a file breaks where its table is not found as proposed."""

app = typer.Typer(help="Begin something of your own.", no_args_is_help=True)


@app.callback()
def new() -> None:
    """Begin something of your own."""


@app.command("dataset")
@guarded
def dataset(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The dataset's name: lower-case letters, digits, _.")],
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="A return of it, to propose columns and rules from."),
    ] = None,
) -> int:
    """Write the folder of a new dataset, to be edited: dataset.toml, contract.py, a mart, a campaign."""
    from datetime import UTC, datetime

    from pipelines.commands.text import plural, printable, short_path
    from pipelines.datasets import registry
    from pipelines.datasets.proposal import example
    from pipelines.datasets.scaffold import campaign_of, files
    from pipelines.datasets.value_kinds import BANGKOK
    from pipelines.home import Home
    from warehouse.datasets import NAME

    home = Home.current()
    folder = home.root / registry.FOLDER / name
    if not NAME.fullmatch(name):
        raise WrongUse(f"{name!r} is no name of a dataset: lower-case letters, digits and _, 40 at most")
    if folder.exists():
        raise WrongUse(f"{short_path(folder)} is there already: edit it, or choose another name")
    if holder := registry.taken_by(name, registry.datasets(home.root)):
        raise WrongUse(f"{name} is {holder}: choose another name")
    today = datetime.now(UTC).astimezone(BANGKOK).date()
    proposal = example() if source is None else _proposed(name, source, today)
    _write(folder, files(name, proposal, today, source.name if source else ""))
    summary = plural(len(proposal.columns), "column")
    if source:
        holding = plural(len(proposal.rules), "rule") + (" that holds" if len(proposal.rules) == 1 else " that hold")
        summary += f", {holding} in all of {plural(proposal.rows, 'row')}"
        summary += f", {len(proposal.near)} that nearly do" if proposal.near else ""
    echo(f"{printable(short_path(folder))}: {summary}")
    for note in proposal.notes:
        echo(f"  doubtful: {note}")
    echo("  edit dataset.toml, contract.py, campaign.toml and marts/ there, then")
    echo(f"  khrop ingest {source or 'FILE'} --campaign {campaign_of(name)} --as-of YYYY-MM-DD")
    return OK


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")


def _proposed(name: str, source: Path, today: date) -> Proposal:
    """Return the proposal from a file, without the rules that the file breaks when it is judged by them."""
    from pipelines.commands.read import require_path
    from pipelines.datasets.proposal import propose
    from pipelines.datasets.table_in import table_in
    from pipelines.readers import Unreadable, too_large

    require_path(source)
    if source.is_dir():
        raise WrongUse(f"{source} is a folder; --from takes one file")
    try:
        if reason := too_large(source.stat().st_size):
            raise reason
        data = source.read_bytes()
        proposal = propose(table_in(data))
    except Unreadable as reason:
        raise WrongUse(f"{source}: no dataset can be proposed: {reason.en}") from None
    for _ in range(TRIES):
        broken = _broken(name, proposal, data, today)
        if not broken & {rule.id for rule in proposal.rules}:
            break
        proposal = proposal.without(broken)
    if unread := sorted(broken & UNREAD):
        doubt = f"read as proposed, the file breaks {', '.join(unread)}: its headings or kinds need an edit"
        return replace(proposal, notes=(*proposal.notes, doubt))
    return proposal


def _broken(name: str, proposal: Proposal, data: bytes, today: date) -> set[str]:
    """Return the ids of the rules that a file breaks, judged by the dataset that was proposed from it."""
    from datetime import UTC, datetime

    from pipelines import campaigns
    from pipelines.datasets import dataset_folder as folders
    from pipelines.datasets.scaffold import campaign_of, files
    from pipelines.intake.judging import judge
    from pipelines.returns import Hints, Return

    with tempfile.TemporaryDirectory(prefix="khrop-new-") as home:
        folder = Path(home) / "datasets" / name
        _write(folder, files(name, proposal, today))
        own_datasets = {name: folders.load(folder)}
        own_campaigns = {campaign_of(name): campaigns.parse(folder / campaigns.OF_DATASET)}
        proposed_return = Return(name, "", name, datetime.now(UTC), Hints(campaign_of(name)))
        (judgement,) = judge([(proposed_return, data)], own_campaigns, own_datasets)
    return {violation.rule_id for violation in judgement.violations}
