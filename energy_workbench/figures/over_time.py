"""What a meter did over time, at any resolution, with the time that it is compared with beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.figures.axes import DAY, larger, time_axis, value_axis
from energy_workbench.figures.pattern import SPANS, about_point, estimated, gaps, steps
from energy_workbench.figures.theme import LIGHT, Figure, Theme, layout, message
from energy_workbench.figures.wording.words import BREAK, NOTHING, amount, drawn, literal, local

PERIODS: dict[str, Any] = {"1d": DAY, "1w": 7 * DAY, "1mo": "M1", "1y": "M12"}
"""Resolutions that are drawn as bars, and how wide Plotly takes a bucket."""

TITLES = {"1d": "%A %-d %B %Y", "1w": "week of %-d %B %Y", "1mo": "%B %Y", "1y": "%Y"}
"""How a bucket is called, as Plotly writes dates."""

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
        return message(theme, f"No {measure} is known for this time.")
    given = payload.get("other_name") if measure == "energy" else None
    others = [point.get("other_kwh") for point in whole.points] if given else []
    unit, by = larger("kW" if measure == "demand" else "kWh", [*values, *before, *others])
    word = payload.get("word") or "used"
    every = SPANS.get(payload["every"], payload["every"])
    series = Series(payload["every"], whole, unit, by, theme)
    data: list[dict[str, Any]] = []
    beside = measure == "energy" and any(value is not None for value in before)
    if beside:
        data += series.quiet(before, before_name)
    data += series.main(values, word if measure == "energy" else "highest 15 min")
    if any(others):
        data += series.below(others, str(given))
    data += series.doubtful(values)
    first, last = span or (payload["from"], payload["to"])
    title = f"{unit} per {every}" if measure == "energy" else f"{unit}, highest 15 min of each {every}"
    look = layout(
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
        xaxis=time_axis(theme, local(first), local(last))
        | {"hoverformat": TITLES.get(payload["every"], "%a %-d %b %Y, %H:%M")},
        yaxis=value_axis(theme, title, rangemode="normal" if any(others) else "tozero"),
        shapes=gaps({**payload, "points": whole.points, "to": whole.end}, theme),
    )
    named = sum(trace.get("showlegend", True) for trace in data)
    legend = {"showlegend": named > 1, "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0}}
    return {
        "data": data,
        "layout": {**look, **legend, "margin": {"l": 8, "r": 12, "t": 28 if named > 1 else 12, "b": 36}},
    }


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

    def cut(self, every: str) -> list[Markup]:
        """What is said of each bucket that is not a whole one, empty for the others."""
        said = [NOTHING] * len(self.points)
        if not said:
            return said
        first, end = (datetime.fromisoformat(text) for text in (self.points[0]["start"], self.end))
        for index, edge in ((0, first), (-1, end)):
            if not _is_edge(edge, every):
                said[index] = Markup("<br>a part only")
        if self.running:
            said[-1] = Markup("<br>so far")
        return said


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
        self._cut = buckets.cut(every)
        told = zip(map(about_point, buckets.points), self._cut, strict=True)
        self._about = [about + cut if cut else about for about, cut in told]

    def main(self, values: Sequence[float | None], name: str) -> list[dict[str, Any]]:
        """What the chart is about."""
        theme = self._theme
        if self.bars:
            marker = {"color": theme.accent, "opacity": [0.45 if cut else 1 for cut in self._cut]}
            return [self._bar(values, name, marker, self._about) | {"offsetgroup": "now"}]
        y = self._over(values)
        line = self._line(y, name, {"color": theme.accent, "width": 1.8, "shape": "hv"}, self._about)
        area = {"fill": "tozeroy", "fillcolor": theme.accent_fill}
        if None not in y:
            return [line | area]
        # Plotly would fill straight across a gap: the area is a trace of its own, which falls to nothing there.
        shape = {"x": line["x"], "y": [value or 0 for value in line["y"]], "line": {"width": 0, "shape": "hv"}}
        plain = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
        return [{**plain, **shape, **area}, line]

    def quiet(self, values: Sequence[float | None], name: str) -> list[dict[str, Any]]:
        """The time compared with; it goes on where this one has not been."""
        shown = list(values[: len(self._buckets.starts) - 1])
        count = len(shown)
        if self.bars:
            marker = {"color": self._theme.quiet, "opacity": 0.45}
            return [self._bar(shown, name, marker, [NOTHING] * count) | {"offsetgroup": "before"}]
        look = {"color": self._theme.quiet, "width": 1.3, "shape": "hv", "dash": "dot"}
        return [self._line(self._scaled(shown), name, look, [NOTHING] * count)]

    def below(self, values: Sequence[float | None], name: str) -> list[dict[str, Any]]:
        """What goes the other way, below zero."""
        turned = [None if value is None else -value for value in values]
        sizes = [BREAK + f"{amount(value, 'kWh')} {name}" if value else NOTHING for value in values]
        if self.bars:
            return [self._bar(turned, name, {"color": self._theme.state["orange"]}, sizes) | {"offsetgroup": "now"}]
        look = {"color": self._theme.state["orange"], "width": 1.6, "shape": "hv"}
        return [self._line(self._over(turned), name, look, sizes)]

    def doubtful(self, values: Sequence[float | None]) -> list[dict[str, Any]]:
        """A ring at each bucket that was not measured as such."""
        places = [
            index
            for index, point in enumerate(self._buckets.points)
            if estimated(point)
            and values[index] is not None
            and not (self._buckets.running and index == len(values) - 1)
        ]
        if not places:
            return []
        scaled = self._scaled(values)
        trace = {
            "type": "scatter", "mode": "markers", "name": "estimated or edited", "hoverinfo": "skip",
            "x": [local(self._buckets.starts[index]) for index in places], "y": [scaled[index] for index in places],
            "marker": {"symbol": "circle-open", "size": 7, "color": self._theme.state["orange"], "line": {"width": 2}},
        }  # fmt: skip
        return [trace | self._period()]

    def _over(self, values: Sequence[float | None]) -> list[float | None]:
        """The steps that are over: the energy of one so far would look like a fall."""
        found = self._scaled(values)
        return [*found[:-1], None] if self._buckets.running else found

    def _scaled(self, values: Sequence[float | None]) -> list[float | None]:
        return [None if value is None else drawn(value / self._by) for value in values]

    def _line(self, y: list[float | None], name: str, line: dict[str, Any], about: Sequence[str]) -> dict[str, Any]:
        edges = [local(start) for start in self._buckets.starts[: len(y) + 1]]
        times, values, words = steps(edges, y, about)
        return {
            "type": "scatter", "mode": "lines", "name": escape(name), "connectgaps": False, "line": line,
            "x": times, "y": values, "customdata": words,
            "hovertemplate": self._told(name),
        }  # fmt: skip

    def _bar(
        self, values: Sequence[float | None], name: str, marker: dict[str, Any], about: Sequence[str]
    ) -> dict[str, Any]:
        starts = self._buckets.starts[: len(values)]
        return {
            "type": "bar", "name": escape(name), "marker": marker,
            "x": [local(start) for start in starts], "y": self._scaled(values), "customdata": about,
            "hovertemplate": self._told(name),
        } | self._period()  # fmt: skip

    def _told(self, name: str) -> Markup:
        return Markup("<b>%{{y:,.4~g}} {}</b> {}%{{customdata}}<extra></extra>").format(self._unit, literal(name))

    def _period(self) -> dict[str, Any]:
        """That a bar stands in the middle of its bucket."""
        if not self.bars:
            return {}
        return {"xperiod": PERIODS[self._every], "xperiodalignment": "middle"} | (
            {"xperiod0": MONDAY} if self._every == "1w" else {}
        )
