"""Bytes to a judgement: read, type, check against the dataset's contract. No Dagster here and no warehouse.

Many returns are judged in one go, because a contract checks a frame of many snapshots in one scan; each gets its
own verdict, and trouble in a document is a verdict on that document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from khrop.engine.check import check
from khrop.model.rule import Severity
from khrop.model.verdict import Verdict as Checked
from khrop.model.violation import Violation
from pipelines.campaigns import Campaign
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.folder_contract import PYTHON, at_fault
from pipelines.datasets.registry import installed
from pipelines.datasets.value_kinds import moment_key
from pipelines.decisions.model import after_decision, corrected, verdict_after
from pipelines.intake import words_beside
from pipelines.intake.cell_places import READABLE, at_the_cell, with_unreadable_cells
from pipelines.intake.containers import opened
from pipelines.intake.typed_rows import typed
from pipelines.readers import NeedsReadingByEye, RawTable, ReaderKilled, Unreadable, read
from pipelines.readers.document import SCAN
from pipelines.readers.mail import Opened, is_container
from pipelines.readers.other_forms import TAKEN
from pipelines.readers.table_form import TableForm, reading_for
from pipelines.returns import Judgement, Return, TypedReturn
from warehouse.verdicts import Verdict, by_violations

Read = tuple[Return, RawTable, TypedReturn]


def judge(
    returns: Iterable[tuple[Return, bytes | Unreadable]],
    campaigns: Mapping[str, Campaign],
    datasets: Mapping[str, Dataset] | None = None,
    killed: dict[str, ReaderKilled] | None = None,
) -> list[Judgement]:
    """Judge some returns, in their order, without comparing them with previous ones.

    Args:
        returns: The returns with their bytes, or with the reason why there are none.
        campaigns: All campaigns by id.
        datasets: All datasets by name; those of installed distributions where none are given.
        killed: Receives the returns that are not judged, as the process that read them was killed, with the reasons.

    Returns:
        A judgement for each that was judged.

    Raises:
        ReaderKilled: Where that process was killed and `killed` is None.
    """
    datasets = installed() if datasets is None else datasets
    order: list[str] = []
    guards: dict[str, list[Violation]] = {}
    judgements: dict[str, Judgement] = {}
    to_check: dict[tuple[str, str | None], list[Read]] = {}
    for judged, data in returns:
        name = judged.snapshot_id
        order.append(name)
        try:
            if isinstance(data, Unreadable):
                raise data
            forms = forms_for(judged, campaigns, datasets)
            if is_container(data):
                judgements[name] = container(judged, opened(data, datasets))
                continue
            with reading_for(forms):
                table = read(data)
        except Unreadable as reason:
            judgements[name] = unreadable(judged, reason)
            continue
        except ReaderKilled as reason:
            if killed is None:
                raise
            killed[name] = reason
            continue
        content = typed(table, datasets[table.dataset], judged.hints, judged.received_at, campaigns)
        content.facts.update(words_beside.of_message(judged.beside, content.as_of))
        content.facts.update(words_beside.of_name(judged.name, content.facts))
        if judged.decision is not None and judged.decision.kind == "correct":
            content, guards[name] = corrected(content, table.rows, judged.decision)
        campaign_id = content.campaign.id if content.campaign else None
        to_check.setdefault((table.dataset, campaign_id), []).append((judged, table, content))
    for (dataset, campaign_id), group in to_check.items():
        params = campaigns[campaign_id].params_of(datasets[dataset].contract) if campaign_id else {}
        # Documents that lack a column are checked by themselves: a frame has one set of columns.
        for same in _by_columns(group):
            for checked, documents in _checked(datasets[dataset], same, params):
                if isinstance(checked, Unreadable):
                    judgements |= {judged.snapshot_id: unreadable(judged, checked) for judged, *_ in documents}
                    continue
                violations = checked.by_snapshot()
                for judged, table, content in documents:
                    violations_of = (*violations[judged.snapshot_id], *guards.get(judged.snapshot_id, ()))
                    violations_of = with_unreadable_cells(content, violations_of)
                    judgements[judged.snapshot_id] = _judged(judged, table, content, violations_of, checked)
    return [judgements[name] for name in order if name in judgements]


def forms_for(
    judged: Return, campaigns: Mapping[str, Campaign], datasets: Mapping[str, Dataset]
) -> tuple[TableForm, ...]:
    """Return the forms of tables that a return is read for: that of the campaign that the sender named, or all.

    Raises:
        Unreadable: Where the dataset of that campaign is not there, or cannot be used.
    """
    named = campaigns.get(judged.hints.campaign or "")
    if named and named.dataset not in datasets:
        raise Unreadable(
            f"the dataset {named.dataset} of the campaign {named.id} cannot be used: khrop status says why; mend it,"
            " then khrop recheck judges the return anew",
            f"ใช้ชุดข้อมูล {named.dataset} ของรายการ {named.id} ไม่ได้ คำสั่ง khrop status บอกสาเหตุ"
            " เมื่อแก้ไขแล้วให้ตรวจใหม่ด้วย khrop recheck",
            observed=named.dataset,
            expected=", ".join(datasets),
        )
    datasets_read = [datasets[named.dataset]] if named else datasets.values()
    return tuple(dataset.form for dataset in datasets_read)


def unreadable(judged: Return, reason: Unreadable) -> Judgement:
    """The judgement on a document that no table can be had from: unreadable, or set aside for a person to read."""
    violation = Violation(
        READABLE,
        "error",
        "document",
        "",
        reason.observed,
        reason.expected,
        reason.place,
        reason.th,
        reason.en,
    )
    by_eye = isinstance(reason, NeedsReadingByEye)
    verdict = verdict_after(judged.decision, Verdict.QUARANTINED if by_eye else Verdict.UNREADABLE)
    return Judgement(judged, None, verdict, None, judged.hints.as_of, [], [], [], (violation,), by_eye=by_eye)


def container(judged: Return, opened: Opened) -> Judgement:
    """Return the judgement on a zip or message: what was not taken out of it, by name.

    It has no rows, no campaign and no as-of date of its own.
    """
    severity: Severity = "warning" if opened.parts else "error"
    violations = [
        Violation(
            READABLE, severity, r.name, "", "", TAKEN, r.name,
            f"ไม่ได้นำ {r.name} เข้า: {r.th}", f"{r.name} was not taken: {r.en}",
        )
        for r in opened.refused
    ]  # fmt: skip
    if not opened.parts:
        th, en = "ไม่มีรายงานอยู่ข้างใน", "there is no return in it"
        violations.insert(0, Violation(READABLE, severity, "document", "", "", TAKEN, "", th, en))
    verdict = Verdict.OPENED if opened.parts else verdict_after(judged.decision, Verdict.UNREADABLE)
    return Judgement(
        judged, None, verdict, None, None, [], [], [], tuple(violations),
        parts=tuple(hashlib.sha256(part.data).hexdigest() for part in opened.parts), text=opened.text,
    )  # fmt: skip


def _by_columns(group: list[Read]) -> list[list[Read]]:
    kinds: dict[frozenset[str], list[Read]] = {}
    for item in group:
        kinds.setdefault(frozenset(item[1].columns), []).append(item)
    return list(kinds.values())


def _checked(
    dataset: Dataset, group: list[Read], params: Mapping[str, Any]
) -> Iterator[tuple[Checked | Unreadable, list[Read]]]:
    """Yield documents with the result of their contract.

    Where a contract of the home cannot be run on a document, the reason: its code is not ours, and what it raises is a
    verdict on that document alone.
    """
    try:
        yield _check(dataset, group, params), group
    except Exception as error:
        if dataset.name in installed():
            raise
        if len(group) > 1:
            for document in group:
                yield from _checked(dataset, [document], params)
            return
        place = at_fault(Path(dataset.source) / PYTHON, error)
        what = f"{type(error).__name__}: {' '.join(str(error).split())}"
        yield (
            Unreadable(
                f"the contract of the dataset {dataset.name} cannot be run on it ({place}): {what}; mend it, then khrop"
                " recheck judges the return anew",
                f"ใช้กฎของชุดข้อมูล {dataset.name} ตรวจไม่ได้ ({place}): {what} เมื่อแก้ไขแล้วให้ตรวจใหม่ด้วย khrop recheck",
                observed=what,
                expected="a contract that can be run on every return",
            ),
            group,
        )


def _check(dataset: Dataset, group: Sequence[Read], params: Mapping[str, Any]) -> Checked:
    claims: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    for judged, _, content in group:
        name = judged.snapshot_id
        documents.append({"snapshot_id": name, **content.facts, **_sums(dataset, content.rows)})
        claims += [
            {"snapshot_id": name, **claim._asdict()}
            for claim in content.claims
            if claim.source in ("table_total", "prose")
        ]
    rows = [(judged.snapshot_id, content.rows) for judged, _, content in group]
    return check(
        dataset.contract,
        frame(dataset, rows, set(group[0][1].columns)),
        claims=claims,
        document=documents,
        params=params,
        scopes=("row", "group", "document"),
        limit=None,  # each return gets all that is wrong with it
    )


def _sums(dataset: Dataset, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the rows add up to, for prose that no grand total stands beside; nothing where a cell was not read."""
    added = [name for name in dataset.measures if dataset.by_name[name].kind.name != "percent"]
    columns = {name: [row[name] for row in rows] for name in added}
    if any(value is None for values in columns.values() for value in values):
        return {}
    sums: dict[str, Any] = {f"rows_{name}": sum(values) for name, values in columns.items()}
    for percent, part, whole in dataset.form.ratios:
        if sums.get(f"rows_{whole}", 0) > 0:
            share = Decimal(100 * sums[f"rows_{part}"]) / sums[f"rows_{whole}"]
            sums[f"rows_{percent}"] = share.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return sums


def frame(
    dataset: Dataset, snapshots: Iterable[tuple[str, list[dict[str, Any]]]], headed: set[str] | None = None
) -> Any:
    """Return typed rows of some snapshots as the pandas frame that the contract checks.

    Columns that no heading named are not in it. Percents are floats of points, exact to the hundredth; dates have the
    hours that cells name.
    """
    import pandas as pd

    named_rows = [(name, row) for name, rows in snapshots for row in rows]
    columns: dict[str, Any] = {"snapshot_id": pd.array([name for name, _ in named_rows], dtype="str")}
    for column in dataset.columns:
        if headed is None or column.heading in headed:
            key = moment_key(column.name) if column.kind.stored_as == "date" else column.name
            columns[column.name] = column.kind.array([row.get(key, row.get(column.name)) for _, row in named_rows])
    columns["place"] = pd.array([row.get("place") for _, row in named_rows], dtype="str")
    for name in dataset.measures:
        printed = [row.get(f"{name}_printed") for _, row in named_rows]
        if any(value is not None for value in printed):
            columns[f"{name}_printed"] = pd.array(printed, dtype="str")
    return pd.DataFrame(columns)


def _judged(
    judged: Return, table: RawTable, content: TypedReturn, violations: tuple[Violation, ...], checked: Checked
) -> Judgement:
    violations = after_decision(judged.decision, content, violations)
    verdict = verdict_after(judged.decision, by_violations(v.severity for v in violations))
    printed = {row.place: row for row in table.rows}
    rows = {row["place"]: (printed[row["place"]], row) for row in content.rows if row["place"] in printed}
    return Judgement(
        judged,
        content.dataset,
        verdict,
        content.campaign.id if content.campaign else None,
        content.as_of,
        content.rows,
        table.cells,
        content.claims,
        tuple(placed for v in violations for placed in at_the_cell(v, table, rows, content.dataset)),
        tuple(n for n in checked.not_run if n.snapshot in ("", judged.snapshot_id)),
        by_eye=any((claim.source, claim.measure) == ("file", SCAN) for claim in content.claims),
        doubts=table.doubts,
        pictures=table.pictures,
    )
