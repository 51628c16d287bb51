"""Look-alikes as text: what stands beside what."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from khrop.thai.dates import format_long
from khrop.thai.digits import to_thai
from look_alikes.returns import HEADINGS, OTHER_TITLE, TITLE, UNKNOWN_HEADINGS, Case, Return
from look_alikes.words import OTHER_DATES, OWN_DATES, QUALIFIERS, SYNONYMS, qualified, worded


def _text(chance: Random, *parts: Sequence[Sequence[str]] | str) -> tuple[bytes, str]:
    """A text of lines and rows, its digits Thai or not, with empty lines or without; and how it is laid out."""
    between, thai, apart = chance.choice("\t\t|"), chance.random() < 0.3, chance.choice(["\n", "\n\n"])
    lines = []
    for part in parts:
        rows = part if isinstance(part, str) else "\n".join(between.join(row) for row in part)
        lines.append(to_thai(rows) if thai and not isinstance(part, str) else rows)
    return apart.join(lines).encode(), f"{between}{thai}{len(apart)}"


def _other_date(chance: Random, other: Return) -> str:
    return worded(chance.choice(OTHER_DATES[chance.choice([*OTHER_DATES])]), other.as_of, chance)


def text_date(chance: Random, seen: Return, other: Return) -> Case:
    line = _other_date(chance, other)
    day = format_long(seen.as_of)
    own = chance.choice([f"ณ วันที่ {day}", f"สถานะวันที่ {day}", worded(chance.choice(OWN_DATES), seen.as_of, chance)])
    lines = [own, line] if chance.random() < 0.5 else [line, own]
    data, layout = _text(chance, seen.title, *lines, [HEADINGS, *seen.rows])
    return Case(data, seen, f"text-date {own} | {line} {layout}")


def text_date_alone(chance: Random, seen: Return, other: Return) -> Case:
    """No date but one that is given to something else."""
    line = _other_date(chance, other)
    data, layout = _text(chance, seen.title, line, [HEADINGS, *seen.rows])
    return Case(data, None, f"text-alone {line} {layout}")


def text_columns(chance: Random, seen: Return, other: Return) -> Case:
    """The other return's columns beside, each headed with a qualifier; the seen ones' headings may be unknown."""
    qualifier = chance.choice(QUALIFIERS)
    known = [chance.choice(headings) for headings in SYNONYMS.values()]
    own = known if chance.random() < 0.5 else UNKNOWN_HEADINGS[2:]
    way = chance.randrange(len(qualified("", "")))
    beside = [qualified(chance.choice(headings), qualifier)[way].replace("\n", " ") for headings in SYNONYMS.values()]
    first = chance.random() < 0.5
    rows = [[*HEADINGS[:2], *(beside if first else own), *(own if first else beside)]]
    for mine, its in zip(seen.rows, other.rows, strict=True):
        rows.append([*mine[:2], *(its[2:] if first else mine[2:]), *(mine[2:] if first else its[2:])])
    if chance.random() < 0.4:
        # The qualifier above the columns, not in their headings.
        rows[0] = [*HEADINGS[:2], *known, *known]
        group = [qualifier, "", "", ""]
        rows.insert(0, ["", "", *(group if first else [""] * 4), *([] if first else group)])
    data, layout = _text(chance, seen.title, seen.line, rows)
    return Case(data, seen, f"text-columns {qualifier} | {own} | {beside} {layout}")


def text_tables(chance: Random, seen: Return, other: Return) -> Case:
    tables = [[HEADINGS, *other.rows], [UNKNOWN_HEADINGS, *seen.rows]]
    chance.shuffle(tables)
    mark = chance.choice(["เดือนที่แล้ว", "ครั้งก่อน", ""])
    data, layout = _text(chance, seen.title, seen.line, tables[0], mark, tables[1])
    return Case(data, seen, f"text-tables {mark} {layout}")


def text_campaign(chance: Random, seen: Return, other: Return) -> Case:
    cited = f"ตามหนังสือ ที่ มท ๐๘๑๐.๒/ว ๑๕๖๔ ลงวันที่ ๑๙ พฤษภาคม ๒๕๖๓ เรื่อง {TITLE}"
    data, layout = _text(chance, cited, OTHER_TITLE, seen.line, [HEADINGS, *seen.rows])
    return Case(data, None, f"text-campaign {layout}")
