"""Verdicts of losses: a word, an icon and a colour each."""

from __future__ import annotations

from dataclasses import dataclass

from energy_workbench.figures.theme import Theme


@dataclass(frozen=True)
class Look:
    """How a verdict is shown: the colour is never the only sign."""

    icon: str
    word: str
    colour: str
    about: str


VERDICTS = {
    "hotspot": Look("▲", "hotspot", "red", "above its uncertainty and the threshold"),
    "surplus": Look("⚠", "surplus", "orange", "more is measured below than is supplied"),
    "ok": Look("✓", "ok", "green", "certain, below the threshold"),
    "within_error": Look("≈", "within error", "blue", "within the meters' own error"),
    "not_metered": Look("⊘", "not metered", "grey", "one of its meters is out of service"),
    "insufficient_data": Look("?", "insufficient data", "grey", "known for less than half the time"),
}
"""By verdict, the worst first."""


def verdict_text(verdict: str) -> str:
    """Icon and word."""
    look = VERDICTS[verdict]
    return f"{look.icon} {look.word}"


def colour_of(theme: Theme, verdict: str) -> str:
    """Solid colour of a verdict in a figure."""
    name = VERDICTS[verdict].colour
    return theme.state.get(name) or (theme.accent if name == "blue" else theme.quiet)
