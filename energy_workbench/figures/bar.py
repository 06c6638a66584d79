"""The bar of buttons over a chart: none of them hands a chart to anybody but its reader."""

from __future__ import annotations

from typing import Any

OWN: dict[str, Any] = {"showSendToCloud": False, "plotlyServerURL": "", "displaylogo": False}
"""Configuration of Plotly for every chart: Plotly's own would offer to upload a figure to its maker's servers, and lead
to them. Without an address the upload has nowhere to go either, should somebody ask for its button."""

PAGE: dict[str, Any] = {
    **OWN,
    "responsive": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "toImage"],
}
"""For pages: each chart knows its place, and has a menu of its own to be taken along."""

REPORT: dict[str, Any] = {**OWN, "responsive": True, "displayModeBar": False}
"""For reports: they are read."""
