"""A contract with a rule of every class of the vocabulary, and with fields of every kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

import khrop
from khrop.model.document_rules import Judged
from khrop.model.rule import Params
from khrop.vocabulary import (
    AddsUp,
    ByGroup,
    ConservesRows,
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
from khrop.vocabulary.claims import Equals, NotAfter, OnWeekday, RestOfHundred, RoundedPercent, Said, SameFigure, SumOf


class Grants(pa.DataFrameModel):
    """A row a grant of a quarter, and one for all grants of its office."""

    quarter: Series[str] = pa.Field(str_matches=r"^256[3-9]-[1-4]$")
    line: Series[int]
    office: Series[str] = pa.Field(isin=["north", "south", "east"])
    grant: Series[str] = pa.Field(str_length={"min_value": 1, "max_value": 12})
    asked: Series[float] = pa.Field(ge=0)
    paid: Series[float] = pa.Field(ge=0)
    held_back: Series[float] = pa.Field(ge=0)
    visits: Series[pd.Int64Dtype] = pa.Field(le=500)
    found_good: Series[pd.Int64Dtype]
    good_percent: Series[float] = pa.Field(ge=0, le=100)
    opened: Series[dt.date]
    closed: Series[dt.date] = pa.Field(nullable=True)
    final: Series[bool]
    remark: Series[str] = pa.Field(nullable=True)
    rate: Series[float] = pa.Field(gt=0, lt=1)

    __contract__ = khrop.ContractOptions(version="1.0.0", snapshot="quarter", key=("line",), params={"most": 600})

    @khrop.rule("visits-whole", columns=("visits", "found_good"))
    def visits_whole(cls, params: Params) -> WholeNumbers:
        """Visits are counted."""
        return WholeNumbers({"visits": 1, "found_good": 0})

    @khrop.rule("paid-out", columns=("asked", "paid", "held_back"))
    def paid_out(cls, params: Params) -> AddsUp:
        """paid + held back = asked."""
        return AddsUp(("paid", "held_back"), "asked")

    @khrop.rule("good-within", columns=("good_percent", "found_good", "visits"), skip_null=("found_good", "visits"))
    def good_within(cls, params: Params) -> RatioWithin:
        """The percent is that of the visits."""
        return RatioWithin("good_percent", "found_good", "visits")

    @khrop.rule(
        "good-rounded",
        severity="warning",
        columns=("good_percent", "found_good", "visits"),
        skip_null=("good_percent", "found_good", "visits"),
    )
    def good_rounded(cls, params: Params) -> RatioRounded:
        """The percent is rounded half up."""
        return RatioRounded("good_percent", "found_good", "visits")

    @khrop.rule("opened-before-closed", columns=("opened", "closed"), skip_null=("closed",))
    def opened_before_closed(cls, params: Params) -> nw.Expr:
        """A grant is opened before it is closed."""
        return nw.col("opened") <= nw.col("closed")

    @khrop.rule("final-or-small", columns=("final", "asked"))
    def final_or_small(cls, params: Params) -> nw.Expr:
        """What is not final is small."""
        return nw.col("final") | (nw.col("asked") < 4000)

    @khrop.rule("lines", scope="group", columns=("line",))
    def lines(cls, params: Params) -> LinearSequence:
        """Lines are numbered from 1."""
        return LinearSequence("line")

    @khrop.rule("one-row-a-grant", scope="group", columns=("office", "grant"))
    def one_row_a_grant(cls, params: Params) -> UniqueKey:
        """An office has a grant once."""
        return UniqueKey(("office", "grant"))

    @khrop.rule("offices-add-up", scope="group", columns=("asked", "office", "grant"))
    def offices_add_up(cls, params: Params) -> PartWhole:
        """An office's row “all” is the sum of its grants."""
        return PartWhole(("asked", "paid"), "grant", "all", by=("office",))

    @khrop.rule("office-not-too-large", scope="group", columns=("office", "visits"))
    def office_not_too_large(cls, params: Params) -> ByGroup:
        """An office has no more visits than it can make."""
        return ByGroup(("office",), {"made": ("sum", "visits")}, nw.col("made") <= params["most"])

    @khrop.rule("totals", scope="group", columns=("asked", "visits", "found_good"))
    def totals(cls, params: Params) -> SumsMatch:
        """The totals are the sums."""
        return SumsMatch(("asked", "visits", "found_good"), "foot_", ("found_good", "visits", "good_percent"))

    @khrop.rule("prose-same", scope="document")
    def prose_same(cls, params: Params) -> Mapping[str, Judged]:
        """The prose says the table's figures."""
        return {
            f"prose_{m}": SameFigure(f"prose_{m}", (f"foot_{m}",)) for m in ("visits", "found_good", "good_percent")
        }

    @khrop.rule("prose-adds-up", scope="document")
    def prose_adds_up(cls, params: Params) -> Mapping[str, Judged]:
        """Good and bad make all."""
        return {"prose_visits": SumOf("prose_visits", ("prose_found_good", "prose_found_bad"))}

    @khrop.rule("prose-hundred", scope="document")
    def prose_hundred(cls, params: Params) -> Mapping[str, Judged]:
        """Two percents make a hundred."""
        return {"prose_bad_percent": RestOfHundred("prose_bad_percent", "prose_good_percent")}

    @khrop.rule("prose-rounded", scope="document")
    def prose_rounded(cls, params: Params) -> Mapping[str, Judged]:
        """A percent in the prose is rounded."""
        return {"prose_bad_percent": RoundedPercent("prose_bad_percent", "prose_found_bad", "prose_visits")}

    @khrop.rule("dated", scope="document")
    def dated(cls, params: Params) -> Mapping[str, Judged]:
        """The report has one date."""
        return {"dated": Said("dated", "dates")}

    @khrop.rule("not-after-received", scope="document")
    def not_after_received(cls, params: Params) -> Mapping[str, Judged]:
        """The report was not received before it was written."""
        return {"received": NotAfter("dated", "received")}

    @khrop.rule("weekday", scope="document")
    def weekday(cls, params: Params) -> Mapping[str, Judged]:
        """The weekday is the date's."""
        return {"dated": OnWeekday("dated", "weekday")}

    @khrop.rule("one-programme", scope="document")
    def one_programme(cls, params: Params) -> Mapping[str, Judged]:
        """It is of the one programme."""
        return {"programme": Equals("programme", "water")}

    @khrop.rule("visits-never-fewer", scope="reference", columns=("visits",))
    def visits_never_fewer(cls, params: Params) -> NotLessThan:
        """Visits are not unmade."""
        return NotLessThan("visits")

    @khrop.rule("asked-once", scope="reference", columns=("asked",))
    def asked_once(cls, params: Params) -> SameAs:
        """What is asked stays."""
        return SameAs("asked")

    @khrop.rule("good-with-visits", scope="reference", columns=("found_good",))
    def good_with_visits(cls, params: Params) -> nw.Expr:
        """No more than ten good visits are lost."""
        return nw.col("found_good") + 10 >= nw.col("previous_found_good")

    @khrop.rule("something-new", scope="reference", columns=("visits", "found_good"))
    def something_new(cls, params: Params) -> NotAllSame:
        """Some figure is new."""
        return NotAllSame(("visits", "found_good"))

    @khrop.rule("office-known", scope="reference", columns=("office",))
    def office_known(cls, params: Params) -> ForeignKey:
        """The office is one of the register's."""
        return ForeignKey(("office",), "offices", ("name",))

    @khrop.rule("no-row-lost", scope="reference", columns=("line",))
    def no_row_lost(cls, params: Params) -> ConservesRows:
        """All rows of the sheet are here or set aside."""
        return ConservesRows("sheet", ("set_aside",))
