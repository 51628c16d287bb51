"""The files of a new dataset's folder, written from a proposal (`pipelines.datasets.proposal`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from khrop.model.terminal_text import printable
from pipelines.datasets.kinds import KINDS
from pipelines.datasets.proposal import Proposal
from pipelines.datasets.proposed_columns import ProposedColumn
from pipelines.datasets.proposed_rules import ProposedRule

PANDERA = {
    "integer": "Series[pd.Int64Dtype]",
    "float": "Series[float]",
    "text": "Series[str]",
    "date": "Series[pa.DateTime]",
}
"""The type in a contract, by what a kind holds. pandas' nullable integers: NumPy's would cut 2.5 to 2."""
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
    made = f"# Proposed from {source}: look at each line before you rely on it.\n" if source else ""
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
{made}title_th = {_text(proposal.title or _title(name))}
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
    class_name = "".join(part.capitalize() for part in name.split("_"))
    vocabulary = sorted({rule.vocabulary for rule in proposal.rules})
    kinds = {KINDS[column.kind].held for column in proposal.columns}
    of = f" Proposed from {source}: severities and words are yours to edit." if source else ""
    lines = [f'"""The contract of {name}: types and rules.{of}"""', "", "from __future__ import annotations", ""]
    lines += ["import pandas as pd"] * ("integer" in kinds)
    lines += ["import pandera.pandas as pa", "from pandera.typing import Series", ""]
    lines += ["from khrop import ContractOptions, rule", f"from khrop.vocabulary import {', '.join(vocabulary)}"]
    lines += ["", "", f"class {class_name}(pa.DataFrameModel):", f'    """A row each of {proposal.names}."""', ""]
    wholes = {rule.whole for rule in proposal.rules} | {whole for _, _, whole in proposal.ratios}
    lines += [_field(column, proposal.rows, column.name in wholes) for column in proposal.columns]
    lines += [
        "",
        "    __contract__ = ContractOptions(",
        '        version="0.1.0",',
        f"        title_th={_text(proposal.title or _title(name))},",
        f"        title_en={_text(_title(name))},",
        f"        key={tuple(proposal.key)!r},".replace("'", '"'),
        "    )",
    ]
    for number, rule in enumerate(proposal.rules, 1):
        lines += ["", *_rule(rule, number)]
    if proposal.near:
        lines += ["", "    # These hold in nearly all rows: is the rule wrong, or the file?"]
        lines += [f"    # {rule.vocabulary}({rule.arguments}): {_held(rule)}" for rule in proposal.near]
    return "\n".join(lines) + "\n"


def _field(column: ProposedColumn, rows: int, whole: bool) -> str:
    limits = dict(_limits(column, whole))
    options = ["nullable=True"] * column.nullable + [f"{limit}={value}" for limit, value in limits.items()]
    signs = ", ".join(f"{'≥' if limit == 'ge' else '≤'} {value}" for limit, value in limits.items())
    note = f"  # {signs} in {rows} of {rows} rows" if limits and rows else ""
    arguments = ", ".join([*options, "coerce=True"])
    return f"    {column.name}: {PANDERA[KINDS[column.kind].held]} = pa.Field({arguments}){note}"


def _limits(column: ProposedColumn, whole: bool) -> Iterator[tuple[str, int]]:
    """Yield the limits of a column's values: at least 0, of a whole at least 1, of a percent at most 100."""
    if KINDS[column.kind].figure and column.least is not None and column.least >= 0:
        yield "ge", 1 if whole and column.least >= 1 else 0
        if column.kind == "percent" and column.most <= 100:
            yield "le", 100


def _rule(rule: ProposedRule, number: int) -> Iterator[str]:
    method = rule.id.replace("-", "_")
    columns = tuple(rule.columns)
    if rule.of:
        yield f"    # {_held(rule)}"
    yield "    @rule("
    yield f'        "{rule.id}",'
    if rule.scope != "row":
        yield f'        scope="{rule.scope}",'
    if rule.severity != "error":
        yield f'        severity="{rule.severity}",'
    yield f"        columns={columns!r},".replace("'", '"')
    if rule.scope == "row":
        # A null is reported once, by the rule of its column.
        yield f"        skip_null={columns!r},".replace("'", '"')
    if rule.needs:
        yield f"        needs={rule.needs!r},".replace("'", '"')
    yield "    )"
    yield f"    def {method}(cls, params) -> {rule.vocabulary}:"
    yield f'        """{rule.summary}"""'
    yield f"        return {rule.vocabulary}({rule.arguments})"


def _held(rule: ProposedRule) -> str:
    return f"holds in {rule.held} of {rule.of} {'columns' if rule.vocabulary == 'SumsMatch' else 'rows'}"


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
