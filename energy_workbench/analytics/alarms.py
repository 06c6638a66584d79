"""Alarms of a period: what health and communication knew, and what intervals tell by the same limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from energy_workbench.domain.health.finding_words import state_title
from energy_workbench.domain.rounding import places
from energy_workbench.domain.time.axis import INTERVAL

WELL: Final = frozenset({"good", "online", "unknown", "not_connected", ""})
"""States of health and communication that are no alarm."""


@dataclass(frozen=True, slots=True)
class Spell:
    """An alarm while it held.

    Attributes
    ----------
    since, until : datetime or None
        None where it held before the period, or still holds at its end.
    what, reason : str
        In words.
    """

    since: datetime | None
    until: datetime | None
    what: str
    reason: str


def spells(events: Iterable[Mapping[str, Any]], start: datetime, until: datetime) -> list[Spell]:
    """When health or communication of a meter was not as it should be, within [start, until).

    Parameters
    ----------
    events : iterable of mapping
        Changes of one meter in any order, from before the period on: `at, of, from, to, reason`.
    """
    alarms: list[Spell] = []
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        by_kind.setdefault(str(event["of"]), []).append(event)
    for kind, changes in by_kind.items():
        changes.sort(key=lambda event: datetime.fromisoformat(event["at"]))
        # What each state was, from when, and when it ended; of the first nobody knows since when.
        edges: list[datetime | None] = [None, *(datetime.fromisoformat(event["at"]) for event in changes), None]
        held = [(str(changes[0]["from"] or ""), ""), *((str(e["to"] or ""), str(e["reason"] or "")) for e in changes)]
        for (state, reason), (since, end) in zip(held, pairwise(edges), strict=True):
            if state in WELL or (since is not None and since >= until) or (end is not None and end <= start):
                continue
            if since is None and (kind, state) == ("communication", "offline"):
                continue  # every meter begins so: before its first event nobody had asked it
            began = since if since is not None and since >= start else None
            ended = end if end is not None and end < until else None
            alarms.append(Spell(began, ended, state_title(state), reason))
    return sorted(alarms, key=lambda spell: spell.since or start)


def overload(
    points: Sequence[Mapping[str, Any]], rated_kw: float, limit_percent: float, error: float = 0.0
) -> Spell | None:
    """Whether the mean of 15 minutes was above the limit of overload of a meter's rated power.

    Parameters
    ----------
    points : sequence of mapping
        Intervals, oldest first: `start` (ISO), `demand_kw`.
    limit_percent : float
        [%]
    error : float
        Expanded uncertainty of what the meter measures, as a share of it [1]: the mean is told so far.
    """
    above = [p for p in points if p["demand_kw"] is not None and p["demand_kw"] > rated_kw * limit_percent / 100]
    if not above:
        return None
    greatest = max(p["demand_kw"] for p in above)
    told = f"{round(greatest, places(error * greatest)):,.10g}"
    text = (
        f"{told} kW of {_shown(rated_kw)} kW rated ({100 * greatest / rated_kw:.0f} %) by the 15-minute "
        f"mean; above {limit_percent:g} % for {_shown(len(above) / 4)} h in all"
    )
    since, until = (datetime.fromisoformat(above[k]["start"]) for k in (0, -1))
    return Spell(since, until + INTERVAL, "Overload", text)


def low_power_factor(power_factor: float | None, limit: float | None) -> Spell | None:
    """Whether the power factor of a period is below the limit of health."""
    if power_factor is None or limit is None or power_factor >= limit:
        return None
    return Spell(None, None, "Low power factor", f"{power_factor:.2f} over the period, below {limit:.2f}")


def _shown(value: float) -> str:
    return f"{float(f'{value:.4g}'):,.10g}"
