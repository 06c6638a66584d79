"""Themes: colours and type of every figure, for light and for dark pages and for paper."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, fields, replace
from typing import Unpack

from markupsafe import Markup

from energy_workbench.figures.schema import Annotation, Axis, Figure, Font, Layout

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif'
"""Fonts that the reader's machine has: none is loaded."""

MESSAGE = 42
"""Characters of a line of a message: as many as a phone has room for."""


@dataclass(frozen=True)
class Theme:
    """One palette.

    Attributes
    ----------
    ink, quiet, line, surface : str
        Text, text that matters less, rules and grids, what lies behind.
    accent, accent_fill : str
        The one series of a chart, and the area below it.
    state : dict of str to str
        Solid colour of green, yellow, orange, red and grey, told apart with colour-blind eyes by lightness too.
    tile : dict of str to (str, str)
        Background and text of a tile: calm while all is well, strong where somebody should look.
    source : dict of str to str
        Colour of what flows out of a meter of that type; `""` for any other.
    loss, hotspot : str
        A loss, and one that is large.
    series : tuple of str
        Several series of a chart, or parts of a bar: far apart in lightness, so that they also read in grey.
    ground : str
        Colour of the figure itself.
    font : str
        Names of fonts, the first that is there.
    size, label : int
        Of type [px]: of axes and legends, and of labels inside of a flow.
    """

    ink: str
    quiet: str
    line: str
    surface: str
    accent: str
    accent_fill: str
    state: dict[str, str]
    tile: dict[str, tuple[str, str]]
    source: dict[str, str]
    loss: str
    hotspot: str
    series: tuple[str, ...]
    ground: str = "rgba(0,0,0,0)"
    font: str = FONT
    size: int = 12
    label: int = 12


LIGHT = Theme(
    ink="#16242e",
    quiet="#566573",
    line="#dfe5ea",
    surface="#ffffff",
    accent="#0b6e99",
    accent_fill="rgba(11,110,153,0.14)",
    state={"green": "#2f9e6e", "yellow": "#e3ac0c", "orange": "#df6f1f", "red": "#b92b3a", "grey": "#8a97a3"},
    tile={
        "green": ("#d9efe4", "#12402c"),
        "yellow": ("#f4c536", "#3a2c00"),
        "orange": ("#ef8c3d", "#331600"),
        "red": ("#b92b3a", "#ffffff"),
        "grey": ("#c9d1d8", "#26323c"),
        "": ("#eef2f5", "#16242e"),
    },
    source={
        "solar": "rgba(240,178,0,0.50)",
        "generator": "rgba(122,82,160,0.45)",
        "grid": "rgba(11,110,153,0.34)",
        "": "rgba(86,120,143,0.26)",
    },
    loss="rgba(185,43,58,0.32)",
    hotspot="rgba(185,43,58,0.80)",
    series=("#0b6083", "#e3ac0c", "#8a9aa6", "#56742c", "#b8560f"),
)

DARK = Theme(
    ink="#e8eef2",
    quiet="#9fb0bd",
    line="#2f3d48",
    surface="#17212a",
    accent="#4fb3e0",
    accent_fill="rgba(79,179,224,0.20)",
    state={"green": "#4cc38f", "yellow": "#f2c94c", "orange": "#f2994a", "red": "#ef6a76", "grey": "#7f909d"},
    tile={
        "green": ("#1d4434", "#d5f2e3"),
        "yellow": ("#d9a916", "#221a00"),
        "orange": ("#e07f32", "#251000"),
        "red": ("#c93d4b", "#ffffff"),
        "grey": ("#46545f", "#e8eef2"),
        "": ("#22303a", "#e8eef2"),
    },
    source={
        "solar": "rgba(242,201,76,0.50)",
        "generator": "rgba(178,140,214,0.48)",
        "grid": "rgba(79,179,224,0.40)",
        "": "rgba(140,170,190,0.28)",
    },
    loss="rgba(239,106,118,0.38)",
    hotspot="rgba(239,106,118,0.85)",
    series=("#4fb3e0", "#f7dc8b", "#7f909d", "#a3c76d", "#f2994a"),
)


def daylight() -> dict[str, str]:
    """Colour of a dark page → that of a light one in its place: a dark page is printed light."""
    pairs: dict[str, str] = {}
    for each in fields(Theme):
        dark, light = (_flat(getattr(theme, each.name)) for theme in (DARK, LIGHT))
        for old, new in zip(dark, light, strict=True):
            pairs.setdefault(old, new)
    return {old: new for old, new in pairs.items() if old != new}


def _flat(value: object) -> list[str]:
    """The colours in a part of a theme."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return [colour for part in parts for colour in _flat(part)]


# Labels of two columns of a flow stand between them; smaller ones do not meet on the width of a page.
PAPER = replace(
    LIGHT, ground="#ffffff", font="'Helvetica Neue', Arial, 'Liberation Sans', sans-serif", size=11, label=9
)
"""Light, on white, legible at the width of an A4 page."""


def themed_layout(theme: Theme, *, summary: str, **more: Unpack[Layout]) -> Layout:
    """Layout of a figure in a theme; `summary` is read to those who cannot see it."""
    font: Font = {"family": theme.font, "size": theme.size, "color": theme.ink}
    return {
        "font": font,
        "paper_bgcolor": theme.ground,
        "plot_bgcolor": theme.ground,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "hoverlabel": {"bgcolor": theme.surface, "bordercolor": theme.line, "align": "left", "font": font},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": theme.quiet, "activecolor": theme.accent},
        **more,
        "meta": {"summary": summary, **more.get("meta", {})},
    }


def message(theme: Theme, text: str) -> Figure:
    """A figure that says why there is nothing to see."""
    note: Annotation = {
        "text": Markup("<br>").join(textwrap.wrap(text, MESSAGE)),
        "x": 0.5,
        "y": 0.5,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "font": {"size": 14, "color": theme.quiet},
    }
    hidden: Axis = {"visible": False}
    return {"data": [], "layout": themed_layout(theme, summary=text, annotations=[note], xaxis=hidden, yaxis=hidden)}
