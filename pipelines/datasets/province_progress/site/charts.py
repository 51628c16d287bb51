"""Progress through time against the straight line: Altair makes the chart, `chart_process` its SVG, once a campaign.

A campaign's provinces share axes and straight line, so theirs is one chart, rendered once with a line of two known
points, into which each line is put: 77 charts of a hundred returns cost 4 s rendered one by one and 0.1 s so. A test
holds charts filled in this way against the same ones rendered whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from pipelines.datasets.province_progress.progress import Campaign
from pipelines.publishing.column_names import Both
from pipelines.publishing.site.labels import SHORT_EN, SHORT_TH
from pipelines.publishing.site.palette import COLOURS

WIDTH, HEIGHT = 380, 190
BETWEEN = "¦"
"""Stands between the two languages of a label until it is taken apart."""
TICKS, APART, LONG = 5, 0.16, 330
"""Month labels at most; the least share of the axis between two labels; days from which labels are months."""
MANY = 45
"""Returns from which their points are no longer drawn each."""
Draw = Callable[[Mapping[str, Any]], str]
"""Returns a chart in Vega-Lite as SVG."""
Point = tuple[float, float]
"""Days since the opening, percent."""
_OWN = re.compile(r'(<g class="mark-line role-mark own_marks">)(<path[^>]*? d=")[^"]*("[^>]*>)')
_AHEAD = re.compile(r'(<g class="mark-line role-mark ahead_marks")>(<path[^>]*? d=")[^"]*("[^>]*>)</g>')
_DOTS = re.compile(r'(<g class="mark-symbol role-mark dots_marks">)(<path[^>]*?transform="translate\()[^)]*(\)"[^>]*>)')
_SPOKEN = re.compile(r' (?:role|aria-[a-z]+|pointer-events)="[^"]*"')
_EMPTY = re.compile(r'<path (?:class="(?:background|foreground)" )?d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>')
_PLACES = re.compile(r"\d+\.\d{4,}")
_TEXT = re.compile(r"(<text[^>]*>)([^<]*)¦([^<]*)(</text>)")
_OPENING = re.compile(r'<svg[^>]*?viewBox="([^"]*)"[^>]*>(?:<rect[^>]*fill="white"/>)?')


@dataclass(frozen=True, slots=True)
class Frame:
    """What the charts of a campaign share: the campaign's days and the last day on the axis, from the opening."""

    campaign: Campaign
    last_day: int

    @classmethod
    def of(cls, campaign: Campaign, days: Sequence[date]) -> Frame:
        """The frame in which the deadline and all as-of dates have their place."""
        return cls(campaign, max([campaign.days, 1, *((day - campaign.opened_on).days for day in days)]))

    def point(self, day: date, percent: Decimal) -> Point:
        """A figure's place on the chart."""
        return (day - self.campaign.opened_on).days, float(percent)


def ahead(points: Sequence[Point], deadline: int) -> list[Point]:
    """Return the points from the last one on at the pace since the opening.

    They end at the deadline, or on the day when all is saved. There are none past the deadline, when all is saved, or
    where there is no pace.
    """
    if not points:
        return []
    day, percent = points[-1]
    if day <= 0 or day >= deadline or percent <= 0 or percent >= 100:
        return []
    full = day * 100 / percent
    return [(day, percent), (deadline, percent * deadline / day) if full >= deadline else (full, 100.0)]


def rendered(frame: Frame, line: Sequence[Point], draw: Draw) -> str:
    """The chart of one line as SVG, in both languages, without a name of its own (see `titled`); some 50 ms each."""
    return _rendered(_spec(frame, line, ahead(line, frame.campaign.days), _dots(line)), draw)


def template(frame: Frame, draw: Draw) -> str:
    """A chart to be filled (`filled`): its own line is one of two known points."""
    corners: list[Point] = [(0, 0.0), (frame.last_day, 100.0)]
    return _rendered(_spec(frame, corners, corners, corners[:1]), draw)


def filled(svg: str, frame: Frame, line: Sequence[Point]) -> str:
    """A template with a line of one's own: what `rendered` makes of that line, without rendering it."""
    further = ahead(line, frame.campaign.days)
    places = {point: _place(frame, point) for point in (*line, *further)}
    svg = _OWN.sub(rf"\g<1>\g<2>{_path([places[p] for p in line])}\g<3>", svg, count=1)
    way_on = rf"\g<1>>\g<2>{_path([places[p] for p in further])}\g<3></g>" if further else r"\g<1>/>"
    svg = _AHEAD.sub(way_on, svg, count=1)
    dots = [places[p] for p in _dots(line)]
    return _DOTS.sub(lambda match: match[1] + "".join(match[2] + at + match[3] for at in dots), svg, count=1)


def titled(svg: str, name: str, title: Both, description: Both) -> Markup:
    """The chart with a title and a description for those who do not see it; `name` is unique in its page."""
    opening = Markup(
        '<svg viewBox="{}" role="img" aria-labelledby="{}-title {}-desc" class="chart">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>'
    )
    match = _OPENING.match(svg)
    assert match is not None
    start = opening.format(match[1], name, name, name, " · ".join(title), name, " · ".join(description))
    return start + Markup(svg[match.end() :])


def labels(frame: Frame) -> dict[int, Both]:
    """What stands below the axis: opening, deadline and the months between, by day."""
    opened, last = frame.campaign.opened_on, frame.last_day
    fixed = [0, frame.campaign.days]
    months = [d for d in range(1, last + 1) if (opened + timedelta(days=d)).day == 1]
    every = max(1, math.ceil(len(months) / TICKS))
    chosen = list(fixed)
    for day in months[::every]:
        if all(abs(day - other) >= APART * last for other in chosen):
            chosen.append(day)
    return {day: _label(opened + timedelta(days=day), last > LONG) for day in sorted(chosen)}


def _label(day: date, with_year: bool) -> Both:
    if with_year:
        return f"{SHORT_TH[day.month - 1]} {day.year + 543}", f"{SHORT_EN[day.month - 1]} {day.year}"
    return f"{day.day} {SHORT_TH[day.month - 1]}", f"{day.day} {SHORT_EN[day.month - 1]}"


def _dots(line: Sequence[Point]) -> list[Point]:
    return list(line if len(line) <= MANY else line[-1:])


def _rendered(spec: Mapping[str, Any], draw: Draw) -> str:
    svg = _EMPTY.sub("", _SPOKEN.sub("", draw(spec)))
    svg = _PLACES.sub(lambda match: _number(float(match[0])), svg)
    return _TEXT.sub(
        lambda match: (
            f'{match[1]}<tspan class="th" lang="th">{escape(match[2])}</tspan>'
            f'<tspan class="en" lang="en">{escape(match[3])}</tspan>{match[4]}'
        ),
        svg,
    )


def _spec(frame: Frame, line: Sequence[Point], further: Sequence[Point], dots: Sequence[Point]) -> dict[str, Any]:
    import altair as alt

    day_labels = labels(frame)
    words = {str(day): BETWEEN.join(both) for day, both in day_labels.items()}
    x = alt.X(
        "day:Q",
        title=None,
        scale=alt.Scale(domain=[0, frame.last_day], nice=False),
        axis=alt.Axis(values=list(day_labels), labelExpr=f"{words}[datum.value]", grid=False, labelOverlap=False),
    )
    y = alt.Y(
        "percent:Q",
        title=None,
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(values=[0, 25, 50, 75, 100], labelExpr="datum.value + ' %'", ticks=False, domain=False),
    )

    def layer(name: str, points: Sequence[Point]) -> alt.Chart:
        values = [{"day": day, "percent": percent} for day, percent in points]
        return alt.Chart(alt.Data(values=values), name=name).encode(x=x, y=y)

    days = frame.campaign.days
    chart = alt.layer(
        layer("straight", [(0, 0.0), (days, 100.0)]).mark_line(
            color=COLOURS["straight"], strokeWidth=1.5, strokeDash=[6, 4]
        ),
        alt.Chart(alt.Data(values=[{"day": days}]), name="deadline")
        .mark_rule(color=COLOURS["edge"], strokeWidth=1)
        .encode(x=x),
        layer("ahead", further).mark_line(color=COLOURS["ahead"], strokeWidth=2, strokeDash=[2, 3]),
        layer("own", line).mark_line(color=COLOURS["own"], strokeWidth=2.5),
        layer("dots", dots).mark_circle(color=COLOURS["own"], size=34, opacity=1),
    )
    # Room for the labels is given, not measured: a label holds two languages, and one is shown.
    plain = chart.properties(
        width=WIDTH, height=HEIGHT, autosize="none", padding={"left": 50, "right": 28, "top": 8, "bottom": 26}
    )
    looks = plain.configure(font="inherit").configure_view(stroke=None).configure_axis(**_axis())
    # What is written here alone needs no checking each time: a test does it, and it costs as much as rendering.
    specification: dict[str, Any] = looks.to_dict(validate=False)
    return specification


def _axis() -> dict[str, Any]:
    return {
        "labelFontSize": 12,
        "labelColor": COLOURS["soft"],
        "labelPadding": 6,
        "labelBound": False,
        "labelFlush": False,
        "domainColor": COLOURS["edge"],
        "tickColor": COLOURS["edge"],
        "gridColor": COLOURS["line"],
    }


def _place(frame: Frame, point: Point) -> str:
    day, percent = point
    return f"{_number(day / frame.last_day * WIDTH)},{_number(HEIGHT - percent / 100 * HEIGHT)}"


def _path(places: Sequence[str]) -> str:
    return f"M{'L'.join(places)}" if len(places) > 1 else f"M{places[0]}Z"


def _number(value: float) -> str:
    """As Vega writes it: three places at most, no idle zeros."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
