"""Read by mypy alone: what it must find wrong in a figure. An `ignore` that hides nothing is an error of its own."""

from __future__ import annotations

from markupsafe import Markup

from energy_workbench.figures.axes import axis
from energy_workbench.figures.schema import Annotation, Axis, Figure, Layout, Trace
from energy_workbench.figures.theme import LIGHT, themed_layout


def misspelt(trace: Trace) -> list[Figure]:
    """Keys that Plotly would not know."""
    layout: Layout = themed_layout(LIGHT, summary="", uirevison="a")  # type: ignore[call-arg]
    wrong: Axis = axis(LIGHT, tickfomat=",~g")  # type: ignore[call-arg]
    return [
        {"data": [{"type": "bar", "hovertemplte": Markup()}], "layout": {}},  # type: ignore[typeddict-unknown-key]
        {"data": [{**trace, "marker": {"colour": "red"}}], "layout": {}},  # type: ignore[typeddict-unknown-key]
        {"data": [], "layout": {**layout, "xaxis": {**wrong, "titel": {}}}},  # type: ignore[typeddict-unknown-key]
        {"data": [], "layuot": layout},  # type: ignore[typeddict-item]
    ]


def unescaped(number: str) -> list[Trace | Annotation]:
    """Texts that Plotly would take for HTML, as somebody wrote them."""
    hover: Trace = {"hovertemplate": number}  # type: ignore[typeddict-item]
    text: Trace = {"text": [number]}  # type: ignore[typeddict-item]
    name: Trace = {"name": f"{number} kWh"}  # type: ignore[typeddict-item]
    note: Annotation = {"text": number}  # type: ignore[typeddict-item]
    return [hover, text, name, note]
