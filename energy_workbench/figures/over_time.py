"""Energy or demand of a meter over time, at any resolution, beside the period that it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.figures.axes import DAY_MS, gaps, larger, time_axis, value_axis
from energy_workbench.figures.pattern import SPANS, estimated, filled, hover_texts, steps
from energy_workbench.figures.schema import Figure, Line, Marker, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.words import NOTHING, amount, escaped_lines, literal, local, plotted

PERIODS: dict[str, int | str] = {"1d": DAY_MS, "1w": 7 * DAY_MS, "1mo": "M1", "1y": "M12"}
"""Resolutions that are drawn as bars, and the width of a bucket as Plotly takes it [ms, or months]."""

TITLES = {"1d": "%A %-d %B %Y", "1w": "week of %-d %B %Y", "1mo": "%B %Y", "1y": "%Y"}
"""Names of buckets, as formats of Plotly."""

MONDAY = "2001-01-01"


def over_time(
    payload: Mapping[str, Any],
    *,
    theme: Theme = LIGHT,
    measure: str = "energy",
    before: Sequence[float | None] = (),
    before_name: str = "before",
    span: tuple[str, str] | None = None,
    until: str | None = None,
    revision: str = "",
) -> Figure:
    """Draw energy or demand over time: steps up to the hour, bars above.

    Parameters
    ----------
    payload : mapping
        A pattern: `points` of `start, energy_kwh [kWh], demand_kw [kW], quality, completeness`, and where energy also
        goes the other way `other_kwh` with `other_name`; `every, from, to, number`, `word` for what is done with it;
        `starts` of all buckets where more are to come, with the end of the last.
    measure : str
        `energy`, or `demand`: the highest of 15 minutes in each bucket.
    before : sequence of float or None
        Energy of the time compared with, bucket by bucket [kWh].
    span : tuple of (str, str), optional
        What the whole chart shows where the points are a part of it, ISO.
    until : str, optional
        Now: what comes after has not been, and is not missing. The bucket that runs is told as such.
    revision : str
        A zoom is kept while it stays the same.
    """
    whole = Buckets.of(payload, until)
    column = "demand_kw" if measure == "demand" else "energy_kwh"
    values = [point[column] for point in whole.points]
    if not any(value is not None for value in [*values, *before]):
        return message(theme, f"No {measure} is known for this period.")
    other_name = payload.get("other_name") if measure == "energy" else None
    others = [point.get("other_kwh") for point in whole.points] if other_name else []
    unit, by = larger("kW" if measure == "demand" else "kWh", [*values, *before, *others])
    word = payload.get("word") or "used"
    highest = f"highest {payload.get('block_minutes', 15)} min"
    every = SPANS.get(payload["every"], payload["every"])
    series = Series(payload["every"], whole, unit, by, theme)
    data: list[Trace] = []
    if measure == "energy" and any(value is not None for value in before):
        data += series.compared(before, before_name)
    data += series.main(values, word if measure == "energy" else highest)
    if any(others):
        data += series.below(others, str(other_name))
    data += series.doubtful(values)
    first, last = span or (payload["from"], payload["to"])
    title = f"{unit} per {every}" if measure == "energy" else f"{unit}, {highest} of each {every}"
    named = sum(trace.get("showlegend", True) for trace in data)
    layout = themed_layout(
        theme,
        summary=(
            f"{measure.capitalize()} of {payload['number']} every {every}: "
            f"{amount(payload['total_kwh'], 'kWh')} {word}, peak {amount(payload['peak_kw'], 'kW')}, "
            f"{sum(map(estimated, whole.points))} estimated, "
            f"{sum(point['quality'] == 'missing' for point in whole.points)} missing"
        ),
        uirevision=f"{revision} {measure}",
        hovermode="x unified",
        barmode="group",
        bargap=0.2,
        showlegend=named > 1,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        margin={"l": 8, "r": 12, "t": 28 if named > 1 else 12, "b": 36},
        xaxis=time_axis(
            theme, local(first), local(last), hoverformat=TITLES.get(payload["every"], "%a %-d %b %Y, %H:%M")
        ),
        yaxis=value_axis(theme, title, rangemode="normal" if any(others) else "tozero"),
        shapes=gaps(whole.points, "energy_kwh", whole.end, theme),
    )
    return {"data": data, "layout": layout}


class Buckets:
    """The buckets that have begun.

    Attributes
    ----------
    points : list of mapping
    end : str
        Of the last of them, ISO.
    running : bool
        Whether the last one is not over.
    starts : list of str
        Of all buckets, those to come too, ISO; the last is the end of all.
    """

    def __init__(self, points: list[Mapping[str, Any]], end: str, running: bool, starts: list[str]) -> None:
        self.points, self.end, self.running, self.starts = points, end, running, starts

    @classmethod
    def of(cls, payload: Mapping[str, Any], until: str | None) -> Buckets:
        """Those of a pattern up to an instant."""
        points = list(payload["points"])
        starts = list(payload.get("starts") or [*(point["start"] for point in points), payload["to"]])
        if until is None:
            return cls(points, payload["to"], False, starts)
        now = datetime.fromisoformat(until)
        begun = [point for point in points if datetime.fromisoformat(point["start"]) < now]
        end = starts[len(begun)]
        return cls(begun, end, bool(begun) and datetime.fromisoformat(end) > now, starts)

    def partial(self, every: str) -> list[Markup]:
        """What is said of each bucket that is not a whole one; empty of the others."""
        texts = [NOTHING] * len(self.points)
        if not texts:
            return texts
        first, end = (datetime.fromisoformat(text) for text in (self.points[0]["start"], self.end))
        for index, edge in ((0, first), (-1, end)):
            if not _is_edge(edge, every):
                texts[index] = Markup("<br>a part only")
        if self.running:
            texts[-1] = Markup("<br>so far")
        return texts


def _is_edge(edge: datetime, every: str) -> bool:
    midnight = (edge.hour, edge.minute) == (0, 0)
    if every == "1w":
        return midnight and edge.weekday() == 0
    return every not in PERIODS or (midnight and (every != "1mo" or edge.day == 1))


class Series:
    """Makes the traces of one chart: all in the same unit, over the same buckets."""

    def __init__(self, every: str, buckets: Buckets, unit: str, by: float, theme: Theme) -> None:
        self._every, self._buckets, self._unit, self._by, self._theme = every, buckets, unit, by, theme
        self.bars = every in PERIODS
        self._edges = [local(start) for start in buckets.starts]
        self._partial = buckets.partial(every)
        self._hover = hover_texts(buckets.points)
        for index, text in enumerate(self._partial):
            if text:
                self._hover[index] += text

    def main(self, values: Sequence[float | None], name: str) -> list[Trace]:
        """What the chart is about."""
        theme = self._theme
        if self.bars:
            marker: Marker = {"color": theme.accent, "opacity": [0.45 if text else 1 for text in self._partial]}
            return [{**self._bar(values, name, marker, self._hover), "offsetgroup": "now"}]
        look: Line = {"color": theme.accent, "width": 1.8, "shape": "hv"}
        traces = filled(self._line(self._over(values), name, look, self._hover), theme)
        for area in traces[:-1]:
            area["showlegend"] = False
        return traces

    def compared(self, values: Sequence[float | None], name: str) -> list[Trace]:
        """The period compared with; it goes on where this one has not been."""
        shown = values[: len(self._edges) - 1]
        hover = [NOTHING] * len(shown)
        if self.bars:
            marker: Marker = {"color": self._theme.quiet, "opacity": 0.45}
            return [{**self._bar(shown, name, marker, hover), "offsetgroup": "before"}]
        look: Line = {"color": self._theme.quiet, "width": 1.3, "shape": "hv", "dash": "dot"}
        return [self._line(self._scaled(shown), name, look, hover)]

    def below(self, values: Sequence[float | None], name: str) -> list[Trace]:
        """What goes the other way, below zero."""
        turned = [None if value is None else -value for value in values]
        hover = escaped_lines(f"\n{amount(value, 'kWh')} {name}" if value else "" for value in values)
        if self.bars:
            return [{**self._bar(turned, name, {"color": self._theme.state["orange"]}, hover), "offsetgroup": "now"}]
        look: Line = {"color": self._theme.state["orange"], "width": 1.6, "shape": "hv"}
        return [self._line(self._over(turned), name, look, hover)]

    def doubtful(self, values: Sequence[float | None]) -> list[Trace]:
        """A ring at each bucket that was not measured as such."""
        over = len(values) - self._buckets.running
        doubtful = [
            index
            for index, point in enumerate(self._buckets.points[:over])
            if estimated(point) and values[index] is not None
        ]
        if not doubtful:
            return []
        rings: Trace = {
            "type": "scatter", "mode": "markers", "name": Markup("estimated or edited"), "hoverinfo": "skip",
            "x": [self._edges[index] for index in doubtful],
            "y": self._scaled([values[index] for index in doubtful]),
            "marker": {"symbol": "circle-open", "size": 7, "color": self._theme.state["orange"], "line": {"width": 2}},
        }  # fmt: skip
        return [{**rings, **self._period()}]

    def _over(self, values: Sequence[float | None]) -> list[float | None]:
        """The steps that are over: the energy of one so far would look like a fall."""
        scaled = self._scaled(values)
        return [*scaled[:-1], None] if self._buckets.running else scaled

    def _scaled(self, values: Sequence[float | None]) -> list[float | None]:
        return [None if value is None else plotted(value / self._by) for value in values]

    def _line(self, y: Sequence[float | None], name: str, line: Line, hover: Sequence[Markup]) -> Trace:
        times, values, texts = steps(self._edges[: len(y) + 1], y, hover)
        return {
            "type": "scatter", "mode": "lines", "name": escape(name), "connectgaps": False, "line": line,
            "x": times, "y": values, "customdata": texts,
            "hovertemplate": self._hover_template(name),
        }  # fmt: skip

    def _bar(self, values: Sequence[float | None], name: str, marker: Marker, hover: Sequence[Markup]) -> Trace:
        bar: Trace = {
            "type": "bar", "name": escape(name), "marker": marker,
            "x": self._edges[: len(values)], "y": self._scaled(values), "customdata": hover,
            "hovertemplate": self._hover_template(name),
        }  # fmt: skip
        return {**bar, **self._period()}

    def _hover_template(self, name: str) -> Markup:
        return Markup("<b>%{{y:,.4~g}} {}</b> {}%{{customdata}}<extra></extra>").format(self._unit, literal(name))

    def _period(self) -> Trace:
        """That a bar stands in the middle of its bucket."""
        if not self.bars:
            return {}
        middle: Trace = {"xperiod": PERIODS[self._every], "xperiodalignment": "middle"}
        return {**middle, "xperiod0": MONDAY} if self._every == "1w" else middle
