"""Configuration of Plotly, its bar of buttons too: nothing uploads a chart to Plotly's servers."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TypedDict


class Configuration(TypedDict, total=False):
    """What Plotly is started with, beside a figure."""

    showSendToCloud: bool
    plotlyServerURL: str
    displaylogo: bool
    displayModeBar: bool
    responsive: bool
    modeBarButtonsToRemove: list[str]
    toImageButtonOptions: dict[str, str]


OWN: Configuration = {"showSendToCloud": False, "plotlyServerURL": "", "displaylogo": False}
"""Configuration of Plotly for every chart: Plotly's own would offer to upload a figure to its maker's servers, and lead
to them. Without an address the upload has nowhere to go either, should somebody ask for its button."""

PAGE: Configuration = {
    **OWN,
    "responsive": False,
    "modeBarButtonsToRemove": [
        "select2d",
        "lasso2d",
        "autoScale2d",
        "toImage",
        "resetSankeyGroup",
        "resetViewSankey",
    ],
}
"""For pages: each chart knows its place, and has a menu of its own to be taken along."""

REPORT: Configuration = {**OWN, "responsive": True, "displayModeBar": False}
"""For reports: they are read."""

picture: ContextVar[str] = ContextVar("picture", default="")
"""How the picture of the figure is called that is shown now; empty where nobody says it."""
