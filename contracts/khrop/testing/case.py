"""One test case: a frame, and all that is passed to `khrop.check` beside it.

Here belongs what a case is, and how rows that were drawn become frames of pandas. How they are drawn belongs in
`khrop.testing.snapshots`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khrop.engine.compiling.declared import MOMENTS, kind_of

if TYPE_CHECKING:
    import pandas as pd

    from khrop.model.verdict import Verdict

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A frame with what is passed to `khrop.check` beside it, where the contract asks for it.

    All frames are of pandas; `converted` makes them another engine's.

    Attributes:
        contract: The contract.
        frame: The frame.
        claims: The claims of the documents.
        document: The facts of the documents, a mapping each; None where the contract asks for none.
        previous: The previous frame; None where the contract asks for none.
        references: The other frames by name.
        params: Parameters that replace the contract's own.
    """

    contract: type
    frame: Any
    claims: tuple[Record, ...] = ()
    document: tuple[Record, ...] | None = None
    previous: Any = None
    references: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] | None = None

    def check(self, **more: Any) -> Verdict:
        """Check the case.

        Args:
            more: Arguments of `khrop.check`, which replace those of the case.

        Returns:
            The verdict.
        """
        from khrop.engine.check import check

        arguments = ("claims", "document", "previous", "references", "params")
        return check(self.contract, self.frame, **{**{name: getattr(self, name) for name in arguments}, **more})

    def converted(self, to: Callable[[Any], Any]) -> Case:
        """Convert each frame of the case.

        Args:
            to: A function of a pandas frame, like `polars.from_pandas`.

        Returns:
            The case with the frames that the function returned.
        """
        previous = None if self.previous is None else to(self.previous)
        references = {name: to(frame) for name, frame in self.references.items()}
        return replace(self, frame=to(self.frame), previous=previous, references=references)


def framed(contract: type, rows: Sequence[Record], columns: Sequence[str]) -> pd.DataFrame:
    """Make a pandas frame of rows.

    Args:
        contract: The contract.
        rows: Rows as mappings from column to plain value.
        columns: The columns of the frame.

    Returns:
        A frame with the contract's types, or, where a value does not fit, with pandas' own.
    """
    import pandas as pd

    types = {name: column.dtype for name, column in contract.to_schema().columns.items()}  # type: ignore[attr-defined]
    return pd.DataFrame(
        {name: _series([row.get(name) for row in rows], types.get(name)) for name in columns},
        columns=list(columns),
    )


def _series(values: list[Any], column_dtype: Any) -> pd.Series[Any]:
    import pandas as pd

    kind, pandas_dtype = kind_of(column_dtype), getattr(column_dtype, "type", None)
    if str(column_dtype).lower().startswith("decimal"):
        return pd.Series([None if v is None else Decimal(str(v)) for v in values], dtype=object)
    if kind == "date":
        return pd.Series(values, dtype=object)
    if values and (kind == "text" and not isinstance(pandas_dtype, pd.api.extensions.ExtensionDtype)):
        # With a text type, pandas 2 would print a None.
        return pd.Series(values)
    if kind == "boolean" and None in values and not isinstance(pandas_dtype, pd.api.extensions.ExtensionDtype):
        return pd.Series(values, dtype=object)
    try:
        return pd.Series([_moment(v) for v in values] if kind in MOMENTS else values, dtype=pandas_dtype)
    except (TypeError, ValueError, OverflowError):
        return pd.Series(values)


def _moment(value: Any) -> Any:
    import pandas as pd

    return pd.Timestamp(value) if isinstance(value, date) else value
