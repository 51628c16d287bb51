"""A verdict as HTML: a table for a notebook, and a page of its own that needs no other file and no network.

Here belongs the layout; what it shows is in `khrop.model.outcomes`. Every text is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterator
from typing import TYPE_CHECKING

from khrop.model.outcomes import RuleOutcome, by_status, share_text
from khrop.model.terminal_text import plural, printable
from khrop.model.verdict_text import headline

if TYPE_CHECKING:
    from khrop.model.verdict import Verdict
    from khrop.model.violation import Violation

STATUS_TH = {
    "accepted": "รับ", "accepted_with_warnings": "รับโดยมีคำเตือน", "quarantined": "กักไว้",
    "failed": "ไม่ผ่าน", "not run": "ไม่ได้ตรวจ", "passed": "ผ่าน", "error": "ข้อผิดพลาด", "warning": "คำเตือน",
}  # fmt: skip
_RULE_HEAD = (
    "กฎ · rule",
    "ผล · result",
    "ระดับ · severity",
    "จำนวน · violations",
    "สัดส่วน · share",
    "แถวแรก · first keys",
)
_HEAD = ("key", "column", "observed · พบ", "expected · ควรเป็น", "place · ตำแหน่ง", "message · ข้อความ")
_STYLE = """
body { font: 16px/1.5 "Noto Sans Thai", "Leelawadee UI", Thonburi, system-ui, sans-serif; margin: 1.5rem auto;
  max-width: 75rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.failed { color: #a40000; font-weight: 600; } .not-run { color: #6b4e00; } .passed { color: #14601f; }
@media (max-width: 45rem) {
  thead { display: none; }
  tr, td, td.n { display: block; text-align: left; border: 0; padding: .1rem 0; }
  tr { border-bottom: 1px solid #ccc; padding: .5rem 0; }
  td[data-of]:not(:empty)::before { content: attr(data-of) ": "; color: #555; font-weight: 400; }
}
@media print { body { margin: 0; max-width: none; font-size: 10pt; } tr, h2 { break-inside: avoid; break-after: auto; }
  h2 { break-after: avoid; } thead { display: table-header-group; } }
"""


def fragment(verdict: Verdict) -> str:
    """Return a verdict as a table of its rules, for a notebook."""
    return f"<div><p><strong>{_text(headline(verdict))}</strong></p>{_rules(verdict)}</div>"


def page(verdict: Verdict, shown: int) -> str:
    """Return a verdict as a page.

    Args:
        verdict: The verdict.
        shown: The most violations of each rule on the page.

    Returns:
        The page; the same verdict gives the same text.
    """
    title = _text(headline(verdict))
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            f'<h1>{title} · <span lang="th">{STATUS_TH[verdict.status]}</span></h1>',
            _rules(verdict),
            *_sections(verdict, shown),
            "</body>\n</html>\n",
        ]
    )


def _rules(verdict: Verdict) -> str:
    rows = [_rule(outcome) for outcome in by_status(verdict.outcomes())]
    return _table(_RULE_HEAD, rows)


def _rule(outcome: RuleOutcome) -> str:
    result = outcome
    status = f"{STATUS_TH[result.status]} · {result.status}"
    keys = ", ".join(result.first_keys) + (", …" if result.violations > len(result.first_keys) > 0 else "")
    what = f"<br>{_text(result.summary)}" if result.summary else ""
    cells = [
        f"<td><strong>{_text(result.rule_id)}</strong>{what}</td>",
        f'<td class="{result.status.replace(" ", "-")}">{status}</td>',
        _cell(_RULE_HEAD[2], f"{STATUS_TH[result.severity]} · {result.severity}"),
        _cell(_RULE_HEAD[3], f"{result.violations:,}" if result.status != "not run" else "", "n"),
        _cell(_RULE_HEAD[4], share_text(result.share) if result.share is not None else "", "n"),
        _cell(
            "เหตุผล · reason" if result.reason and not keys else _RULE_HEAD[5],
            "; ".join(text for text in (keys, result.reason) if text),
        ),
    ]
    return "".join(cells)


def _sections(verdict: Verdict, shown: int) -> Iterator[str]:
    """Yield the violations of each broken rule."""
    head = (*(("snapshot",) if verdict.snapshots else ()), *_HEAD)
    for outcome in by_status(verdict.outcomes(first=shown)):
        if outcome.status == "failed":
            yield f"<section>\n<h2>{_text(outcome.rule_id)} ({outcome.severity}): {_text(outcome.count_text)}</h2>"
            yield f"<p>{_text(outcome.summary)}</p>" if outcome.summary else ""
            yield _table(head, [_violation(head, violation) for violation in outcome.first])
            if len(outcome.first) < outcome.violations:
                yield f"<p>{plural(outcome.violations - len(outcome.first), 'violation')} more.</p>"
            yield "</section>"


def _violation(head: tuple[str, ...], violation: Violation) -> str:
    v = violation
    texts = [
        *([v.snapshot or ""] if len(head) > len(_HEAD) else []),
        v.key,
        v.column_name,
        v.observed,
        v.expected,
        v.place,
    ]
    messages = f'<span lang="th">{_text(v.message_th)}</span><br>{_text(v.message_en)}'
    cells = [_cell(name, text) for name, text in zip(head, texts, strict=False)]
    return "".join([*cells, f"<td>{messages}</td>"])


def _cell(heading: str, text: str, kind: str = "") -> str:
    classed = f' class="{kind}"' if kind else ""
    return f'<td{classed} data-of="{_text(heading)}">{_text(text)}</td>'


def _table(head: tuple[str, ...], rows: list[str]) -> str:
    cells = "".join(f'<th scope="col">{_text(name)}</th>' for name in head)
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _text(text: str) -> str:
    """Return a text for HTML: escaped, and without characters that HTML and UTF-8 cannot hold."""
    return html.escape(printable(text))
