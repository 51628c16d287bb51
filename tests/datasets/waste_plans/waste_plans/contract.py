"""The contract of the waste plans: three parts of a whole, and the percent of one of them."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from khrop import ContractOptions, rule
from khrop.claims import SameFigure
from khrop.vocabulary import AddsUp, LinearSequence, NotLessThan, RatioRounded, RatioWithin, SumsMatch, UniqueKey

PARTS = ("approved", "in_review", "not_sent")
COUNTS = ("plans_total", *PARTS)


class WastePlans(pa.DataFrameModel):
    """A row a district: its waste plans, approved, in review, not sent."""

    ordinal: Series[pd.Int64Dtype] = pa.Field(nullable=True, coerce=True)
    district: Series[str] = pa.Field(coerce=True)
    plans_total: Series[pd.Int64Dtype] = pa.Field(ge=1, coerce=True)
    approved: Series[pd.Int64Dtype] = pa.Field(ge=0, coerce=True)
    in_review: Series[pd.Int64Dtype] = pa.Field(ge=0, coerce=True)
    not_sent: Series[pd.Int64Dtype] = pa.Field(ge=0, coerce=True)
    approved_percent: Series[float] = pa.Field(coerce=True)
    updated_on: Series[pa.DateTime] | None = pa.Field(nullable=True, coerce=True)
    tonnes: Series[float] = pa.Field(ge=0, coerce=True)

    __contract__ = ContractOptions(version="0.1.0", title_en="Waste plans by district", key=("district",))

    @rule("parts-add-up", columns=COUNTS, skip_null=COUNTS)
    def parts_add_up(cls, params) -> AddsUp:
        """approved + in review + not sent = plans."""
        return AddsUp(PARTS, "plans_total")

    @rule("percent-within", columns=("approved_percent", "approved", "plans_total"))
    def percent_within(cls, params) -> RatioWithin:
        """The percent is that of the approved plans."""
        return RatioWithin("approved_percent", "approved", "plans_total")

    @rule("percent-rounded", severity="warning", columns=("approved_percent", "approved", "plans_total"))
    def percent_rounded(cls, params) -> RatioRounded:
        """The percent is rounded half up."""
        return RatioRounded("approved_percent", "approved", "plans_total")

    @rule("districts-once", scope="group", columns=("district",))
    def districts_once(cls, params) -> UniqueKey:
        """No district stands twice."""
        return UniqueKey(("district",))

    @rule("numbered", scope="group", severity="warning", columns=("ordinal",))
    def numbered(cls, params) -> LinearSequence:
        """The rows are numbered from 1."""
        return LinearSequence("ordinal")

    @rule("totals-match", scope="group", columns=COUNTS, needs=tuple(f"table_total_{c}" for c in COUNTS))
    def totals_match(cls, params) -> SumsMatch:
        """Each grand total is the sum of its column."""
        return SumsMatch(COUNTS, "table_total_")

    @rule("claims-match", scope="document", severity="warning")
    def claims_match(cls, params):
        """Each figure in the prose is the table's."""
        return {f"prose_{c}": SameFigure(f"prose_{c}", (f"table_total_{c}", f"rows_{c}")) for c in COUNTS[:2]}

    @rule("approved-never-decreases", scope="reference", severity="warning", columns=("approved",))
    def approved_never_decreases(cls, params) -> NotLessThan:
        """What was approved stays approved."""
        return NotLessThan("approved")
