"""Names of columns and facts in messages: marked where a message is written, resolved where the contract is known.

A rule knows a column by its name in the contract, and a Thai message names it in Thai: as `ContractOptions.names_th`
has it. Facts that any document has are named here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from khrop.model.violation import Violation

Names = Mapping[str, str]
"""Thai names by column or fact; of a column's values by `column=value`."""

# Unicode's marks around text that is apart from what surrounds it: no column has them in its name.
START, END = "\u2068", "\u2069"
# Between a column and one of its values, within such marks.
OF = "\u2062"
SOURCES: Mapping[str, tuple[str, str]] = {
    "table_total": ("ยอดรวมในตาราง", "grand total"),
    "prose": ("ข้อความในหนังสือ", "prose"),
    "rows": ("ผลรวมของแถว", "sum of the rows"),
}
"""What claims a figure of the whole, in Thai and English; a fact's name begins with it: `prose_total`."""
FACTS: Mapping[str, tuple[str, str]] = {
    **SOURCES,
    "as_of": ("วันที่ของข้อมูล", "as-of date"),
    "letter_date": ("วันที่ของหนังสือ", "letter's date"),
    "letter_no": ("เลขที่หนังสือ", "letter's number"),
    "received_on": ("วันที่ได้รับ", "day received"),
    "received_at": ("เวลาที่ได้รับ", "moment of reception"),
    "deadline": ("วันครบกำหนด", "deadline"),
    "other_date": ("วันที่อื่นในเอกสาร", "another date"),
    "campaign": ("รายการที่ต้องรายงาน", "campaign"),
    "document": ("เอกสาร", "document"),
}
"""The facts that any document may have, in Thai and English."""
_MARKED = re.compile(f"{START}([^{START}{END}]*){END}")


def marked(name: str) -> str:
    """Mark the name of a column or fact within a message, or within a template of one."""
    return f"{START}{name}{END}"


def marked_value(column: str, value: str) -> str:
    """Mark a value of a column within a message: in Thai it goes by its Thai name, where it has one."""
    return f"{START}{column}{OF}{value}{END}"


def name_th(name: str, names: Names) -> str:
    """Return the Thai name of a column or fact.

    Args:
        name: Its name in the contract or document.
        names: The Thai names of the contract.

    Returns:
        The Thai name; of a claimed figure that of the column and of what claims it; the name itself where none is
        known.
    """
    column, separator, value = name.partition(OF)
    if separator:
        return names.get(f"{column}={value}", value)
    if name in names:
        return names[name]
    if name in FACTS:
        return FACTS[name][0]
    for source, (whose, _) in SOURCES.items():
        measure = name.removeprefix(f"{source}_")
        if measure != name and measure in names:
            return f"{names[measure]} {whose}"
    return name


def in_thai(text: str, names: Names) -> str:
    """Return a text with its marked names in Thai.

    Args:
        text: The text.
        names: The Thai names of the contract.

    Returns:
        The text without marks.
    """
    return _MARKED.sub(lambda match: name_th(match[1], names), text)


def resolved(violation: Violation, names: Names) -> Violation:
    """Return a violation with the marked names resolved: Thai ones in its Thai message, in all else as they are.

    Args:
        violation: The violation as a rule made it.
        names: The Thai names of the contract.

    Returns:
        The violation without marks.
    """
    if not any(START in text for text in (violation.observed, violation.message_th, violation.message_en)):
        return violation
    return replace(
        violation,
        observed=_in_english(violation.observed),
        message_th=in_thai(violation.message_th, names),
        message_en=_in_english(violation.message_en),
    )


def _in_english(text: str) -> str:
    return _MARKED.sub(lambda match: match[1].rpartition(OF)[2], text)
