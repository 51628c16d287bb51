"""Check a frame against a contract.

Here belongs the order of the work: rows and groups, then references, then the document. The work itself belongs in
`khrop.engine._run`; what a rule means belongs in its contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from khrop.engine._reference_rules import keys_there
from khrop.engine._run import Run
from khrop.engine._snapshots import group_snapshots, has_nameless
from khrop.engine.compiling.compiled import COLUMNS_RULE, built_rules
from khrop.engine.frames import engine_of
from khrop.engine.naming import drop_doubled_names
from khrop.engine.preparing import prepare
from khrop.engine.safe_names import columns_of_frame, names_to_change, rename_contract, rename_frame, rename_verdict
from khrop.model.facts import Facts, gather, to_records
from khrop.model.rule import Params, Rule, Scope, options_of
from khrop.model.verdict import Verdict

SCOPES: tuple[Scope, ...] = ("row", "group", "reference", "document")
"""All scopes, in the order in which rules are run."""
LIMIT = 1000
"""The most violations that are kept for each rule by default."""
PREVIOUS_FRAME = "previous"
"""The name of the previous return among the reference frames."""
AnyRun = TypeVar("AnyRun", bound=Run)


def check(
    contract: type,
    frame: Any,
    *,
    claims: Any = None,
    document: Any = None,
    previous: Any = None,
    references: Mapping[str, Any] | None = None,
    params: Params | None = None,
    scopes: tuple[Scope, ...] = SCOPES,
    limit: int | None = LIMIT,
) -> Verdict:
    """Check a frame against a contract.

    All frames are of the same engine: pandas, Polars (eager or lazy), pyarrow, DuckDB, Ibis or PySpark. Percents are
    points (3.72), dates are dates. A rule whose input is absent is not run and listed in `Verdict.not_run`.

    Args:
        contract: A Pandera model, with or without rules (`khrop.rule`).
        frame: The frame, shaped as the contract declares. It may hold several snapshots, named by the contract's
            snapshot column.
        claims: The document's claims, a frame or records: source, measure, value, place, and the snapshot's column
            where there are several.
        document: The document's facts, a frame or records, with the snapshot's column where there are several.
        previous: The frame to compare with, its rows under the name of the snapshot that they are compared with.
        references: Further frames, by the names that rules use for them.
        params: Parameters that replace the contract's own.
        scopes: The scopes of the rules to run.
        limit: The most violations to keep for each rule; None for all. Counts and status are exact whatever it is.

    Returns:
        The verdict.

    Raises:
        ValueError: A document or claim does not name its snapshot and there are several, or the contract does not
            declare the frame's engine.
        TypeError: The frame is not a frame of a known engine.
        RuleDefinitionError: A rule of the contract cannot be run as it is written.

    Example:
        >>> import pandas as pd
        >>> import pandera.pandas as pa
        >>> from pandera.typing import Series
        >>> import khrop
        >>> from khrop.vocabulary import AddsUp, SumsMatch
        >>> class Stock(pa.DataFrameModel):
        ...     item: Series[str]
        ...     received: Series[int] = pa.Field(ge=0)
        ...     sold: Series[int] = pa.Field(ge=0)
        ...     left: Series[int]
        ...
        ...     __contract__ = khrop.ContractOptions(version="1.0.0", key=("item",))
        ...
        ...     @khrop.rule("left-over")
        ...     def left_over(cls, params):
        ...         'What was sold and what is left add up to what was received.'
        ...         return AddsUp(("sold", "left"), "received")
        ...
        ...     @khrop.rule("totals-match", scope="group", needs=("table_total_sold",))
        ...     def totals_match(cls, params):
        ...         'The grand total is the sum of its column.'
        ...         return SumsMatch(("sold",), "table_total_")
        >>> frame = pd.DataFrame({"item": ["tea", "rice"], "received": [10, 5], "sold": [3, 1], "left": [7, 4]})
        >>> verdict = khrop.check(Stock, frame)
        >>> verdict.status, [(skipped.rule_id, skipped.reason) for skipped in verdict.not_run]
        ('accepted', [('totals-match', 'the document does not say table_total_sold')])
        >>> claims = [{"source": "table_total", "measure": "sold", "value": 5, "place": "foot"}]
        >>> verdict = khrop.check(Stock, frame, claims=claims)
        >>> verdict.status, list(verdict.violations["expected"])
        ('quarantined', ['4'])
    """
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise ValueError(f"scopes has {', '.join(map(repr, unknown))}; there are {', '.join(SCOPES)}")
    compared = [*(references or {}).values(), *([] if previous is None else [previous])]
    if names := names_to_change(frame, compared):
        others = {name: rename_frame(native, names) for name, native in (references or {}).items()}
        verdict = check(
            rename_contract(contract, tuple(names.items())), rename_frame(frame, names), claims=claims,
            document=document, previous=None if previous is None else rename_frame(previous, names),
            references=others, params=params, scopes=scopes, limit=limit,
        )  # fmt: skip
        return rename_verdict(verdict, columns_of_frame(frame), names)
    options = options_of(contract)
    document_records, claim_records = to_records(document), to_records(claims)
    rules = [built for built in built_rules(contract, params) if built.rule.scope in scopes]
    merged_params = {**(options.params or {}), **(params or {})}

    def judge_frame(nameless: bool | None) -> Run:
        run = start(contract, frame, [*document_records, *claim_records], Run, nameless)
        run.limit = limit
        run.facts = gather(lambda: run.by.snapshots, options.snapshot, document_records, claim_records, merged_params)
        if "row" in scopes:
            run.check_columns()
        run.run_frame_rules([built for built in rules if built.rule.scope in ("row", "group")])
        return run

    # On Spark, where each query is a job, the groups show whether rows have no snapshot.
    is_spark = engine_of(drop_doubled_names(frame)[0]) == "pyspark"
    run = judge_frame(False if is_spark else None)
    if is_spark and (has_nameless(run.frame, options) if run.nameless is None else run.nameless):
        run = judge_frame(True)
    others = {**(references or {}), **({} if previous is None else {PREVIOUS_FRAME: previous})}
    if reference_rules := [built for built in rules if built.rule.scope == "reference"]:
        frames = {
            name: prepare(contract, native, keys_there(reference_rules, name, contract))
            for name, native in others.items()
        }
        run.run_reference_rules(reference_rules, frames, frames.get(PREVIOUS_FRAME))
    if document_rules := [built for built in rules if built.rule.scope == "document"]:
        run.run_document_rules(document_rules)
    of_columns = [COLUMNS_RULE] if "row" in scopes else []
    return run.verdict([*of_columns, *(built.checked for built in rules)])


def holds(contract: type, rule: Rule, frame: Any) -> bool:
    """Check whether a frame passes a single row or group rule, for plain Pandera.

    Args:
        contract: The contract.
        rule: The rule.
        frame: The frame, of any engine.

    Returns:
        Whether the rule was run and has no violation.
    """
    run = start(contract, frame, [], Run)
    run.facts = Facts(params=dict(options_of(contract).params or {}))
    run.limit = 0
    run.run_frame_rules([built for built in built_rules(contract, None) if built.rule == rule])
    return not run.counts and not run.frame.missing(rule.columns)


def start(
    contract: type,
    native: Any,
    records: Sequence[Mapping[str, Any]],
    run: Callable[..., AnyRun],
    nameless: bool | None = None,
) -> AnyRun:
    """Prepare a frame, name its snapshots and start a run on it."""
    options = options_of(contract)
    frame = prepare(contract, native)
    if frame.engine not in options.engines:
        raise ValueError(f"{contract.__name__} is for {', '.join(options.engines)}; this frame is of {frame.engine}")
    frame, by, fetched = group_snapshots(frame, options, records, nameless)
    return run(contract, native, options, frame, by, fetched)
