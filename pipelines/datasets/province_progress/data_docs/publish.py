"""Data Docs: each return that counts, judged in the warehouse's tables by Great Expectations, with a page a table.

Here belongs what is judged and kept. A return is judged once, and again only if what it is judged by has changed;
the pages of the others are taken over as they are. The folder is put in the place of the old one in one step.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.datasets.province_progress.data_docs import pages as site
from pipelines.datasets.province_progress.data_docs import validation
from pipelines.datasets.province_progress.data_docs.batches import Return, newest
from pipelines.datasets.province_progress.data_docs.mart_suites import Suite, suites
from pipelines.home import Home
from pipelines.publishing.catalogue import Published
from warehouse import exports, folders, parts
from warehouse.connect import Warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KEPT = 100
"""Returns of a campaign that have pages."""
JUDGED_AT_ONCE = 60
"""Of all campaigns, how many of the returns that came last are judged if they have not been. Each takes just below a
second, so that a first build from a long history ends within a minute; a week of fifty campaigns has fifty. What is
left out then stays so until it changes."""
SET_ASIDE = 50
LEDGER = ".returns.json"
STATE = ".state"
_ASIDE = """
SELECT s.snapshot_id, s.verdict, s.as_of, string_agg(DISTINCT v.rule_id, ', ' ORDER BY v.rule_id) AS rules
FROM core.snapshot_judged AS s
LEFT JOIN core.violation AS v
    ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement AND v.severity = 'error'
WHERE s.verdict IN ('quarantined', 'unreadable', 'withdrawn')
    AND coalesce(s.dataset, 'province_progress') = 'province_progress'
GROUP BY ALL ORDER BY max(s.received_at) DESC, s.snapshot_id LIMIT ?
"""


def publish(home: Home, *, force: bool = False) -> Published:
    """Bring the Data Docs of a home up to date; nothing is done where they are. `force` judges all anew.

    The tables are those of what is loaded (see `pipelines.publishing.catalogue.Report.publish`). Raises
    `WarehouseLocked`, and FileNotFoundError without a warehouse.
    """
    with validation.quietly():
        return _publish(home, force)


def _publish(home: Home, force: bool) -> Published:
    expected = suites()
    version = importlib.metadata.version("great_expectations")
    with Warehouse(home.warehouse).reading() as connection:
        state = exports.state(connection)
        made_from = _digest(state, _maker(expected, version))
        stands = _text(home.data_docs / STATE) == made_from and (home.data_docs / "index.html").exists()
        if stands and not force:
            return _published(home, 0)
        states, aside, all_returns = _states(connection), _aside(connection), _counting(connection)
        known, left, before = ({}, {}, {}) if force else _known(home.data_docs, _maker(expected, version))
        ledger: dict[str, dict[str, Any]] = {}
        due: list[Return] = []
        for campaign, campaign_state in states.items():
            if before.get(campaign) == campaign_state:
                ledger |= {name: entry for name, entry in known.items() if entry["campaign_id"] == campaign}
                continue
            for snapshot in newest(connection, campaign, KEPT):
                if known.get(snapshot.snapshot_id, {}).get("digest") == snapshot.digest:
                    ledger[snapshot.snapshot_id] = known[snapshot.snapshot_id]
                elif left.get(snapshot.snapshot_id) != snapshot.digest:
                    due.append(snapshot)
            due.sort(key=lambda snapshot: (snapshot.received_at, snapshot.as_of), reverse=True)
            left |= {snapshot.snapshot_id: snapshot.digest for snapshot in due[JUDGED_AT_ONCE:]}
            del due[JUDGED_AT_ONCE:]
    with _new_folder(home.data_docs) as new:
        _take_over(home.data_docs, new, ledger.values())
        ledger |= _judge(due, expected, new)
        shown = sorted(ledger.values(), key=lambda e: (e["as_of"], e["campaign_id"]), reverse=True)
        index = site.index_page(expected, shown, aside, all_returns - len(ledger), version)
        (new / "index.html").write_text(index, encoding="utf-8")
        shutil.copyfile(site.PAGES / site.STYLE, new / site.STYLE)
        record = {
            "maker": _maker(expected, version),
            "campaigns": states,
            "left": left,
            "returns": {e["snapshot_id"]: e for e in shown},
        }
        (new / LEDGER).write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
        (new / STATE).write_text(made_from, encoding="ascii")
        folders.swap(new, home.data_docs)
    return _published(home, len(due))


class _new_folder:
    """A folder beside another, to be put in its place; gone again if that did not happen."""

    def __init__(self, folder: Path) -> None:
        self.new = folder.with_name(f".{folder.name}-{os.getpid()}")

    def __enter__(self) -> Path:
        shutil.rmtree(self.new, ignore_errors=True)
        self.new.mkdir(parents=True)
        return self.new

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.new, ignore_errors=True)


def _states(connection: DuckDBPyConnection) -> dict[str, str]:
    """What the returns of each campaign are judged from, by campaign."""
    states = parts.states(connection)
    rows = connection.execute(
        "SELECT DISTINCT campaign_id FROM core.snapshot_current WHERE dataset = 'province_progress' ORDER BY ALL"
    ).fetchall()
    return {campaign: states[campaign] for (campaign,) in rows}


def _judge(due: list[Return], expected: tuple[Suite, ...], new: Path) -> dict[str, dict[str, Any]]:
    """Judge returns and write their pages; what is to be remembered of each, by name."""
    judge: validation.Judge | None = None
    if due or not (new / "expectations").exists():
        judge = validation.Judge(expected)
        for table, (_, suite) in judge.suites.items():
            _write(new / site.suite_path(table), site.expectations_page(suite))
    return {snapshot.snapshot_id: _judged(snapshot, judge, new) for snapshot in due if judge}


def _judged(snapshot: Return, judge: validation.Judge, new: Path) -> dict[str, Any]:
    found = {}
    for table, result in judge.judged(snapshot).items():
        title = f"{snapshot.as_of} / {snapshot.snapshot_id} / {table}"
        # Pages first: rendering changes what it renders.
        text = json.dumps(result.to_json_dict(), ensure_ascii=False, sort_keys=True)
        page = site.result_path(table, snapshot.campaign_id, snapshot.snapshot_id, snapshot.as_of.isoformat())
        _write((new / page).with_suffix(".json"), text)
        broken = validation.broken(result)
        _write(new / page, site.result_page(result, title, broken))
        severities = {b["severity"] for b in broken}
        outcome = "error" if "error" in severities else "warning" if broken else "holds"
        rules = sorted({b["rule"] for b in broken})
        found[table] = {"outcome": outcome, "rules": rules, "page": page}
    identity = {
        "snapshot_id": snapshot.snapshot_id,
        "campaign_id": snapshot.campaign_id,
        "as_of": snapshot.as_of.isoformat(),
    }
    return {**identity, "revision": snapshot.revision, "digest": snapshot.digest, "tables": found}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _take_over(old: Path, new: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    """The pages that stand, as links to the same files where that can be: nothing writes into a file that is there."""
    results = [old / table["page"] for entry in entries for table in entry["tables"].values()]
    pages = [*results, *(page.with_suffix(".json") for page in results)]
    if pages:
        pages += (old / "expectations").rglob("*.html")
    for page in pages:
        target = new / page.relative_to(old)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(page, target)
        except OSError:  # not every filesystem has them
            shutil.copyfile(page, target)


def _known(folder: Path, maker: str) -> tuple[dict[str, dict[str, Any]], dict[str, str], dict[str, str]]:
    """Return what was judged before by the same expectations, as far as its pages are there.

    With it the digests of the returns that were left out, and the states of campaigns. A campaign of which a page is
    missing has no state, so that its returns are looked at again.
    """
    try:
        record = json.loads(_text(folder / LEDGER) or "{}")
        if record.get("maker") != maker:
            return {}, {}, {}
        entries: dict[str, dict[str, Any]] = record["returns"]
        there = {n: e for n, e in entries.items() if all((folder / t["page"]).exists() for t in e["tables"].values())}
        missing = {entry["campaign_id"] for name, entry in entries.items() if name not in there}
        return (
            there,
            dict(record["left"]),
            {name: state for name, state in record["campaigns"].items() if name not in missing},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}, {}, {}


def _maker(expected: tuple[Suite, ...], version: str) -> str:
    """A short name of all that a page is made by: expectations, templates, this code, Great Expectations."""
    texts = [json.dumps([e.plain() for e in suite.expectations], sort_keys=True, default=str) for suite in expected]
    texts += [page.read_text(encoding="utf-8") for page in sorted(site.PAGES.iterdir())]
    texts += [Path(module.__file__ or "").read_text(encoding="utf-8") for module in (site, validation)]
    return _digest(version, *texts)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _aside(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    rows = connection.execute(_ASIDE, [SET_ASIDE]).fetchall()
    return [dict(zip(("snapshot_id", "verdict", "as_of", "rules"), row, strict=True)) for row in rows]


def _counting(connection: DuckDBPyConnection) -> int:
    ((counting,),) = connection.execute(
        "SELECT count(*) FROM core.snapshot_current WHERE dataset = 'province_progress'"
    ).fetchall()
    return int(counting)


def _published(home: Home, judged: int) -> Published:
    """What stands there now, by its own ledger."""
    entries = list(json.loads(_text(home.data_docs / LEDGER))["returns"].values())
    counts = dict.fromkeys(("holds", "warning", "error"), 0)
    for entry in entries:
        outcomes = [table["outcome"] for table in entry["tables"].values()]
        counts[next(o for o in ("error", "warning", "holds") if o in outcomes)] += 1
    lines = ["| as of | return | outcome |", "| --- | --- | --- |"]
    for entry in entries[:10]:
        broken = {rule: None for table in entry["tables"].values() for rule in table["rules"]}
        lines.append(f"| {entry['as_of']} | `{entry['snapshot_id']}` | {', '.join(broken) or 'holds'} |")
    page = home.data_docs / "index.html"
    return Published(page, "\n".join(lines), {"returns": len(entries), "judged": judged, **counts}, changed=judged > 0)
