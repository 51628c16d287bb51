"""Great Expectations at work: suites as its own, and a return's frames judged by them. Imported by this step alone.

Importing it costs seconds, so nothing here is imported at the top of another module. It is set to ask nothing of the
network, and what it prints goes nowhere.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from pipelines.datasets.province_progress.data_docs.batches import Return, with_derived
from pipelines.datasets.province_progress.data_docs.mart_suites import Suite

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.expectations.expectation import Expectation as Theirs

SEVERITIES = {"error": "critical", "warning": "warning"}
NAMED_BY = "province_code"
"""By this a row that does not meet an expectation is named."""
CLOCKED = ("batch_markers", "validation_time")
"""What Great Expectations notes of the clock and of memory; the same return must come to the same page."""


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Without network, progress bars, warnings and words on the terminal."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    output = io.StringIO()
    log = logging.getLogger("great_expectations")
    level = log.level
    with warnings.catch_warnings(), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        warnings.simplefilter("ignore")
        log.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            log.setLevel(level)


def suite_of(suite: Suite) -> ExpectationSuite:
    """A suite as Great Expectations has it: each expectation with its rule, severity and words."""
    from great_expectations import ExpectationSuite

    made = [_expectation(e) for e in suite.expectations]
    return ExpectationSuite(name=suite.table, expectations=made, meta={"table": suite.table})


def _expectation(expected: Any) -> Theirs:
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

    kept = {name: getattr(expected, name) for name in ("rule", "scope", "severity", "means")}
    return get_expectation_impl(expected.kind)(
        **expected.kwargs,
        severity=FailureSeverity(SEVERITIES[expected.severity]),
        notes=[f"**{expected.rule}** ({expected.scope}, {expected.severity}): {expected.means}", expected.th],
        meta={**kept, "message_th": expected.th, "message_en": expected.en},
    )


class Judge:
    """Judges frames by suites through Great Expectations' pandas data source, in a context that nothing is kept in."""

    def __init__(self, suites: tuple[Suite, ...]) -> None:
        """Prepare a context of Great Expectations in memory for some suites."""
        import great_expectations as gx

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
        source = context.data_sources.add_pandas("warehouse")
        self.suites = {suite.table: (suite, suite_of(suite)) for suite in suites}
        self._batches = {
            suite.table: source.add_dataframe_asset(suite.table).add_batch_definition_whole_dataframe("one return")
            for suite in suites
        }

    def judge(
        self, table: str, frame: pd.DataFrame, parameters: Mapping[str, float]
    ) -> ExpectationSuiteValidationResult:
        """One table's rows of a return. RuntimeError where an expectation could not be judged: a fault of ours."""
        suite, theirs = self.suites[table]
        batch = self._batches[table].get_batch({"dataframe": with_derived(frame, suite)})
        # Complete, since otherwise the pages name no row; a return has 76.
        form: dict[str, Any] = {"result_format": "COMPLETE", "include_unexpected_rows": False}
        if NAMED_BY in frame.columns:
            form["unexpected_index_column_names"] = [NAMED_BY]
        result = batch.validate(theirs, expectation_parameters=dict(parameters), result_format=form)
        for outcome in result.results:
            info = outcome.exception_info or {}
            if info.get("raised_exception", True):
                raise RuntimeError(f"{table}: {outcome.expectation_config.type} could not be judged: {info}")  # type: ignore[union-attr]
            outcome.result = _plain(outcome.result)
        for name in CLOCKED:
            result.meta.pop(name, None)  # type: ignore[misc]
        return result

    def judged(self, snapshot: Return) -> dict[str, ExpectationSuiteValidationResult]:
        """A return's results by table, named after it: the run's time is its as-of date, never the clock."""
        from great_expectations.core.id_dict import BatchSpec
        from great_expectations.core.run_identifier import RunIdentifier

        results = {}
        for table in self.suites:
            result = self.judge(table, snapshot.frames[table], snapshot.parameters)
            moment = datetime.combine(snapshot.as_of, time(), UTC)
            result.meta["batch_spec"] = BatchSpec(data_asset_name=table)
            result.meta["run_id"] = RunIdentifier(run_name=snapshot.snapshot_id, run_time=moment)
            results[table] = result
        return results


def broken(result: ExpectationSuiteValidationResult) -> list[dict[str, Any]]:
    """The expectations that a batch does not meet, errors first: rule, severity, words, and how many rows."""
    found = []
    for outcome in result.results:
        config = outcome.expectation_config
        if not outcome.success and config is not None:
            meta = config.meta or {}
            texts = {name: meta[name] for name in ("rule", "severity", "means", "message_th")}
            found.append({**texts, "expectation": config.type, "rows": (outcome.result or {}).get("unexpected_count")})
    return sorted(found, key=lambda f: (f["severity"], f["rule"], f["expectation"]))


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's: their own way to print themselves is not for pages."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(item) for item in value)
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value
