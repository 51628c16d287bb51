"""`khrop read`: read and check files without writing anything."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.exits import JsonOption, WrongUse, exit_code_of, guarded
from pipelines.commands.faults import warn_of_faults
from pipelines.commands.text import echo, json_line

if TYPE_CHECKING:
    from pipelines.returns import Hints, Judgement

DAY = re.compile(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
"""A Gregorian day. A year of the Buddhist era is refused: as a Gregorian year it would lie centuries ahead."""
CampaignOption = Annotated[str | None, typer.Option("--campaign", help="The campaign, by its id.")]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="YYYY-MM-DD", help="The as-of date, where the document has none."),
]


@guarded
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Returns to read.")],
    as_json: JsonOption = False,
    campaign: CampaignOption = None,
    as_of: AsOfOption = None,
) -> int:
    """Read and check returns without writing anything."""
    for file in files:
        require_path(file)
        if file.is_dir():
            raise WrongUse(f"{file} is a folder; khrop read takes files, khrop ingest takes folders too")
    from pipelines import campaigns
    from pipelines.home import Home

    warn_of_faults(Home.current())
    all_campaigns = campaigns.load(Home.current().root)
    hints = hints_of(campaign, as_of, all_campaigns)
    verdicts = []
    for file in files:
        for name, judged in judge_with_parts(file, hints, all_campaigns):
            verdicts.append(judged.verdict)
            echo(json_line(as_dict(name, judged)) if as_json else "\n".join(_lines(name, judged)))
    return exit_code_of(verdicts)


def require_path(path: Path) -> None:
    """Check the path that a person gave.

    Raises:
        WrongUse: Where it does not exist, or is neither file nor folder.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise WrongUse(f"{path} is not there") from None
    except OSError as error:
        raise WrongUse(f"{path}: {error.strerror}") from None
    if not S_ISDIR(mode) and not S_ISREG(mode):
        raise WrongUse(f"{path} is neither a file nor a folder")


def hints_of(campaign: str | None, as_of: str | None, all_campaigns: dict[str, Any]) -> Hints:
    """Return the options of a command as hints.

    Args:
        campaign: The option `--campaign`.
        as_of: The option `--as-of`.
        all_campaigns: All campaigns by id.

    Raises:
        WrongUse: Where the campaign is unknown, or the date is none.
    """
    from pipelines.returns import Hints

    if campaign is not None and campaign not in all_campaigns:
        raise WrongUse(f"there is no campaign {campaign!r}; known: {', '.join(sorted(all_campaigns)) or 'none'}")
    try:
        if as_of is not None and not DAY.fullmatch(as_of):
            raise ValueError
        return Hints(campaign, date.fromisoformat(as_of) if as_of is not None else None)
    except ValueError:
        raise WrongUse(f"--as-of is {as_of!r}, expected a Gregorian date like 2020-06-11") from None


def judge_with_parts(file: Path, hints: Hints, all_campaigns: dict[str, Any]) -> list[tuple[str, Judgement]]:
    """Judge a file where it lies and, where it is a container, its parts.

    Args:
        file: The file.
        hints: What the options name.
        all_campaigns: All campaigns by id.

    Returns:
        The judgements, each with the name that it is shown by: `mail.eml`, then `mail.eml!a.csv`.
    """
    from pipelines.archive.ledger import return_name
    from pipelines.datasets.registry import datasets
    from pipelines.home import Home
    from pipelines.intake.containers import parts_of
    from pipelines.intake.judging import judge

    by_name = datasets(Home.current().root)
    whole = judge_file(file, hints, all_campaigns)
    judged = [(str(file), whole)]
    for part, sha256 in zip(parts_of(file, lambda: by_name), whole.parts, strict=True) if whole.parts else ():
        of_part = replace(
            whole.return_, snapshot_id=return_name(part.name, sha256), sha256=sha256, name=part.name, beside=whole.text
        )
        # Each by itself: two parts may be the same bytes under the same name.
        judged += [
            (f"{file}!{part.name}", judgement) for judgement in judge([(of_part, part.data)], all_campaigns, by_name)
        ]
    return judged


def judge_file(file: Path, hints: Hints, all_campaigns: dict[str, Any]) -> Judgement:
    """Judge a file where it lies; a container without its parts.

    Args:
        file: The file, which may be unreadable.
        hints: What the options name; without a campaign, that of the inbox folder counts.
        all_campaigns: All campaigns by id.
    """
    import hashlib

    from pipelines.archive.ledger import return_name
    from pipelines.datasets.registry import datasets
    from pipelines.home import Home
    from pipelines.intake.inbox import campaign_of
    from pipelines.intake.judging import judge, unreadable
    from pipelines.readers import Unreadable, too_large
    from pipelines.returns import Hints, Return

    hints = Hints(hints.campaign or campaign_of(Home.current(), file), hints.as_of)
    try:
        reason = too_large(file.stat().st_size)
        data = b"" if reason else file.read_bytes()
    except OSError as error:
        file_return = Return(return_name(file.name, "0" * 64), "", file.name, datetime.now(UTC), hints)
        return unreadable(file_return, Unreadable(f"{file}: {error.strerror}", f"เปิดไฟล์ไม่ได้: {error.strerror}"))
    sha256 = hashlib.sha256(data).hexdigest()
    file_return = Return(return_name(file.name, sha256), sha256, file.name, datetime.now(UTC), hints)
    return judge([(file_return, reason or data)], all_campaigns, datasets(Home.current().root))[0]


def as_dict(file: str, judged: Judgement) -> dict[str, Any]:
    """Return a judgement as JSON has it.

    Args:
        file: The name that it is shown by.
        judged: The judgement.
    """
    names = [*(column.name for column in judged.dataset.columns), "place"] if judged.dataset else []
    totals = {c.measure: plain(c.value) for c in judged.claims if c.source == "table_total"}
    return {
        "file": file,
        "sha256": judged.return_.sha256,
        "snapshot_id": judged.return_.snapshot_id,
        "verdict": judged.verdict,
        "as_of": plain(judged.as_of),
        "campaign_id": judged.campaign_id,
        "rows": [{name: plain(row.get(name)) for name in names} for row in judged.rows],
        "totals": totals,
        "claims": [{k: plain(v) for k, v in claim._asdict().items()} for claim in judged.claims],
        "violations": [violation.as_dict() for violation in judged.violations],
        "not_run": [{"rule_id": n.rule_id, "part": n.part, "reason": n.reason} for n in judged.not_run],
        "contract_version": judged.contract_version,
    }


def plain(value: Any) -> Any:
    """Return a value as JSON has it: dates in ISO 8601, decimals as text with their places."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _lines(file: str, judged: Judgement) -> list[str]:
    from pipelines.commands.text import plural, printable
    from pipelines.readers.document import where

    what = (
        plural(len(judged.parts), "part")
        if judged.parts
        else f"as of {judged.as_of or 'unknown'}, {plural(len(judged.rows), 'row')},"
        f" campaign {judged.campaign_id or 'unknown'}"
    )
    lines = [f"{printable(file)}: {judged.verdict}, {what}"]
    for c in judged.claims:
        if c.source == "file":
            lines.append(f"  noted {c.measure.replace('_', ' ')} at {where(c.place)}: {printable(c.printed)}")
    for v in judged.violations:
        lines.append(f"  {v.severity} {v.rule_id} at {where(v.place, v.column_name)}: {printable(v.message_en)}")
    return lines
