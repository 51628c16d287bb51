"""The files of a new dataset's folder, written from a proposal (`pipelines.datasets.proposal`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from khrop.description.description import Description, FieldDescription
from khrop.engine.compiling.declared import Kind as DataKind
from khrop.inference.draft import AT_LEAST, AT_MOST
from khrop.inference.python_code import Remarks, code_of, python_code
from khrop.model.rule import ContractOptions
from khrop.model.terminal_text import printable
from khrop.vocabulary import AddsUp
from pipelines.datasets.proposal import Proposal
from pipelines.datasets.proposed_columns import ProposedColumn
from pipelines.datasets.value_kinds import KINDS

TYPES: Mapping[str, tuple[DataKind, str]] = {
    "integer": ("integer", "Int64"), "float": ("number", "float64"), "text": ("text", "str"),
    "date": ("moment", "datetime64[ns]"),
}  # fmt: skip
"""The kind and type in a contract, by what a kind holds. pandas' nullable integers: NumPy's would cut 2.5 to 2."""
_VALUE = {AT_LEAST: "min_value", AT_MOST: "max_value"}
MART = "The figures of all rows, a row for each as-of date."
OPEN_FOR = timedelta(days=90)
"""How long a new campaign lasts."""


def files(name: str, proposal: Proposal, today: date, source: str = "") -> dict[str, str]:
    """Return the files of a dataset's folder.

    Args:
        name: The dataset's name.
        proposal: The proposal.
        today: The day its campaign begins.
        source: The file that it was proposed from.

    Returns:
        The text of each file by its path in the folder.
    """
    source = _comment(source)
    return {
        "dataset.toml": _dataset(name, proposal, source),
        "contract.py": _contract(name, proposal, source),
        f"marts/{_mart(name)}.sql": _mart_sql(name, proposal),
        "marts/comments.sql": f"COMMENT ON TABLE mart.{_mart(name)} IS '{MART}';\n",
        "campaign.toml": _campaign(name, proposal, today),
    }


def campaign_of(name: str) -> str:
    """Return the id of a new dataset's campaign, which is also the name of its inbox folder."""
    return name.replace("_", "-")


def _mart(name: str) -> str:
    return f"{name[:34]}_trend"


def _text(text: str) -> str:
    """Return a text as both TOML and Python write it."""
    return json.dumps(text.replace("\x7f", ""), ensure_ascii=False)


def _comment(text: str) -> str:
    """Return a text that a comment or docstring can hold, whatever the name of a file or a heading has in it."""
    return " ".join(printable(text).split()).replace("\\", "/").replace('"', "'")


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _dataset(name: str, proposal: Proposal, source: str) -> str:
    origin = f"# Proposed from {source}: look at each line before you rely on it.\n" if source else ""
    doubts = "".join(f"# Doubtful: {note}.\n" for note in proposal.notes)
    totals = f"totals = {_list([proposal.totals])}" if proposal.totals else '# totals = ["รวม", "รวมทั้งสิ้น"]'
    ratios = ", ".join(
        f"{{ percent = {_text(percent)}, part = {_text(part)}, whole = {_text(whole)} }}"
        for percent, part, whole in proposal.ratios
    )
    left_out = "".join(
        f"# Left out, as it has no values or a heading of another: {_comment(head)}\n" for head in proposal.left_out
    )
    count = next((column.name for column in proposal.columns if column.kind == "count"), "total")
    return rf"""# What a return of {name} looks like. Its rules are in contract.py, its tables in marts/.
{origin}title_th = {_text(proposal.title or _title(name))}
title_en = {_text(_title(name))}

# The column that names a row, and the columns that identify a row.
names = {_text(proposal.names)}
key = {_list(proposal.key)}
{doubts}
# The name of the row of grand totals: its words, or a pattern (totals = 'รวม.*').
{totals}

# Percents, and what they are shares of. A workbook may keep them as fractions.
ratios = [{ratios}]

# The columns, in the order of the table. Each has:
#   kind       one of {", ".join(KINDS)}
#   headings   as they are printed, spaces aside; or pattern = 'a regular expression'
#   title_th, title_en   its name in a sentence;  meaning   the comment in the warehouse
#   required = false     an accepted row may lack it
{left_out}{"".join(map(_column, proposal.columns))}
# Figures that the prose of a document repeats: for each a pattern with the group `count`.
[claims]
# {count} = 'ทั้งหมด\s*(?P<count>\S{{1,40}})\s*แห่ง'
"""


def _column(column: ProposedColumn) -> str:
    title = _text(column.name.replace("_", " "))
    return f"""
[columns.{column.name}]
kind = {_text(column.kind)}
headings = {_list([column.heading])}
title_th = {_text(column.heading)}
title_en = {title}
meaning = {title}
{"required = false" + chr(10) if column.nullable else ""}"""


def _contract(name: str, proposal: Proposal, source: str) -> str:
    origin = f" Proposed from {source}: severities and words are yours to edit." if source else ""
    wholes = {rule.what.whole for rule in proposal.rules if isinstance(rule.what, AddsUp)}
    wholes |= {whole for _, _, whole in proposal.ratios}
    limits = {column.name: dict(_limits(column, column.name in wholes)) for column in proposal.columns}
    remarks = Remarks(
        f"The contract of {name}: types and rules.{origin}",
        {column: _signs(origin, proposal.rows) for column, origin in limits.items() if origin and proposal.rows},
        {rule.id: rule.evidence for rule in proposal.rules if rule.of},
        ["These hold in nearly all rows: is the rule wrong, or the file?"] * bool(proposal.near)
        + [f"{code_of(rule.what)}: {rule.evidence}" for rule in proposal.near],
    )
    description = Description(
        name="".join(part.capitalize() for part in name.split("_")),
        summary=f"A row each of {proposal.names}.",
        options=ContractOptions(
            version="0.1.0", title_th=proposal.title or _title(name), title_en=_title(name), key=tuple(proposal.key)
        ),
        fields=tuple(_field(column, limits[column.name]) for column in proposal.columns),
        rules=tuple(rule.described() for rule in proposal.rules),
    )
    return python_code(description, remarks)


def _field(column: ProposedColumn, limits: Mapping[str, int]) -> FieldDescription:
    kind, dtype = TYPES[KINDS[column.kind].stored_as]
    checks = tuple((check, ((_VALUE[check], value),)) for check, value in limits.items())
    return FieldDescription(column.name, kind, dtype, nullable=column.nullable, coerce=True, checks=checks)


def _limits(column: ProposedColumn, whole: bool) -> Iterator[tuple[str, int]]:
    """Yield the limits of a column's values: at least 0, of a whole at least 1, of a percent at most 100."""
    if KINDS[column.kind].figure and column.least is not None and column.least >= 0:
        yield AT_LEAST, 1 if whole and column.least >= 1 else 0
        if column.kind == "percent" and column.most <= 100:
            yield AT_MOST, 100


def _signs(limits: Mapping[str, int], rows: int) -> str:
    signs = ", ".join(f"{'≥' if check == AT_LEAST else '≤'} {value}" for check, value in limits.items())
    return f"{signs} in {rows} of {rows} rows"


def _mart_sql(name: str, proposal: Proposal) -> str:
    figures = [column.name for column in proposal.columns if column.kind in ("count", "decimal")]
    lines = [
        f"-- {MART}",
        f"-- core.{name}_current holds the rows that count: of each campaign and as-of date the accepted return.",
        "SELECT",
        "    campaign_id,",
        "    as_of,",
        *(f"    sum({figure}) AS {figure}," for figure in figures),
        "    count(*) AS row_count",
        f"FROM core.{name}_current",
        "GROUP BY campaign_id, as_of",
        "ORDER BY campaign_id, as_of",
    ]
    return "\n".join(lines) + "\n"


def _campaign(name: str, proposal: Proposal, today: date) -> str:
    return f"""\
# A campaign: returns of this dataset over some time. Its id is the name of its inbox folder, too.
id = {_text(campaign_of(name))}
dataset = {_text(name)}
title_th = {_text(proposal.title or _title(name))}
title_en = {_text(_title(name))}

# A return is of this campaign when its text holds one of these (spaces do not count); or name it with --campaign, or
# by its inbox folder.
known_by = []

# Returns as of before it opened, or long after it closed, are set aside.
opened_on = {min(today, proposal.oldest or today)}
deadline = {today + OPEN_FOR}

# Days within which a next return is due while the campaign is open.
every_days = 14
"""
