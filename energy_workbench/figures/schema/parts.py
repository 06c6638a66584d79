"""What traces and layouts have in common: fonts, titles, lines, margins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from markupsafe import Markup

Value = str | float | None
"""A time, a category or a number; None where it is not known."""


class Font(TypedDict, total=False):
    """Type, its size in px; where each point has its own colour, one a point."""

    family: str
    size: int
    color: str | Sequence[str]


class Title(TypedDict, total=False):
    """What an axis or a colour bar shows, with its unit; `standoff` in px."""

    text: Markup
    font: Font
    standoff: int


class Line(TypedDict, total=False):
    """A line, its width in px; `shape` says how points are joined: `hv` for steps."""

    color: str
    width: float
    dash: str
    shape: str


class Margin(TypedDict, total=False):
    """Room on each side [px]."""

    l: int  # noqa: E741
    r: int
    t: int
    b: int
