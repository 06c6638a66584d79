"""A layout: axes, legend, notes and shapes, and how the whole looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from markupsafe import Markup

from energy_workbench.figures.schema.parts import Font, Line, Margin, Title, Value


class TickFormat(TypedDict):
    """How ticks are written while they are as far apart as `dtickrange`."""

    dtickrange: Sequence[Value]
    value: str


class Axis(TypedDict, total=False):
    """An axis: of times, of amounts, or of categories."""

    type: str
    visible: bool
    title: Title
    side: str
    range: Sequence[str | float]
    rangemode: str
    autorange: str
    fixedrange: bool
    scaleanchor: str
    automargin: bool
    showgrid: bool
    gridcolor: str
    linecolor: str
    zeroline: bool
    zerolinecolor: str
    categoryorder: str
    categoryarray: Sequence[str]
    tickmode: str
    tickvals: Sequence[str | float]
    ticktext: Sequence[Markup]
    tickangle: int
    tickfont: Font
    tickformat: str
    tickformatstops: Sequence[TickFormat]
    ticklabelmode: str
    ticklabelstandoff: int
    ticksuffix: str
    nticks: int
    dtick: float | str | None
    hoverformat: str


class Annotation(TypedDict, total=False):
    """A text at a place of the chart, or of the paper; shifts in px."""

    text: Markup
    x: str | float
    y: float
    xref: str
    yref: str
    xanchor: str
    yanchor: str
    xshift: float
    yshift: float
    showarrow: bool
    align: str
    textangle: float
    font: Font


class Shape(TypedDict, total=False):
    """A line or a shade."""

    type: str
    x0: str | float
    x1: str | float
    y0: float | str
    y1: float | str
    xref: str
    yref: str
    line: Line
    fillcolor: str
    opacity: float
    layer: str


class Legend(TypedDict, total=False):
    """Where the legend stands, as a share of the chart [1]."""

    orientation: str
    x: float
    xanchor: str
    y: float
    yanchor: str
    traceorder: str


class Image(TypedDict, total=False):
    """A picture below the points, in the units of the axes."""

    source: str
    xref: str
    yref: str
    x: float
    y: float
    sizex: float
    sizey: float
    sizing: str
    layer: str
    opacity: float


class HoverLabel(TypedDict):
    """The box beside the mouse."""

    bgcolor: str
    bordercolor: str
    align: str
    font: Font


class Meta(TypedDict, total=False):
    """What the page reads: the figure in words, the height that it wants, and the least width it is read at [px]."""

    summary: str
    height: int
    least: int


class Layout(TypedDict, total=False):
    """All around the traces."""

    font: Font
    paper_bgcolor: str
    plot_bgcolor: str
    margin: Margin
    height: int
    meta: Meta
    uirevision: str
    xaxis: Axis
    yaxis: Axis
    showlegend: bool
    legend: Legend
    hovermode: str
    hoverlabel: HoverLabel
    modebar: dict[str, str]
    dragmode: str
    barmode: str
    bargap: float
    uniformtext: dict[str, str | int]
    annotations: Sequence[Annotation]
    shapes: Sequence[Shape]
    images: Sequence[Image]
