"""Diesel, solar and carbon over a period, out of intervals and counters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.analytics.diesel import burnt_from_tank
from energy_workbench.analytics.flow import children_of
from energy_workbench.analytics.generation import Flows, Generator, by_interval, emissions, emitted
from energy_workbench.analytics.load_shape import LocalTimes
from energy_workbench.answers.side_by_side import SideBySide, side_by_side
from energy_workbench.core import axis, results
from energy_workbench.core.clock import to_micros
from energy_workbench.core.entities import Flow, Meter, MeterType
from energy_workbench.core.factors import Factor, steps
from energy_workbench.core.period import Period

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

NEAR = timedelta(hours=1)
"""A counter's value this close to an edge of the period stands for the edge."""
_NEAR_US = NEAR // timedelta(microseconds=1)


def generation(
    reader: Reader, meters: Sequence[Meter], span: Period, factors: Sequence[Factor], zone: ZoneInfo
) -> results.Generation:
    """Own generation, fuel and emissions of a period.

    Parameters
    ----------
    meters : sequence of Meter
        Those there were, with the tree of that time.
    factors : sequence of Factor
        Those that hold at the site.
    """
    producers = [meter for meter in meters if meter.flow is Flow.PRODUCER and not _below_producer(meter, meters)]
    generators = [meter for meter in producers if meter.type is not MeterType.SOLAR]
    solar = [meter for meter in producers if meter.type is MeterType.SOLAR]
    supply = _incomers(meters)
    beside = side_by_side(reader, [*producers, *supply], span)
    flows = Flows(
        _summed(beside, supply, 0),
        _summed(beside, supply, 1),
        _added([beside.consumed(meter) for meter in solar], beside.count),
    )
    running = [_generator(reader, meter, beside) for meter in generators]
    litres = np.sum([each.litres for each in running], axis=0) if running else np.zeros(beside.count)
    day = LocalTimes(beside.start, beside.count, zone).day
    diesel, location, market, credit = (
        by_interval(steps(factors, name), day) for name in ("diesel", "grid_location", "grid_market", "export_credit")
    )
    carbon = emitted(
        flows, litres, diesel=diesel, grid_location=location, grid_market=location if market is None else market
    )
    whole = emissions(carbon, flows.grid_export, credit)
    known = [flows.grid_import if supply else np.zeros(0), *(beside.consumed(meter) for meter in producers)]
    dg_kwh, solar_kwh = _total(_added([each.energy for each in running], beside.count)), _total(flows.solar)
    used, imported = _total(flows.solar_self_used), _total(flows.grid_import)
    use = _total(flows.grid_import - np.nan_to_num(flows.grid_export)) + dg_kwh + solar_kwh
    burnt = float(litres.sum())
    return results.Generation(
        start=span.start.astimezone(zone).isoformat(),
        end=span.end.astimezone(zone).isoformat(),
        timezone=zone.key,
        dg_kwh=_rounded(dg_kwh),
        dg_run_hours=_rounded(sum(each.run_hours for each in running)),
        dg_hours_counted=bool(running) and all(each.counted_hours is not None for each in running),
        diesel_litres=_rounded(burnt),
        diesel_estimated=any(each.metered_litres is None for each in running),
        litres_per_kwh=_rounded(burnt / dg_kwh) if dg_kwh > 0 else None,
        solar_kwh=_rounded(solar_kwh),
        solar_self_used_kwh=_rounded(used),
        solar_self_used_share=_rounded(used / solar_kwh) if solar_kwh > 0 else None,
        solar_share=_rounded(used / use) if use > 0 else None,
        grid_import_kwh=_rounded(imported),
        grid_export_kwh=_rounded(_total(flows.grid_export)),
        use_kwh=_rounded(use),
        scope1_kg=_known(whole.scope1),
        scope2_location_kg=_known(whole.scope2_location),
        scope2_market_kg=_known(whole.scope2_market),
        market_is_location=market is None,
        avoided_kg=_known(whole.avoided),
        net_kg=_known(whole.net),
        completeness=round(float(np.mean([(~np.isnan(each)).mean() for each in known if len(each)] or [0.0])), 4),
        generators=tuple(_row(each) for each in running),
        factors=tuple(
            {
                "name": each.name,
                "value": each.value,
                "unit": each.unit,
                "valid_from": each.valid_from.isoformat() if each.valid_from else None,
                "source": each.source,
            }
            for each in factors
        ),
        days=_days(flows, running, litres, carbon, day),
    )


def _incomers(meters: Sequence[Meter]) -> list[Meter]:
    """The meters through which the site is supplied: its roots of type grid, else its roots that produce nothing."""
    roots = children_of(meters).get(None, [])
    grid = [meter for meter in roots if meter.type is MeterType.GRID]
    return grid or [meter for meter in roots if meter.flow is not Flow.PRODUCER]


def _below_producer(meter: Meter, meters: Sequence[Meter]) -> bool:
    by_key = {each.key: each for each in meters}
    while meter.parent in by_key:
        meter = by_key[meter.parent]
        if meter.flow is Flow.PRODUCER:
            return True
    return False


def _summed(beside: SideBySide, meters: Sequence[Meter], side: int) -> Any:
    """Import (0) or export (1) of some meters [kWh]; a meter that never tells one counts nothing there."""
    found = [beside.energies[meter.key][side] for meter in meters]
    return _added([np.zeros(beside.count) if side and np.isnan(each).all() else each for each in found], beside.count)


def _added(found: Sequence[Any], count: int) -> Any:
    return np.sum(found, axis=0) if found else np.zeros(count)


def _generator(reader: Reader, meter: Meter, beside: SideBySide) -> Generator:
    end = beside.start + beside.count * axis.INTERVAL
    return Generator(
        meter.number,
        beside.consumed(meter),
        meter.rated_kw,
        counted_hours=_counted(reader, meter, "run_hours", beside.start, end),
        metered_litres=_metered_litres(reader, meter, beside.start, end),
    )


def _metered_litres(reader: Reader, meter: Meter, start: datetime, end: datetime) -> float | None:
    """Fuel by a meter's counter, or else by the volume in its tank [L]; None where neither is known at both ends."""
    counted = _counted(reader, meter, "fuel_used", start, end)
    if counted is not None or "fuel_volume" not in reader.quantities(meter.key):
        return counted
    table = reader.readings(meter.key, start - NEAR, end + NEAR, quantities=["fuel_volume"]).drop_null()
    instants = table["ts"].cast("int64").to_numpy()
    low, high = to_micros(start), to_micros(end)
    if not len(instants) or instants[0] > low + _NEAR_US or instants[-1] < high - _NEAR_US:
        return None
    first, last = int(np.abs(instants - low).argmin()), int(np.abs(instants - high).argmin())
    volume = np.asarray(table["fuel_volume"].to_numpy(), float)[first : last + 1]
    # The last of each quarter of an hour: a tank is filled in minutes, and sloshes in seconds.
    quarter = instants[first : last + 1] // axis.INTERVAL_MICROS
    kept = np.r_[quarter[1:] != quarter[:-1], True]
    kept[0] = True
    return burnt_from_tank(volume[kept])


def _counted(reader: Reader, meter: Meter, name: str, start: datetime, end: datetime) -> float | None:
    """How far a counter of a meter went between two instants; None where it is not known at both, or fell."""
    if name not in reader.quantities(meter.key):
        return None
    values = []
    for edge in (start, end):
        table = reader.readings(meter.key, edge - NEAR, edge + NEAR, quantities=[name])
        known = [
            (abs((ts - edge).total_seconds()), value)
            for ts, value in zip(table["ts"].to_pylist(), table[name].to_pylist(), strict=True)
            if value is not None
        ]
        if not known:
            return None
        values.append(min(known)[1])
    first, last = values
    return float(last - first) if last >= first else None


def _row(each: Generator) -> dict[str, Any]:
    burnt, energy = float(each.litres.sum()), _total(each.energy)
    return {
        "number": each.number,
        "energy_kwh": _rounded(energy),
        "run_hours": _rounded(each.run_hours),
        "hours_counted": each.counted_hours is not None,
        "litres": _rounded(burnt),
        "litres_estimated": each.metered_litres is None,
        "litres_per_kwh": _rounded(burnt / energy) if energy > 0 else None,
        "load_litres": _rounded(float(each.curve_litres.sum())),
        "fuel_deviation": _known(each.fuel_deviation),
        "rated_kw": _known(each.size),
        "rated_assumed": not each.rated_kw,
        "mean_load": _rounded(energy / each.run_hours / each.size) if each.run_hours and each.size else None,
    }


def _days(
    flows: Flows, running: Sequence[Generator], litres: Any, carbon: Mapping[str, Any], day: Any
) -> tuple[dict[str, Any], ...]:
    """The same by local day, for charts [kWh, L, kg CO₂]."""
    if not len(day):
        return ()
    starts = np.flatnonzero(np.r_[True, np.diff(day) != 0])
    columns = {
        "grid_import_kwh": flows.grid_import,
        "grid_export_kwh": flows.grid_export,
        "dg_kwh": _added([each.energy for each in running], len(day)),
        "solar_kwh": flows.solar,
        "diesel_litres": litres,
        "solar_self_used_kwh": flows.solar_self_used,
        **carbon,
    }
    sums = {
        name: None if values is None else np.add.reduceat(np.nan_to_num(values), starts)
        for name, values in columns.items()
    }
    dates = day[starts].astype("datetime64[D]").astype(str)
    return tuple(
        {
            "day": str(date),
            **{name: None if found is None else _rounded(float(found[at])) for name, found in sums.items()},
        }
        for at, date in enumerate(dates)
    )


def _total(energy: Any) -> float:
    return float(np.nansum(energy))


def _rounded(value: float) -> float:
    return round(value, 4)


def _known(value: float | None) -> float | None:
    return None if value is None else _rounded(value)
