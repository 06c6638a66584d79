"""Verdict on a loss by its size, uncertainty and completeness: hotspot, surplus, ok, within error, not metered."""

from __future__ import annotations

from enum import StrEnum

ENOUGH = 0.5
"""Share of the time of which the loss must be known for a verdict: below it a loss may be that of one shift."""


class Verdict(StrEnum):
    """What a loss means."""

    HOTSPOT = "hotspot"
    """Above its uncertainty and above the threshold: somebody should look."""
    SURPLUS = "surplus"
    """The meters below measure more than is supplied, by more than their error: something is counted twice, has a
    wrong ratio, or feeds in unmetered."""
    WITHIN_ERROR = "within_error"
    """Not to be told from nothing with these meters."""
    OK = "ok"
    """A loss that is certain, but below the threshold."""
    NOT_METERED = "not_metered"
    """A meter of the node was out of service for so long that the rest of the time says too little."""
    INSUFFICIENT_DATA = "insufficient_data"


RANK = {
    Verdict.HOTSPOT: 0, Verdict.SURPLUS: 1, Verdict.OK: 2, Verdict.WITHIN_ERROR: 3, Verdict.NOT_METERED: 4,
    Verdict.INSUFFICIENT_DATA: 5,
}  # fmt: skip
"""Order in which people want to look at nodes."""


def judge(
    loss: float, supply: float, uncertainty: float, known: float, threshold: float, unmetered: float = 0.0
) -> Verdict:
    """What a loss means [kWh or kW].

    Parameters
    ----------
    known : float
        Share of the time of which the loss is known, and when in it [1].
    threshold : float
        Share of the supply above which a loss is a hotspot [1].
    unmetered : float
        Share of the time in which a meter of the node was out of service [1].
    """
    if known < ENOUGH:
        return Verdict.NOT_METERED if known + unmetered >= ENOUGH else Verdict.INSUFFICIENT_DATA
    if abs(loss) <= uncertainty:
        return Verdict.WITHIN_ERROR
    if loss < 0:
        return Verdict.SURPLUS
    return Verdict.HOTSPOT if loss > threshold * supply else Verdict.OK
