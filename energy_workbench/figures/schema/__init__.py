"""Types of Plotly's figures as plain JSON: the attributes that are used here, so that mypy finds a misspelt one.

Plotly takes every text that it draws for HTML: such texts are `Markup`. Categories (`x`, `y`) and `customdata`, which
may also be ids, times or numbers, are so where people write them.

Notes
-----
Names and values are those of https://plotly.com/javascript/reference/.
"""

from __future__ import annotations

from typing import TypedDict

from energy_workbench.figures.schema.layout import Annotation, Axis, Image, Layout, Meta, Shape, TickFormat
from energy_workbench.figures.schema.parts import Font, Line, Margin, Title, Value
from energy_workbench.figures.schema.trace import ErrorBars, Marker, Trace

__all__ = [
    "Annotation",
    "Axis",
    "ErrorBars",
    "Figure",
    "Font",
    "Image",
    "Layout",
    "Line",
    "Margin",
    "Marker",
    "Meta",
    "Shape",
    "TickFormat",
    "Title",
    "Trace",
    "Value",
]


class Figure(TypedDict):
    """A whole figure: JSON, once it is written."""

    data: list[Trace]
    layout: Layout
