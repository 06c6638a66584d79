"""Numbers, states and instants as text; what goes into a figure as HTML is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.domain.rounding import rounded
from energy_workbench.domain.time.period_text import lengths

ICONS = {"green": "", "yellow": "⚠", "orange": "▲", "red": "✕", "grey": "○"}
"""Shown beside a colour, which is never the only sign; green needs none."""

STATE_COLOURS = {
    "active": "green", "inactive": "red", "maintenance": "yellow", "faulty": "orange",
    "good": "green", "warning": "yellow", "critical": "orange", "unknown": "grey",
    "online": "green", "offline": "red", "timeout": "yellow", "not_connected": "grey",
}  # fmt: skip
"""Colour of each state alone, by the rules that colour a meter."""

LARGER = {"kW": "MW", "kWh": "MWh", "kvarh": "Mvarh", "kVAh": "MVAh", "kg CO₂": "t CO₂", "kg CO₂e": "t CO₂e"}
"""Unit → the next larger one, which is used from ten of it upwards."""

UNKNOWN = "–"

NAMED = 12
"""Meters that a sentence names."""

NOTHING = Markup()
BREAK = Markup("<br>")
"""Begins a new line of a label."""
_END = "\0"


def amount(value: float | None, unit: str = "", share: float | None = None) -> str:
    """A number with its unit, with as many digits as matter: `1,240 kW`, `12.4 MW`; a dash where it is not known.

    Parameters
    ----------
    share : float, optional
        Expanded uncertainty as a share of it [1]: then the digits are those that reports print.
    """
    if value is None:
        return UNKNOWN
    most = 1
    if unit in LARGER and abs(value) >= 10_000:
        value, unit, most = value / 1000, LARGER[unit], most + 3
    if share:
        return f"{rounded(value, share * abs(value), most)} {unit}".rstrip()
    size = abs(value)
    digits = 0 if size >= 100 or value == 0 or (not unit and value == int(value)) else 1 if size >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


def part_of(whole: float, part: float | None, source: str, unit: str, share: float | None = None) -> str:
    """What of a throughput comes from one source, or is exported (below zero); empty where that is all, or nothing."""
    if not part or amount(abs(part), unit, share) in (amount(whole, unit, share), amount(0, unit, share)):
        return ""
    if part < 0:
        return f", exported {amount(-part, unit, share)}"
    return f", of which {source} {amount(part, unit, share)}"


def signed(percent: float | None) -> str:
    """A change [%] with its sign, a dash where it is not known."""
    return UNKNOWN if percent is None else f"{percent:+.1f} %"


def totals(comparison: Mapping[str, Any]) -> str:
    """How the totals of a comparison differ: `totals +5.3 %, 31 and 30 days`."""
    if comparison["totals_percent"] is None:
        return "totals not comparable"
    return f"totals {signed(comparison['totals_percent'])}, {lengths(comparison['days'], comparison['before_days'])}"


def plotted(value: float) -> float:
    """The value with four significant digits: pixels show no more."""
    return float(f"{value:.4g}")


def percent(share: float | None, digits: int = 0) -> str:
    """A share of 1 as per cent."""
    return UNKNOWN if share is None else f"{100 * share:.{digits}f} %"


def title(node: Mapping[str, Any], above: str | None = None) -> Markup:
    """Number of a meter with the icon of its state, escaped; without its parent's number where it begins with it."""
    text = node["number"] or node["name"]
    if above and len(text) > len(above) + 1 and text.startswith(above) and text[len(above)] in "-_./ ":
        text = text[len(above) + 1 :]
    icon = ICONS.get(node.get("colour") or "", "")
    return escape(f"{icon} {text}".strip())


def first_of(numbers: Sequence[str], total: int | None = None) -> str:
    """Numbers of meters side by side; of very many the first, and how many more: `A, B and 812 more`.

    Parameters
    ----------
    total : int, optional
        How many there are, where not all of them are given.
    """
    more = (len(numbers) if total is None else total) - NAMED
    return ", ".join(numbers[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def literal(text: str) -> Markup:
    """A text inside a hover template, where Plotly would replace `%{...}` by a value."""
    return escape(text).replace("%{", Markup("%&#123;"))


def escaped_lines(texts: Iterable[str]) -> list[Markup]:
    """Plain texts, each escaped, with `BREAK` where a line ends.

    All in one go: a chart has thousands, and each on its own takes longer than all the rest of the chart.
    """
    return escape("".join(text + _END for text in texts)).replace("\n", BREAK).split(_END)[:-1]


def spoken(state: str) -> str:
    """A state in words: `not connected`."""
    return state.replace("_", " ")


def states(meter: Mapping[str, Any]) -> Markup:
    """The states of a meter that are not good, in words with their reasons; empty where all are."""
    words = []
    for key in ("status", "health", "communication"):
        word, reason = str(meter.get(key) or ""), str(meter.get(f"{key}_reason") or "")
        if STATE_COLOURS.get(word, "green") != "green":
            text = f"{key} unknown" if word == "unknown" else spoken(word)
            words.append(f"{text}: {reason}" if reason else text)
    return escape(", ".join(words))


def local(iso: str) -> str:
    """A site's instant as local time without its offset, which a chart shows whatever the browser's zone."""
    return datetime.fromisoformat(iso).replace(tzinfo=None).isoformat(timespec="minutes")


def moment(iso: str | None) -> str:
    """A site's instant in words: `Tue 17 Nov 14:15`."""
    return UNKNOWN if not iso else f"{datetime.fromisoformat(iso):%a %d %b %H:%M}"
