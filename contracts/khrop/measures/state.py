"""The state of a part of a table: what is kept of each rule, and of which contract, rows and snapshots.

Here belongs the state and its form as JSON. What is kept of a rule is in `khrop.measures.results`, how it is measured
in `khrop.measures.measuring`, how it is judged in `khrop.measures.judge_state`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from typing import Any

from khrop.engine.naming import Fault
from khrop.measures._digest import digest_of
from khrop.measures.result_text import read_result, written_result
from khrop.measures.results import Result
from khrop.model.rule import options_of
from khrop.model.terminal_text import plural

FORM = 1
"""The version of the form; a reader refuses a later one."""


@dataclass(frozen=True)
class State:
    """What `khrop.measure` keeps of a part, or `khrop.merge` of several.

    Attributes:
        contract: The contract.
        params: The parameters that replace the contract's own.
        digest: A digest of the contract's rules, columns and parameters.
        rows: The number of rows.
        snapshots: The names of the snapshots; empty where the frame has no column for them.
        by_snapshot: Whether the frame has a column of snapshots.
        complete: Whether no snapshot stands in two parts.
        has_place: Whether the frame has the contract's column of places.
        columns: What the frame's columns hold, of those that rules read: `integer`, `float`, `Date`, …
        faults: The columns that are absent or of the wrong type.
        results: What is kept of each rule about rows, groups and references; None where a column is absent or of the
            wrong type.
        limit: The most violations that are kept for each rule; None for all.
        most: The most groups that are kept for each rule.
        renamed: Other names of columns, under which Spark reads the frame, in pairs.
    """

    contract: type
    params: Mapping[str, Any]
    digest: str
    rows: int
    snapshots: tuple[str, ...]
    by_snapshot: bool
    complete: bool
    has_place: bool
    columns: Mapping[str, str]
    faults: tuple[Fault, ...]
    results: tuple[Result | None, ...]
    limit: int | None
    most: int
    renamed: tuple[tuple[str, str], ...] = field(default=())

    def to_json(self) -> str:
        """Return the state as JSON, exactly: integers of any size, decimals, dates and moments.

        Returns:
            One line of text.
        """
        numbers = {name: n for n, name in enumerate(self.snapshots)}
        content = {
            "khrop_state": FORM,
            "contract": self.contract.__name__,
            "version": options_of(self.contract).version,
            "digest": self.digest,
            "rows": self.rows,
            "limit": self.limit,
            "most": self.most,
            "by_snapshot": self.by_snapshot,
            "complete": self.complete,
            "has_place": self.has_place,
            "columns": self.columns,
            "renamed": self.renamed,
            "snapshots": self.snapshots,
            "faults": [astuple(fault) for fault in self.faults],
            "results": [written_result(result, numbers) for result in self.results],
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    @staticmethod
    def from_json(text: str | bytes, contract: type, params: Mapping[str, Any] | None = None) -> State:
        """Read a state.

        Args:
            text: What `to_json` returned.
            contract: The contract that it was measured with.
            params: The parameters that it was measured with.

        Returns:
            The state.

        Raises:
            ValueError: The text is no state, of a later form, or of another contract or other parameters.
        """
        content = json.loads(text)
        form = content.get("khrop_state") if isinstance(content, dict) else None
        if not isinstance(form, int):
            raise ValueError("this is not a state of khrop.measure")
        if form > FORM:
            raise ValueError(f"this state has form {form}; this version of khrop reads up to {FORM}")
        stated, expected = (
            (content["contract"], content["version"]),
            (contract.__name__, options_of(contract).version),
        )
        if stated != expected:
            raise ValueError(f"this state is of {' '.join(stated)}, not of {' '.join(expected)}")
        if content["digest"] != digest_of(contract, params):
            raise ValueError(f"this state is of {' '.join(stated)} with other rules, columns or parameters")
        names = content["snapshots"]
        return State(
            contract, dict(params or {}), content["digest"], content["rows"], tuple(names), content["by_snapshot"],
            content["complete"], content["has_place"], content["columns"], tuple(Fault(*f) for f in content["faults"]),
            tuple(read_result(result, names) for result in content["results"]), content["limit"], content["most"],
            tuple((name, other) for name, other in content["renamed"]),
        )  # fmt: skip

    def __repr__(self) -> str:
        """Return the contract and what was measured."""
        options = getattr(self.contract, "__contract__", None)
        version = f" {options.version}" if options else ""
        snapshots = f", {plural(len(self.snapshots), 'snapshot')}" if self.by_snapshot else ""
        return f"<State of {self.contract.__name__}{version}: {plural(self.rows, 'row')}{snapshots}>"
