"""A meter as people see it: its configuration, its live state, and the power through it now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast, overload
from zoneinfo import ZoneInfo

from energy_workbench.contract.results import METER_COLUMNS
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.fields import meter_fields
from energy_workbench.domain.fields.meter_field import Stored
from energy_workbench.domain.presence import alone, colour_of
from energy_workbench.domain.quantities import Scaling
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.status import Communication
from energy_workbench.domain.time import clock


def describe(meter: Meter, live: Live | None, zone: ZoneInfo, power: float | None = None) -> MeterRow:
    """The row of a meter, as REST and frames show it; instants are ISO text in the site's zone.

    Parameters
    ----------
    live : Live or None
        As `presence` gives it; None where nothing was ever heard of the meter.
    power : float, optional
        Through it now [kW], where it is known.
    """
    live = live or never_heard(meter)
    fields = {field.name: field.of(meter) for field in meter_fields.COLUMNS if field.stored is not Stored.PLACEMENT}
    now = {
        "id": meter.id,
        "parent_id": None if meter.parent is None else f"mtr_{meter.parent}",
        "health": str(live.health),
        "communication": str(live.communication),
        "colour": str(colour_of(meter, live)),
        "last_seen": iso(live.last_seen, zone),
        "created_at": iso(meter.created_at, zone),
        "updated_at": iso(meter.updated_at, zone),
    }
    last = {
        "revision": meter.revision,
        "status_reason": fields.pop("status_reason"),
        "status_since": iso(meter.status_since, zone),
        "deleted_at": iso(meter.deleted_at, zone),
        "health_reason": live.health_reason,
        "health_since": iso(live.health_since, zone),
        "error": live.error,
        "commissioned": meter.sheets > 0,
        "power_kw": power,
    }
    known = {**fields, **ratio_values(meter.ratio), **now}
    return cast(MeterRow, {name: known[name] for name in (*METER_COLUMNS, *fields)} | last)


def ratio_values(ratio: Ratio) -> dict[str, float | str | None]:
    """A ratio as rows show it, with the text of the nameplate."""
    values = {field.name: field.held_by(ratio) for field in meter_fields.RATIO}
    values |= {"ct_ratio": ratio.ct_text, "pt_ratio": ratio.pt_text}
    return {name: values[name] for name in METER_COLUMNS if name in values}


def never_heard(meter: Meter) -> Live:
    """The state of a meter of which there is neither a word nor a reading."""
    return alone(meter, None, None, clock.now())


@overload
def iso(instant: datetime, zone: ZoneInfo) -> str: ...


@overload
def iso(instant: None, zone: ZoneInfo) -> None: ...


@overload
def iso(instant: datetime | None, zone: ZoneInfo) -> str | None: ...


def iso(instant: datetime | None, zone: ZoneInfo) -> str | None:
    """ISO text in the zone, with offset."""
    return None if instant is None else instant.astimezone(zone).isoformat()


def freshness(meter: Meter) -> timedelta:
    """For how long a value of the meter stands for now.

    Four polls, at least a minute, forgive one or two that fail; a meter that is not polled is read
    from elsewhere, mostly every interval.
    """
    return timedelta(seconds=max(60.0, 4 * meter.poll_seconds)) if meter.polled else timedelta(minutes=16)


def power_kw(meter: Meter, live: Live | None, now: datetime) -> float | None:
    """Primary active power through the meter now [kW], positive is import; None where it is not known now."""
    if not meter.metered:
        # Out of service: its last value stands still, whatever flows.
        return None
    if live is None or live.last_seen is None or now - live.last_seen > freshness(meter):
        return None
    if meter.polled and live.communication is Communication.OFFLINE:
        return None
    reported = live.values.get("active_power_total")
    if reported is None:
        phases = [live.values.get(f"active_power_{phase}") for phase in ("l1", "l2", "l3")]
        known = [value for value in phases if value is not None]
        if len(known) < 3:
            return None
        reported = sum(known)
    return reported * meter.ratio.factor(Scaling.POWER)
