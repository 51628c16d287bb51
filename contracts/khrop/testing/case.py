"""One case to put to the test: a frame, and all that is handed to `khrop.check` beside it.

Here belongs what a case is, and how rows that were drawn become frames of pandas. How they are drawn belongs in
`khrop.testing.holding`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khrop.engine.frames import kind_of

if TYPE_CHECKING:
    import pandas as pd

    from khrop.model.verdict import Verdict

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """What `khrop.check` is handed: `frame` and, where the contract asks for them, claims, document, the previous
    frame, references, parameters. All frames are of pandas; `converted` makes them another engine's.
    """

    contract: type
    frame: Any
    claims: tuple[Record, ...] = ()
    document: tuple[Record, ...] | None = None
    previous: Any = None
    references: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] | None = None

    def check(self, **more: Any) -> Verdict:
        """The verdict on it. Further arguments are those of `khrop.check`."""
        from khrop.engine.check import check

        given = ("claims", "document", "previous", "references", "params")
        return check(self.contract, self.frame, **{**{name: getattr(self, name) for name in given}, **more})

    def converted(self, to: Callable[[Any], Any]) -> Case:
        """The same case with each of its frames put through `to`, like `polars.from_pandas`."""
        previous = None if self.previous is None else to(self.previous)
        references = {name: to(frame) for name, frame in self.references.items()}
        return replace(self, frame=to(self.frame), previous=previous, references=references)


def framed(contract: type, rows: Sequence[Record], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a pandas frame with the contract's types, or, where a value does not fit, with pandas' own."""
    import pandas as pd

    types = {name: column.dtype for name, column in contract.to_schema().columns.items()}  # type: ignore[attr-defined]
    return pd.DataFrame(
        {name: _series([row.get(name) for row in rows], types.get(name)) for name in columns},
        columns=list(columns),
    )


def _series(values: list[Any], of: Any) -> pd.Series[Any]:
    import pandas as pd

    kind, dtype = kind_of(of), getattr(of, "type", None)
    if str(of).lower().startswith("decimal"):
        return pd.Series([None if v is None else Decimal(str(v)) for v in values], dtype=object)
    if kind == "date" and not str(of).startswith("datetime"):
        return pd.Series(values, dtype=object)
    if values and (kind == "text" and not isinstance(dtype, pd.api.extensions.ExtensionDtype)):
        # Told a text type, pandas 2 would print a None.
        return pd.Series(values)
    if kind == "boolean" and None in values and not isinstance(dtype, pd.api.extensions.ExtensionDtype):
        return pd.Series(values, dtype=object)
    try:
        return pd.Series([_moment(v) for v in values] if kind == "date" else values, dtype=dtype)
    except (TypeError, ValueError, OverflowError):
        return pd.Series(values)


def _moment(value: Any) -> Any:
    import pandas as pd

    return pd.Timestamp(value) if isinstance(value, date) else value
