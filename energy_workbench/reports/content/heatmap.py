"""The load of every hour as a calendar, drawn as inline SVG: vectors on paper, readable without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

SHADES = ("#eaf3f7", "#cde4ed", "#a5cfe0", "#76b4cd", "#4696b6", "#1f7a9f", "#0b6083", "#064761")
"""From low to high load: one hue, so that it also reads in grey."""
UNKNOWN = "#ffffff"

WIDTH, LEFT, TOP, HOUR_HEIGHT, FOOT = 673.0, 42.0, 22.0, 9.0, 34.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour: its mean load [kW] and how a reader calls it."""

    kw: float
    text: str


def heatmap(days: Sequence[str], cells: Mapping[tuple[int, int], Cell], label: str) -> Markup:
    """Draw days from left to right and hours from top to bottom.

    Parameters
    ----------
    days : sequence of str
        Labels of the columns.
    cells : mapping
        (index of the day, hour 0 to 23) → load; an hour that is not in it is drawn hatched: not known.
    label : str
        What the drawing shows, for readers who do not see it.
    """
    column = (WIDTH - LEFT) / max(len(days), 1)
    known = [cell.kw for cell in cells.values()]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    parts = [
        Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="url(#unknown)"/>').format(
            LEFT, TOP, WIDTH - LEFT, 24 * HOUR_HEIGHT
        )
    ]
    # Some 744 of them a month: `%` takes a third of the time of `format`.
    rect = Markup('<rect x="%.2f" y="%.1f" width="%.2f" height="%.1f" fill="%s"><title>%s</title></rect>')
    width, height = column - 0.8, HOUR_HEIGHT - 0.8
    parts += [
        rect % (LEFT + day * column, TOP + hour * HOUR_HEIGHT, width, height, shade(cell.kw, low, high), cell.text)
        for (day, hour), cell in sorted(cells.items())
    ]
    every = max(1, -(-len(days) // 31))
    parts += [_text(LEFT + (i + 0.5) * column, TOP - 8, d, "middle") for i, d in enumerate(days) if i % every == 0]
    parts += [_text(LEFT - 6, TOP + hour * HOUR_HEIGHT + 8, f"{hour:02}:00", "end") for hour in range(0, 24, 3)]
    parts.append(_scale(low, high, TOP + 24 * HOUR_HEIGHT + 12))
    return Markup(
        '<svg class="heatmap" viewBox="0 0 {:g} {:g}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">'
        '<defs><pattern id="unknown" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="5" height="5" fill="{}"/>'
        '<line x1="0" y1="0" x2="0" y2="5" stroke="#c9ced6" stroke-width="1.4"/></pattern></defs>{}</svg>'
    ).format(WIDTH, TOP + 24 * HOUR_HEIGHT + FOOT, label, UNKNOWN, Markup().join(parts))


def shade(kw: float, low: float, high: float) -> str:
    """Colour of a load between the lowest and the highest."""
    if high <= low:
        return SHADES[0]
    return SHADES[min(int((kw - low) / (high - low) * len(SHADES)), len(SHADES) - 1)]


def _scale(low: float, high: float, y: float) -> Markup:
    """The colours with the loads they stand for, and what hatching means."""
    box = 34.0
    parts = [
        Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="8" fill="{}"/>').format(LEFT + i * box, y, box, c)
        for i, c in enumerate(SHADES)
    ]
    end = LEFT + len(SHADES) * box
    parts.append(_text(LEFT, y + 19, f"{low:,.0f} kW", "start"))
    parts.append(_text(end, y + 19, f"{high:,.0f} kW", "end"))
    parts.append(
        Markup('<rect x="{:.1f}" y="{:.1f}" width="14" height="8" fill="url(#unknown)" stroke="#c9ced6"/>').format(
            end + 24, y
        )
    )
    parts.append(_text(end + 43, y + 8, "not known", "start"))
    return Markup().join(parts)


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, text)
