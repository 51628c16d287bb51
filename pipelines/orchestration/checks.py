"""Asset checks: one for each rule of a dataset, which never block, and two of conservation, which block the marts.

Here belongs how Dagster shows the present state. What the state is belongs in `pipelines.monitoring.health`.
"""

from collections.abc import Iterable, Iterator, Sequence

import dagster as dg

from khrop.engine.compiling.compiled import built_rules
from khrop.model.terminal_text import markdown_text, printable
from pipelines.datasets.dataset import Dataset, DatasetFault
from pipelines.decisions.model import GUARD, MENDED
from pipelines.intake.cell_places import READABLE
from pipelines.monitoring.health import HealthReport, RuleViolations, severities

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
    "columns": "The document has the columns that the contract requires.",
    GUARD: "The document still has what was corrected or accepted.",
    MENDED: "The publisher has not sent a return again that a person had corrected.",
}


def check_name(rule_id: str) -> str:
    """Return a rule's id as a name that Dagster accepts; the id itself is in the check's metadata."""
    return rule_id.replace("-", "_")


def specs(datasets: Iterable[Dataset]) -> list[dg.AssetCheckSpec]:
    """Return the specs of all checks.

    Args:
        datasets: The datasets of the definitions.

    Returns:
        The blocking checks, those of the rules in the order of the contracts, then the others.
    """
    blocking = [
        dg.AssetCheckSpec(f"{name}_conserved", asset=ASSET, blocking=True, description=f"Nothing is dropped: {text}.")
        for name, text in CONSERVATION.items()
    ]
    rules = [spec for dataset in (None, *datasets) for spec in _rules(dataset)]
    on_time = dg.AssetCheckSpec(ON_TIME, asset=ASSET, description="No open campaign waits for an overdue return.")
    usable = dg.AssetCheckSpec(USABLE, asset=ASSET, description="Every folder under `datasets/` holds a dataset.")
    return [*blocking, *rules, on_time, usable]


def _rules(dataset: Dataset | None) -> Iterator[dg.AssetCheckSpec]:
    rules = [built.rule for built in built_rules(dataset.contract, None)] if dataset else []
    summaries = {**SHARED, **{rule.id: rule.summary for rule in reversed(rules)}}
    for rule_id, severity in severities(dataset).items():
        yield dg.AssetCheckSpec(
            check_name(rule_id),
            asset=dataset.name if dataset else ASSET,
            description=summaries[rule_id],
            metadata={"rule": rule_id, "severity": severity},
        )


def results(report: HealthReport, faults: Sequence[DatasetFault] = ()) -> Iterator[dg.AssetCheckResult]:
    """Yield the state as check results; those that may block come last, so that all others are recorded.

    Args:
        report: The present state.
        faults: Why folders of the home's datasets cannot be used.

    Yields:
        A result for each spec.
    """
    for rule in report.rules:
        yield _rule(rule)
    late = [f"{o.campaign_id}: due {o.due}, last as-of {o.last_as_of or 'none'}" for o in report.overdue]
    for name, counted, messages in ((ON_TIME, "overdue", late), (USABLE, "faults", list(map(str, faults)))):
        yield dg.AssetCheckResult(
            asset_key=ASSET,
            check_name=name,
            passed=not messages,
            severity=dg.AssetCheckSeverity.WARN,
            description=printable("; ".join(messages)) or None,
            metadata={counted: len(messages)},
        )
    for item in report.conservation:
        yield dg.AssetCheckResult(
            asset_key=ASSET,
            check_name=f"{item.name}_conserved",
            passed=item.holds,
            severity=dg.AssetCheckSeverity.ERROR,
            description=None if item.holds else f"{item.counted} came in, {item.accounted} are accounted for",
            metadata={"counted": item.counted, "accounted": item.accounted, **dict(item.detail)},
        )


def _rule(rule: RuleViolations) -> dg.AssetCheckResult:
    lines = [
        f"| `{name}` | {markdown_text(place)} | {markdown_text(text)} |" for name, place, text in rule.firsts[:SHOWN]
    ]
    table = "\n".join(["| return | place | what |", "| --- | --- | --- |", *lines])
    return dg.AssetCheckResult(
        asset_key=rule.dataset or ASSET,
        check_name=check_name(rule.rule_id),
        passed=not rule.violations,
        severity=SEVERITIES[rule.severity],
        description=f"{rule.violations} in {len(rule.firsts)} return(s)" if rule.violations else None,
        metadata={
            "rule": rule.rule_id,
            "violations": rule.violations,
            "returns": len(rule.firsts),
            **({"sample": dg.MetadataValue.md(table)} if lines else {}),
        },
    )
