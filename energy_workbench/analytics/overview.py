"""The dashboard's answer: cards, tree, flow and pattern, from meters, live state and energies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import fsum
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.flow import Measured, children_of, power_flow
from energy_workbench.analytics.live import iso, never_heard
from energy_workbench.analytics.live_power import own, powers, shown_power
from energy_workbench.analytics.site_use import Absent, site_parts, unknown_parts, use_of, why_unknown
from energy_workbench.analytics.summary import status_summary
from energy_workbench.contract.results import Overview, Pattern, PowerFlow
from energy_workbench.contract.rows.flow import Cards, Leaf, SiteFigures, SiteRow
from energy_workbench.domain import maxima
from energy_workbench.domain.entities import Live, Meter, MeterType
from energy_workbench.domain.intervals.quality import MEASURED
from energy_workbench.domain.presence import colour_of
from energy_workbench.domain.status import Colour, Communication, Status
from energy_workbench.energy.counter_steps import WHOLE


def site_root(meters: Sequence[Meter]) -> Meter | None:
    """The meter that stands for the site: its first root of type grid, else main, else any."""
    roots = children_of(meters).get(None, [])
    rank = {MeterType.GRID: 0, MeterType.MAIN: 1}
    return min(roots, key=lambda meter: rank.get(meter.type, 2), default=None)


def flow_now(meters: Sequence[Meter], live: Mapping[int, Live], now: datetime, threshold: float) -> PowerFlow:
    """The flow of power now [kW]; completeness is the share of active meters whose power is known.

    Parameters
    ----------
    meters : sequence of Meter
        The tree of now, with what calculated ones are made of.
    threshold : float
        Share of its supply above which a node's loss is a hotspot [1].
    """
    measured = powers(meters, live, now)
    active = [meter for meter in meters if meter.metered]
    known = sum(measured[meter.key].known(meter) for meter in active)
    share = round(known / len(active), 4) if active else 0.0
    return power_flow(
        meters, measured, unit="kW", colours=colours(meters, live), completeness=share, threshold=threshold
    )


def colours(meters: Iterable[Meter], live: Mapping[int, Live]) -> dict[int, str]:
    """Colour of each meter."""
    return {meter.key: str(colour_of(meter, live.get(meter.key) or never_heard(meter))) for meter in meters}


def site_peak(
    parts: Sequence[Meter], intervals: Iterable[Mapping[str, Any]], begins: Mapping[datetime, datetime] | None = None
) -> tuple[float | None, datetime | None]:
    """Maximum demand of the site [kW], and when it first was.

    Parameters
    ----------
    parts : sequence of Meter
        What the site's use is made of.
    intervals : iterable of mapping
        Rows of the interval table of the site's parts. An interval counts only where every one of them is whole and
        measured: an estimate is no peak.
    begins : mapping of datetime to datetime, optional
        By the start of an interval that of the block whose demand is told, where one of the parts is not read every
        15 minutes; a block counts where all of its intervals do.
    """
    by_start: dict[datetime, dict[int, Measured]] = {}
    for row in intervals:
        if row["quality"] in MEASURED and row["completeness"] >= WHOLE:
            measured = Measured(row["energy_import_kwh"], row["energy_export_kwh"])
            by_start.setdefault(row["start"], {})[row["meter"]] = measured
    uses = [(use, start) for start in sorted(by_start) if (use := use_of(parts, by_start[start])) is not None]
    found = [(4 * use, start) for use, start in uses]
    if begins is not None:
        size, blocks = Counter(begins.values()), dict[datetime, list[float]]()
        for use, start in uses:
            if start in begins:
                blocks.setdefault(begins[start], []).append(use)
        found = [(4 * fsum(of) / len(of), start) for start, of in blocks.items() if len(of) == size[start]]
    highest = maxima.first(use for use, _ in found)
    return (None, None) if highest is None else (max(use for use, _ in found), found[highest][1])


def overview(
    *,
    site: SiteRow,
    meters: Sequence[Meter],
    live: Mapping[int, Live],
    energy: Mapping[int, Measured],
    flow: PowerFlow,
    flow_of_now: PowerFlow,
    pattern: Pattern | None,
    figures: SiteFigures,
    absent: Absent,
    period: str,
    now: datetime,
    zone: ZoneInfo,
) -> Overview:
    """Put the dashboard's answer together.

    Cards count meters and give the site's use: what comes from outside and its own production, so that
    a plant on its generators does not read zero. Where it is not known, they say why.

    Parameters
    ----------
    flow, flow_of_now : PowerFlow
        Of energy over the period, and of power now.
    figures : mapping
        Those of the site over the period.
    absent : Absent
        What the power of now does without.
    """
    power = powers(meters, live, now)
    parts = site_parts(absent.without(meters))
    summary = status_summary(meters, live)
    cards: Cards = {
        "total": summary.total,
        "active": summary.status[Status.ACTIVE],
        "online": summary.communication[Communication.ONLINE],
        "warnings": summary.colour[Colour.YELLOW] + summary.colour[Colour.ORANGE],
        "power_now_kw": _rounded(use_of(parts, power)),
        "power_now_reason": why_unknown(unknown_parts(parts, power), zone, "reports no power now"),
        **figures,
    }
    return Overview(
        now=now.astimezone(zone).isoformat(timespec="seconds"),
        site=site,
        period=period,
        summary=summary.to_dict(),
        cards=cards,
        flow_now=flow_of_now.to_dict(),
        flow=flow.to_dict(),
        pattern=(pattern or _no_pattern(zone)).to_dict(),
        tree=tuple(_leaf(meter, live.get(meter.key) or never_heard(meter), power, energy, zone) for meter in meters),
    )


def _leaf(
    meter: Meter, live: Live, power: Mapping[int, Measured], energy: Mapping[int, Measured], zone: ZoneInfo
) -> Leaf:
    return {
        "id": meter.id,
        "number": meter.number,
        "name": meter.name,
        "type": str(meter.type),
        "flow": str(meter.flow),
        "parent_id": None if meter.parent is None else f"mtr_{meter.parent}",
        "status": str(meter.status),
        "health": str(live.health),
        "health_reason": live.health_reason,
        "communication": str(live.communication),
        "colour": str(colour_of(meter, live)),
        "power_kw": shown_power(meter, power.get(meter.key, Measured())),
        "energy_kwh": own(meter, energy.get(meter.key, Measured()), net=False),
        "last_seen": iso(live.last_seen, zone),
        "x": meter.x,
        "y": meter.y,
    }


def _no_pattern(zone: ZoneInfo) -> Pattern:
    """That of a site without meters."""
    names: dict[str, Any] = dict.fromkeys(("meter", "number", "name", "start", "end"), "")
    nothing: dict[str, Any] = dict.fromkeys(("total_kwh", "peak_kw", "peak_at", "load_factor"))
    return Pattern(**names, **nothing, every="1h", timezone=zone.key, rows=(), completeness=0.0)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
