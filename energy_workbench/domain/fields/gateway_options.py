"""What can be set of a gateway: each option with its unit, its bounds and what holds without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class GatewayOption:
    """One option.

    Attributes
    ----------
    name : str
        As it is stored; times end with their unit.
    label, unit : str
        As people read it.
    low, high : float
        Bounds, both possible.
    whole : bool
        Whether it is a count.
    help : str
        What it does.
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    whole: bool
    help: str

    def bounds(self, url: str) -> tuple[float, float]:
        """What is possible at that gateway: a bus has room for one question at a time."""
        return (self.low, self.high if self.name != CONNECTIONS or parallel(url) else 1)

    def default(self, url: str) -> str:
        """What holds where it is not set, in words."""
        if self.name == RETRIES:
            return "1" if parallel(url) else "0: a late answer could pass for the next one's"
        if self.name == CONNECTIONS:
            return "1"
        if self.name == PAUSE:
            return "the meter profile's, mostly 0"
        return "the meter profile's, mostly 1000"

    def check(self, url: str, value: Any) -> float:
        """The value as it is stored.

        Raises
        ------
        ValueError
            If it is not possible; the message says what is.
        """
        low, high = self.bounds(url)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= value <= high or (self.whole and value != int(value)):
            unit = f" {self.unit}" if self.unit else ""
            if low == high:
                raise ValueError(f"only {low:g} is possible: one question at a time fits on the line behind it")
            raise ValueError(f"{low:g} to {high:g}{unit} is possible{', as a whole number' if self.whole else ''}")
        return float(value)


TIMEOUT, PAUSE, RETRIES, CONNECTIONS = "timeout_ms", "pause_ms", "retries", "connections"
OPTIONS: Final[Mapping[str, GatewayOption]] = {
    option.name: option
    for option in (
        GatewayOption(
            TIMEOUT, "Timeout", "ms", 10, 60_000, False, "Longest wait for an answer; longer than the gateway's own"
        ),
        GatewayOption(PAUSE, "Pause", "ms", 0, 10_000, False, "Rest between two questions, which some meters need"),
        GatewayOption(RETRIES, "Retries", "", 0, 5, True, "How often a question without an answer is put again"),
        GatewayOption(CONNECTIONS, "Connections", "", 1, 8, True, "Questions at once, each on a connection of its own"),
    )
}
"""By name, in the order of a form."""


def parallel(url: str) -> bool:
    """Whether a gateway may be asked several things at once: its answers say which question they are to."""
    return url.partition("://")[0] in ("tcp", "tls")
