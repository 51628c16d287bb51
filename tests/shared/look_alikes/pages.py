"""Look-alikes as pages of HTML: hidden by style or element, or struck out."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from khrop.thai.dates import format_long
from look_alikes.returns import HEADINGS, NAMES, OTHER_TITLE, TITLE, UNKNOWN_HEADINGS, Case, Return

HIDING = (
    "display:none", "display: none !important", "visibility:hidden", "visibility: collapse", "opacity:0",
    "opacity: .01", "font-size:0", "font-size:1px", "font-size: 0.1em", "color:#fff", "color:white",
    "color:rgba(0,0,0,0)", "color:#fefefe", "position:absolute;left:-9999px", "position:fixed; top:-3000px",
    "display:inline-block;text-indent:-9999px", "clip-path:inset(100%);position:absolute", "mso-hide:all",
    "display:inline-block;height:0;overflow:hidden", "display:inline-block;width:0; overflow:hidden",
    "display:inline-block;transform:scale(0)", "display:block;max-height:0;overflow:hidden",
    "display:inline-block;max-width:0;overflow:hidden;white-space:nowrap", "display:inline-block;scale:0",
    "filter:opacity(0)", "-webkit-text-fill-color:transparent", "color:transparent", "color:hsl(0,0%,100%)",
    "font:0/0 a", "position:absolute;left:-9999em", "position:absolute;clip:rect(0,0,0,0)",
    "display:block;content-visibility:hidden", "color:#333;background:#333", "color:black;background-color:black",
    "display:inline-block;transform:translateX(-9999px)", "font-size:calc(0px)", "position:absolute;top:-9999px",
    "position:absolute;width:1px;height:1px;overflow:hidden", "opacity:0%", "color:#ffffff00",
    "color:rgb(100%,100%,100%)", "color:snow", "display:inline-block;clip-path:circle(0)",
)  # fmt: skip
STRIKING = ("<s>{}</s>", "<del>{}</del>", "<strike>{}</strike>", '<span style="text-decoration:line-through">{}</span>',
            '<span class="x">{}</span>')  # fmt: skip
BY_ELEMENT = ("<details><summary>ก</summary>{}</details>", "<dialog>{}</dialog>", "<span hidden>{}</span>",
              "<div popover>{}</div>", '<span class="sr-only">{}</span>', "<template>{}</template>",
              "<noscript>{}</noscript>", "<!-- {} -->", "<textarea hidden>{}</textarea>",
              '<font color="white">{}</font>',
              "<datalist><option>{}</option></datalist>", '<span hidden="until-found">{}</span>', "<object>{}</object>",
              '<ins style="display:none">{}</ins>',
              "<select><option>ก</option><option>{}</option></select>")  # fmt: skip


def _hidden(chance: Random) -> tuple[str, str]:
    """A way to hide a text: the style sheet, and the element around it."""
    way = chance.choice(HIDING)
    how = chance.random()
    if how < 0.3:
        return "", f'<span style="{way}">{{}}</span>'
    if how < 0.4:
        return "", chance.choice(BY_ELEMENT)
    selector, element = chance.choice([
        (".x", '<span class="x">{}</span>'), ("#x", '<span id="x">{}</span>'), ("p > i, td > i", "<i>{}</i>"),
        ("span.x.y", '<span class="y x">{}</span>'), ("b [data-x]", "<b><span data-x=1>{}</span></b>"),
    ])  # fmt: skip
    sheet = f"{selector} {{{way}}}"
    return (f"@media screen {{{sheet}}}" if chance.random() < 0.2 else sheet), element


def _layout(chance: Random, seen: Return, table: str) -> tuple[list[str], str]:
    """The parts of a page around a table: the title and the date above it, below it or in its caption; and how."""
    around = chance.choice(["{}", "<div>{}</div>", "<center>{}</center>", "<main><section>{}</section></main>"])
    line = chance.choice(["<p>{}</p>", "<h3>{}</h3>", "<div><b>{}</b></div>"]).format(seen.line)
    where = chance.choice(["above", "below", "caption"])
    if where == "caption":
        table = table.replace("<table>", f"<table><caption>{seen.line}</caption>", 1)
    parts = [f"<p>{seen.title}</p>", *[line] * (where == "above"), around.format(table), *[line] * (where == "below")]
    return parts, f"{around}{where}{line[:4]}"


def _page(style: str, *parts: str) -> bytes:
    return f'<!DOCTYPE html><meta charset="utf-8"><style>{style}</style><body>{"".join(parts)}</body>'.encode()


def _cells(rows: Sequence[Sequence[str]]) -> list[str]:
    return ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]


def _table(rows: Sequence[str]) -> str:
    return "<table>" + "".join(rows) + "</table>"


def page_date(chance: Random, seen: Return, other: Return) -> Case:
    style, around = _hidden(chance)
    lines = [f"<p>{around.format(other.line)}</p>"]
    if chance.random() < 0.5:
        lines.insert(chance.randint(0, 1), f"<p>{seen.line}</p>")
    else:
        lines.append(f"<p>ณ วันที่ {format_long(seen.as_of)}</p>")
    table = _table(_cells([HEADINGS, *seen.rows]))
    below = chance.random() < 0.5
    parts = [table, *lines] if below else [*lines, table]
    return Case(_page(style, f"<p>{seen.title}</p>", *parts), seen, f"page-date {style}{around} {below} {len(lines)}")


def page_struck(chance: Random, seen: Return, other: Return) -> Case:
    around = chance.choice(STRIKING)
    style = ".x {text-decoration: line-through}"
    days = format_long(other.as_of), format_long(seen.as_of)
    line = f"ข้อมูล ณ วันที่ {around.format(days[0])} {days[1]}" if chance.random() < 0.5 else around.format(other.line)
    more = "" if chance.random() < 0.5 else f"<p>ณ วันที่ {days[1]}</p>"
    return Case(
        _page(style, f"<p>{seen.title}</p><p>{line}</p>{more}", _table(_cells([HEADINGS, *seen.rows]))),
        seen,
        f"page-struck {around}",
    )


def page_rows(chance: Random, seen: Return, other: Return) -> Case:
    """Hidden rows, cells or parts of cells of the other return."""
    style, around = _hidden(chance)
    how = chance.choice(["rows", "cells", "parts", "table", "names"])
    if how == "rows":
        rows = _cells(seen.rows)
        way = chance.choice(HIDING[:4])
        rows[:0] = [row.replace("<tr>", '<tr class="r">') for row in _cells(other.rows[:-1])]
        style = f"tr.r {{{way}}}"
        rows = [*_cells([HEADINGS]), *rows]
    elif how == "table":
        rows = _cells([chance.choice([HEADINGS, UNKNOWN_HEADINGS]), *seen.rows])
        hidden = around.replace("span", "div").format(_table(_cells([HEADINGS, *other.rows])))
        return Case(
            _page(style, f"<p>{seen.title}</p><p>{seen.line}</p>", hidden, _table(rows)),
            seen,
            f"page-table {style}{around}",
        )
    else:
        mixed = []
        for own, its in zip(seen.rows, other.rows, strict=True):
            hidden = around.format(its[3])
            if how == "names":
                hidden = around.format(NAMES[(NAMES.index(own[1]) + 1) % 76] if own[1] else "")
                mixed.append([own[0], f"{own[1]}{hidden}", *own[2:]])
            elif how == "parts":
                mixed.append([*own[:3], f"{hidden}{own[3]}", *own[4:]])
            else:
                mixed.append([*own[:3], around.format(its[3]), around.format(its[4]), around.format(its[5])])
        rows = _cells([HEADINGS, *mixed])
    parts, layout = _layout(chance, seen, _table(rows))
    return Case(_page(style, *parts), seen, f"page-{how} {style}{around} {layout}")


COLUMNS = (
    "td:nth-child(n+{n}){{display:none}}", "td:nth-child({m}) ~ td{{display:none}}",
    "td:not(:nth-child(-n+{m})){{display:none}}", "tr td:nth-of-type(n+{n}) {{ visibility: hidden }}",
    "@media (min-width:100px){{td:nth-child(n+{n}){{display:none}}}}", "td.x{{display:none}}", "td.x{{color:#fff}}",
    "td.x{{font-size:0}}", ".x{{display:none}} .x b{{display:inline}}", "td[class=x]{{opacity:0}}",
)  # fmt: skip
"""Styles that hide the cells of a row from the nth on; those have the class x."""


def page_columns(chance: Random, seen: Return, other: Return) -> Case:
    """The other return's columns behind those of the table, hidden by the place or class of their cells."""
    own = chance.choice([HEADINGS, (*HEADINGS[:2], *UNKNOWN_HEADINGS[2:])])
    order = [0, 1, *chance.sample([2, 3, 4, 5], 4)]
    style = chance.choice(COLUMNS).format(m=6, n=7)
    rows = []
    for mine, its in zip((own, *seen.rows), (HEADINGS, *other.rows), strict=True):
        hidden = "".join(f"<td class=x>{cell}</td>" for cell in its[2:])
        rows.append("<tr>" + "".join(f"<td>{mine[field]}</td>" for field in order) + hidden + "</tr>")
    parts, how = _layout(chance, seen, _table(rows))
    return Case(_page(style, *parts), seen, f"page-columns {style} {order} {own is HEADINGS} {how}")


def page_campaign(chance: Random, seen: Return, other: Return) -> Case:
    style, around = _hidden(chance)
    titles = f"<p>{around.format(TITLE)}</p><p>{OTHER_TITLE}</p><p>{seen.line}</p>"
    page = _page(style, titles, _table(_cells([HEADINGS, *seen.rows])))
    return Case(page, None, f"page-campaign {style}{around}")
