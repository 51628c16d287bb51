"""A contract that uses every kind of rule that the library has: fields, the vocabulary, expressions of one's own.

Here belongs the contract alone. What it means, stated again in plain Python, is in `conformance_oracle`.
"""

from __future__ import annotations

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from khrop import ContractOptions, rule
from khrop.model.rule import Params
from khrop.vocabulary import (
    AddsUp,
    ByGroup,
    ConservesRows,
    ContainsExactly,
    ForeignKey,
    LinearSequence,
    NotAllSame,
    NotLessThan,
    PartWhole,
    RatioRounded,
    RatioWithin,
    SameAs,
    SumsMatch,
    UniqueKey,
    WholeNumbers,
)

FIGURES = ("budget", "spent", "left")


class Grant(pa.DataFrameModel):
    """A row a grant: what a district was given for it, what it spent, what is left."""

    code: Series[str] = pa.Field(unique=True, str_matches=r"[A-Z]\d+$")
    kind: Series[str] = pa.Field(nullable=True, isin=["whole", "road", "school"])
    district: Series[str] = pa.Field(nullable=True)
    ordinal: Series[pd.Int64Dtype] = pa.Field(nullable=True)
    budget: Series[pd.Int64Dtype] = pa.Field(ge=0)
    spent: Series[pd.Int64Dtype]
    left: Series[pd.Int64Dtype]
    share: Series[float] = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 100})
    open: Series[pd.BooleanDtype] = pa.Field(nullable=True)
    at: Series[pd.Timestamp] = pa.Field(nullable=True, ge=pd.Timestamp("2020-01-01 12:00"))
    ref: Series[str] = pa.Field(nullable=True, unique=True, str_matches=r"\w+$")

    __contract__ = ContractOptions(version="1.0.0", key=("code",), label="district", place="line")

    @rule("adds-up", columns=("spent", "left", "budget"))
    def adds_up(cls, params: Params) -> AddsUp:
        """spent + left = budget."""
        return AddsUp(("spent", "left"), "budget")

    @rule("adds-up-nearly", severity="warning", skip_null=FIGURES)
    def adds_up_nearly(cls, params: Params) -> AddsUp:
        """spent + left = budget, to within 1.5."""
        return AddsUp(("spent", "left"), "budget", tolerance=1.5)

    @rule("share-within", skip_null=("share", "spent", "budget"))
    def share_within(cls, params: Params) -> RatioWithin:
        """share is spent of budget, to within a hundredth."""
        return RatioWithin("share", "spent", "budget")

    @rule("share-rounded", severity="warning", skip_null=("share", "spent"))
    def share_rounded(cls, params: Params) -> RatioRounded:
        """share is spent of budget, half up."""
        return RatioRounded("share", "spent", "budget")

    @rule("small", severity="warning", skip_null=("left",))
    def small(cls, params: Params) -> WholeNumbers:
        """spent and left are whole and small."""
        return WholeNumbers({"spent": 0, "left": -5}, most=10**6)

    @rule("not-overspent", severity="warning", columns=("spent", "budget", "kind"))
    def not_overspent(cls, params: Params) -> nw.Expr:
        """spent is not more than the budget, but for a whole."""
        return (nw.col("spent") <= nw.col("budget")) | (nw.col("kind") == "whole")

    @rule("pace", severity="warning", skip_null=("spent", "left"))
    def pace(cls, params: Params) -> nw.Expr:
        """At most thrice as much is spent as is left."""
        return nw.col("spent") / nw.col("left") <= 3

    @rule("tenths", severity="warning", skip_null=("share",))
    def tenths(cls, params: Params) -> nw.Expr:
        """share in tenths, half up, is not more than the share."""
        return nw.col("share").round(1) <= nw.col("share")

    @rule("open-has-left", skip_null=("open", "left"))
    def open_has_left(cls, params: Params) -> nw.Expr:
        """What is open has something left."""
        return ~nw.col("open") | (nw.col("left") > 0)

    @rule("weighed", severity="warning", skip_null=FIGURES)
    def weighed(cls, params: Params) -> nw.Expr:
        """Products and sums that leave 64 bits long before their columns do."""
        return nw.col("spent") * 2 + nw.col("left") * 3 >= nw.col("budget") * nw.col("budget") - nw.col("spent")

    @rule("short-name", severity="warning", skip_null=("district",))
    def short_name(cls, params: Params) -> nw.Expr:
        """A district's name is of at most seven characters and does not start with “อ.”."""
        return (nw.col("district").str.len_chars() <= 7) & ~nw.col("district").str.starts_with("อ.")

    @rule("either", severity="warning", skip_null=("open", "left", "spent"))
    def either(cls, params: Params) -> nw.Expr:
        """What is open has something left, what is closed has something spent."""
        return nw.when(nw.col("open")).then(nw.col("left")).otherwise(nw.col("spent")) > 0

    @rule("banded", severity="warning", skip_null=("left",))
    def banded(cls, params: Params) -> nw.Expr:
        """left, whatever its sign, lies in a band that is open above."""
        return (nw.col("left").abs() + 1).is_between(1, 8, closed="left")

    @rule("once", scope="group", severity="warning", columns=("district", "kind"))
    def once(cls, params: Params) -> UniqueKey:
        """No district has two grants of a kind."""
        return UniqueKey(("district", "kind"))

    @rule("numbered", scope="group", severity="warning", columns=("ordinal",))
    def numbered(cls, params: Params) -> LinearSequence:
        """Numbered from 1."""
        return LinearSequence("ordinal")

    @rule("all-codes", scope="group", severity="warning", columns=("code",))
    def all_codes(cls, params: Params) -> ContainsExactly:
        """A1 to A3, each once."""
        return ContainsExactly("code", ("A1", "A2", "A3"))

    @rule("totals", scope="group", columns=("budget", "spent"))
    def totals(cls, params: Params) -> SumsMatch:
        """What is claimed of the sums is so."""
        return SumsMatch(("budget", "spent"), "claimed_", ("spent", "budget", "share"))

    @rule("parts", scope="group", severity="warning", columns=("budget", "kind", "district"))
    def parts(cls, params: Params) -> PartWhole:
        """In each district the whole is the sum of its parts."""
        return PartWhole(("budget",), "kind", "whole", by=("district",))

    @rule("roads", scope="group", columns=("budget", "left", "kind"))
    def roads(cls, params: Params) -> PartWhole:
        """The whole is the sum of the roads, to within 2."""
        return PartWhole(("budget", "left"), "kind", "whole", part=("road",), tolerance=2)

    @rule("by-district", scope="group", columns=("district", "spent"))
    def by_district(cls, params: Params) -> ByGroup:
        """No district has spent too much."""
        figures = {"sum": ("sum", "spent"), "most": ("max", "left"), "kinds": ("different", "kind")}
        return ByGroup(
            ("district",), figures, (nw.col("sum") <= 10**6) & (nw.col("most") <= 10**6) & (nw.col("kinds") < 3)
        )

    @rule("at-once", scope="group", severity="warning", skip_null=("at",))
    def at_once(cls, params: Params) -> UniqueKey:
        """No two grants are made at one moment."""
        return UniqueKey(("at",))

    @rule("some-open", scope="group", severity="warning", columns=("open",))
    def some_open(cls, params: Params) -> ByGroup:
        """Something is open, and there are more rows than that."""
        return ByGroup(
            (),
            {"open": ("true", "open"), "rows": ("rows", "")},
            (nw.col("open") > 0) & (nw.col("open") < nw.col("rows")),
        )

    @rule("never-less", scope="reference", columns=("spent",))
    def never_less(cls, params: Params) -> NotLessThan:
        """spent is not less than before."""
        return NotLessThan("spent")

    @rule("same-budget", scope="reference", severity="warning", columns=("budget",))
    def same_budget(cls, params: Params) -> SameAs:
        """budget is as before."""
        return SameAs("budget")

    @rule("something-new", scope="reference", severity="warning", columns=("spent", "left"))
    def something_new(cls, params: Params) -> NotAllSame:
        """Not all is as before."""
        return NotAllSame(("spent", "left"))

    @rule("known-district", scope="reference", columns=("district",))
    def known_district(cls, params: Params) -> ForeignKey:
        """The district is known."""
        return ForeignKey(("district",), "districts", ("name",))

    @rule("none-lost", scope="reference")
    def none_lost(cls, params: Params) -> ConservesRows:
        """No row is lost."""
        return ConservesRows("source", ("rejected",))


class QuarterlyGrant(Grant):
    """The same, of many quarters: the quarter is the unit that holds or is set aside."""

    quarter: Series[str] | None

    __contract__ = ContractOptions(version="1.0.0", snapshot="quarter", key=("code",), label="district", place="line")
