"""A trace: one series of a chart, of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from markupsafe import Markup

from energy_workbench.figures.schema.parts import Font, Line, Margin, Title, Value


class Hatching(TypedDict, total=False):
    """Lines over a bar: `size` in px, `solidity` a share [1]."""

    shape: str
    size: int
    solidity: float
    bgcolor: str
    fgcolor: str


class Marker(TypedDict, total=False):
    """How points, bars or tiles look: all alike, or one value a point. Sizes in px."""

    color: str | Sequence[str]
    colors: Sequence[str]
    size: float | Sequence[float]
    symbol: str | Sequence[str]
    opacity: float | Sequence[float]
    line: Line
    pattern: Hatching
    cornerradius: int
    pad: Margin


class ErrorBars(TypedDict, total=False):
    """Whiskers: half their length in `array`, their look in px."""

    type: str
    array: Sequence[float | None]
    color: str
    thickness: float
    width: int


class ColorBar(TypedDict, total=False):
    """The legend of a heat map."""

    title: Title
    tickvals: Sequence[float]
    ticktext: Sequence[Markup]
    tickformat: str
    tickfont: Font
    thickness: int
    len: int
    lenmode: str
    y: float
    yanchor: str
    outlinewidth: int


class Tiling(TypedDict, total=False):
    """How tiles are laid out."""

    packing: str
    squarifyratio: float
    orientation: str
    pad: int


class Nodes(TypedDict, total=False):
    """Bars of a Sankey: places as shares of its width and height [1], sizes in px."""

    label: Sequence[Markup]
    color: Sequence[str]
    customdata: Sequence[Sequence[str]]
    x: Sequence[float]
    y: Sequence[float]
    align: str
    pad: int
    thickness: int
    line: Line
    hovertemplate: Markup


class Links(TypedDict, total=False):
    """Flows of a Sankey, from one node's index to another's."""

    source: Sequence[int]
    target: Sequence[int]
    value: Sequence[float]
    color: Sequence[str]
    customdata: Sequence[Sequence[str]]
    hovertemplate: Markup


class Trace(TypedDict, total=False):
    """Lines, bars, a ring, a heat map, tiles or a Sankey; which of them is its `type`."""

    type: str
    name: Markup
    showlegend: bool
    customdata: Sequence[Value | Sequence[Value]]
    hoverinfo: str
    hovertemplate: Markup
    hovertext: Sequence[Markup]
    text: Sequence[Markup] | Sequence[Sequence[Markup]]
    textangle: int
    textfont: Font
    textinfo: str
    textposition: str | Sequence[str]
    insidetextanchor: str
    texttemplate: Markup
    marker: Marker
    # Lines and bars.
    mode: str
    orientation: str
    x: Sequence[Value]
    y: Sequence[Value]
    xperiod: float | str
    xperiod0: str
    xperiodalignment: str
    connectgaps: bool
    cliponaxis: bool
    offsetgroup: str
    width: float
    line: Line
    fill: str
    fillcolor: str
    error_x: ErrorBars
    error_y: ErrorBars
    # Heat maps.
    z: Sequence[Sequence[float | None]]
    zmin: float
    zmax: float
    xgap: int
    ygap: int
    hoverongaps: bool
    colorscale: Sequence[Sequence[float | str]]
    colorbar: ColorBar
    # Rings and tiles.
    ids: Sequence[str]
    labels: Sequence[Markup]
    parents: Sequence[str]
    values: Sequence[float]
    branchvalues: str
    hole: float
    sort: bool
    direction: str
    domain: dict[str, Sequence[float]]
    tiling: Tiling
    pathbar: dict[str, bool]
    root: Line
    # Sankeys.
    arrangement: str
    node: Nodes
    link: Links
    valueformat: str
    valuesuffix: str
