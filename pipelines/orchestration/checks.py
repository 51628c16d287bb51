"""Asset checks: one a rule id of a dataset, which never block, and the two of conservation, which block the marts.

Here belongs how the present state shows in Dagster. What the state is belongs in `pipelines.monitoring.health`.
"""

from collections.abc import Iterable, Iterator, Sequence

import dagster as dg

from khrop.engine.compiled import built_rules
from pipelines.datasets.dataset import Dataset, DatasetFault
from pipelines.decisions.model import GUARD, MENDED
from pipelines.intake.judging import READABLE
from pipelines.monitoring.health import Broken, Troubles, severities

ASSET = "intake"
SHOWN = 5
ON_TIME = "returns_on_time"
USABLE = "datasets_usable"
CONSERVATION = {
    "returns": "archived = accepted + unchanged + quarantined + unreadable + withdrawn + opened",
    "rows": "rows read = rows loaded + rows set aside (+ rows of unchanged returns)",
}
SEVERITIES = {"error": dg.AssetCheckSeverity.ERROR, "warning": dg.AssetCheckSeverity.WARN}
SHARED = {
    READABLE: "A table can be read from the document.",
    "columns": "The columns that the contract requires are there.",
    GUARD: "What was corrected or accepted still stands in the document as it did.",
    MENDED: "The publisher has sent nothing anew that a person had corrected.",
}


def check_name(rule_id: str) -> str:
    """Return the rule's id as Dagster takes it; the id itself stands in the check's metadata."""
    return rule_id.replace("-", "_")


def specs(datasets: Iterable[Dataset]) -> list[dg.AssetCheckSpec]:
    """Return all checks of intake and of the datasets, in the order of their contracts."""
    blocking = [
        dg.AssetCheckSpec(f"{name}_conserved", asset=ASSET, blocking=True, description=f"Nothing is dropped: {text}.")
        for name, text in CONSERVATION.items()
    ]
    rules = [spec for dataset in (None, *datasets) for spec in _rules(dataset)]
    on_time = dg.AssetCheckSpec(ON_TIME, asset=ASSET, description="No open campaign waits for an overdue return.")
    usable = dg.AssetCheckSpec(USABLE, asset=ASSET, description="Every folder under `datasets/` holds a dataset.")
    return [*blocking, *rules, on_time, usable]


def _rules(dataset: Dataset | None) -> Iterator[dg.AssetCheckSpec]:
    own = [one.rule for one in built_rules(dataset.contract, None)] if dataset else []
    summaries = {**SHARED, **{rule.id: rule.summary for rule in reversed(own)}}
    for rule_id, severity in severities(dataset).items():
        yield dg.AssetCheckSpec(
            check_name(rule_id),
            asset=dataset.name if dataset else ASSET,
            description=summaries[rule_id],
            metadata={"rule": rule_id, "severity": severity},
        )


def results(found: Troubles, faults: Sequence[DatasetFault] = ()) -> Iterator[dg.AssetCheckResult]:
    """Yield the state as check results; those that may block come last, so that all others are recorded.

    Args:
        found: What is wrong now.
        faults: Why folders of the home's datasets cannot be used.
    """
    for broken in found.rules:
        yield _rule(broken)
    late = [f"{o.campaign_id}: due {o.due}, last as-of {o.last_as_of or 'none'}" for o in found.overdue]
    yield dg.AssetCheckResult(
        asset_key=ASSET,
        check_name=ON_TIME,
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(late) or None,
        metadata={"overdue": len(late)},
    )
    yield dg.AssetCheckResult(
        asset_key=ASSET,
        check_name=USABLE,
        passed=not faults,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(map(str, faults)) or None,
        metadata={"faults": len(faults)},
    )
    for kept in found.conservation:
        yield dg.AssetCheckResult(
            asset_key=ASSET,
            check_name=f"{kept.name}_conserved",
            passed=kept.kept,
            severity=dg.AssetCheckSeverity.ERROR,
            description=None if kept.kept else f"{kept.counted} came in, {kept.accounted} are accounted for",
            metadata={"counted": kept.counted, "accounted": kept.accounted, **dict(kept.detail)},
        )


def _rule(broken: Broken) -> dg.AssetCheckResult:
    lines = [f"| `{name}` | {_cell(place)} | {_cell(text)} |" for name, place, text in broken.firsts[:SHOWN]]
    table = "\n".join(["| return | place | what |", "| --- | --- | --- |", *lines])
    return dg.AssetCheckResult(
        asset_key=broken.dataset or ASSET,
        check_name=check_name(broken.rule_id),
        passed=not broken.violations,
        severity=SEVERITIES[broken.severity],
        description=f"{broken.violations} in {len(broken.firsts)} return(s)" if broken.violations else None,
        metadata={
            "rule": broken.rule_id,
            "violations": broken.violations,
            "returns": len(broken.firsts),
            **({"sample": dg.MetadataValue.md(table)} if lines else {}),
        },
    )


def _cell(text: str) -> str:
    """Text of a document within a Markdown table: it may not open a column or a tag."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
