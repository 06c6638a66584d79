"""Diesel, solar and carbon over a period: totals of the registers, and what needs a finer split of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import numpy as np

from energy_workbench.analytics.generation.generation import Generator
from energy_workbench.analytics.load_shape import LocalTimes
from energy_workbench.analytics.site_use import Absent, why_unknown
from energy_workbench.contract import results
from energy_workbench.contract.rows.generation import GenerationDay, GeneratorRow
from energy_workbench.domain.emission_factors import Factor
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import Period
from energy_workbench.services.generation.amounts import amounts
from energy_workbench.services.generation.carbon import Carbon, factor_rows, lacking
from energy_workbench.services.generation.site_sources import GROUPS, Group, site_sources
from energy_workbench.services.queries.aligned_energies import elapsed
from energy_workbench.services.queries.energies import Energies
from energy_workbench.services.queries.site_uses import used as site_used
from energy_workbench.services.queries.trees import Stretch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energy_workbench.lake import Reader

    Array = NDArray[np.float64]


def generation(
    energies: Energies,
    reader: Reader,
    trees: Sequence[Stretch],
    absent: Absent,
    span: Period,
    factors: Sequence[Factor],
    country: str | None,
    zone: ZoneInfo,
) -> results.Generation:
    """Own generation, fuel and emissions of a period.

    Parameters
    ----------
    trees : sequence of Stretch
        The tree over the period, at least one, without what was never connected.
    absent : Absent
        That.
    factors : sequence of Factor
        Those that hold at the site, which states this country.
    """
    site = site_sources(energies, reader, trees, span)
    grid, solar, others = site.grid, site.solar, site.others
    done = _done(span, site.count)
    day = LocalTimes(site.start, site.count, zone).day
    carbon = Carbon(factors, day)
    made = amounts(site, reader, carbon)
    running, litres, used, used_kwh = made.running, made.litres, made.used, made.used_kwh
    close = made.close

    dg_kwh, solar_kwh = site.generators.delivered_kwh, solar.delivered_kwh
    imported, exported = grid.delivered_kwh, grid.returned_kwh
    use, other_kwh = site_used(energies, trees, span, zone).kwh, others.delivered_kwh
    estimated = [
        *(("dg_run_hours",) if any(each.hours_estimated for each in running) else ()),
        *(
            ("diesel_litres", "litres_per_kwh", "scope1_kg", "net_kg")
            if any(each.metered_litres is None for each in running)
            else ()
        ),
        *(
            ("solar_self_used_kwh", "solar_self_used_share", "solar_share", "avoided_kg")
            if solar and _rough(close, solar.all_delivered)
            else ()
        ),
        *(("scope2_location_kg", "scope2_market_kg", "net_kg") if carbon.steps_within(~grid.close) else ()),
        *(("days",) if not (close & site.generators.close & others.close)[:done].all() else ()),
    ]
    groups = {"grid": grid, "solar": solar, "generators": site.generators, "others": others}
    figures: dict[str, Any] = made.figures()
    return results.Generation(
        start=span.start.astimezone(zone).isoformat(),
        end=span.end.astimezone(zone).isoformat(),
        timezone=zone.key,
        **figures,
        dg_kwh=_energy(dg_kwh),
        dg_hours_counted=bool(running) and all(each.counted_hours is not None for each in running),
        diesel_estimated=any(each.metered_litres is None for each in running),
        litres_per_kwh=_ratio(made.burnt, dg_kwh),
        solar_kwh=_energy(solar_kwh),
        solar_self_used_share=_ratio(used_kwh, solar_kwh),
        solar_share=_ratio(used_kwh, use),
        other_kwh=_energy(other_kwh),
        grid_import_kwh=_energy(imported),
        grid_export_kwh=_energy(exported),
        use_kwh=_energy(use),
        market_is_location=not carbon.has("grid_market"),
        completeness=_completeness(groups, done),
        generators=tuple(_row(each) for each in running),
        factors=factor_rows(factors, span, zone),
        days=_days(day, groups, litres, used, carbon),
        estimated=tuple(dict.fromkeys(estimated)),
        known={
            name: round(float(group.close[:done].mean()), 4) if done else 0.0
            for name, group in groups.items()
            if group or name != "others"
        },
        market_basis=carbon.market_basis(),
        unknown=tuple(
            {"source": name, "meter": meter.number, "reason": why_unknown([meter], zone, measured=group.measured)}
            # Of what has not been yet, no meter could have told anything.
            for name, group in ([] if span.start > clock.now() else groups.items())
            for meter in group.silent
        ),
        left_out=tuple(absent.numbers),
        missing_factors=lacking(
            factors,
            country,
            carbon,
            {
                "diesel": site.generators.numbers,
                "other_producers": others.numbers,
                "grid_location": [*grid.numbers, *solar.numbers],
            },
        ),
        units=carbon.units(),
    )


def _done(span: Period, count: int) -> int:
    """How many of the intervals are over: that which runs is not incomplete yet."""
    start, end = elapsed(span)
    return min(count, (end - start) // axis.INTERVAL)


def _rough(close: Any, energy: Array) -> bool:
    return bool((np.nan_to_num(energy)[~close] > 0).any())


def _completeness(groups: dict[str, Group], done: int) -> float:
    """Mean over the sources of the share of their time that was measured."""
    shares = [
        float(each.close[:done][each.here[:done]].mean())
        for group in groups.values()
        for each in group.members
        if each.here[:done].any()
    ]
    return round(float(np.mean(shares)), 4) if shares else 0.0


def _row(each: Generator) -> GeneratorRow:
    energy = float(np.nansum(each.energy)) if each.known else None
    burnt = None if each.litres is None else float(each.litres.sum())
    hours = each.run_hours
    return {
        "number": each.number,
        "energy_kwh": _energy(energy),
        "run_hours": _rounded(hours),
        "hours_counted": each.counted_hours is not None,
        "hours_estimated": each.hours_estimated,
        "litres": _rounded(burnt),
        "litres_estimated": each.metered_litres is None,
        "litres_per_kwh": _ratio(burnt, energy),
        "load_litres": _rounded(float(each.curve_litres.sum())) if each.known else None,
        "fuel_deviation": _rounded(each.fuel_deviation),
        "rated_kw": _rounded(each.size) if each.known or each.rated_kw else None,
        "rated_assumed": not each.rated_kw,
        "mean_load": _rounded(energy / hours / each.size) if energy is not None and hours and each.size else None,
    }


def _days(day: Any, groups: dict[str, Group], litres: Array, used: Array, carbon: Carbon) -> tuple[GenerationDay, ...]:
    """The same by local day, for charts [kWh, L, kg]; None where nothing is known of a day."""
    if not len(day):
        return ()
    grid, solar, generators = groups["grid"], groups["solar"], groups["generators"]
    others = groups["others"]
    told = np.isnan(generators.delivered) | generators.unmetered.any()
    fuel = np.where(told, np.nan, litres) if generators else litres
    burnt = carbon.emitted("diesel", fuel, any_there=bool(generators))
    columns = {
        "grid_import_kwh": grid.delivered,
        "grid_export_kwh": grid.returned,
        "dg_kwh": generators.delivered,
        "solar_kwh": solar.delivered,
        "other_kwh": others.delivered,
        "diesel_litres": fuel,
        "solar_self_used_kwh": used,
        "scope1_kg": burnt + carbon.emitted("other_producers", others.delivered, any_there=bool(others)),
        "scope2_location_kg": carbon.emitted("grid_location", grid.delivered, any_there=bool(grid)),
        "scope2_market_kg": carbon.emitted("grid_market", grid.delivered, any_there=bool(grid)),
        "avoided_kg": carbon.emitted("grid_location", used, any_there=bool(solar)),
    }
    starts = np.flatnonzero(np.r_[True, np.diff(day) != 0])
    sums = {name: np.add.reduceat(np.nan_to_num(values), starts) for name, values in columns.items()}
    known = {name: np.add.reduceat((~np.isnan(values)).astype(int), starts) > 0 for name, values in columns.items()}
    # Of a day in which somebody was out of service the sum is not known.
    metered = {name: np.add.reduceat(group.unmetered.astype(int), starts) == 0 for name, group in groups.items()}
    for name, needed in GROUPS.items():
        if name in known:
            known[name] &= np.logical_and.reduce([metered[group] for group in needed])
    dates = day[starts].astype("datetime64[D]").astype(str)
    return tuple(
        cast(
            GenerationDay,
            {
                "day": str(date),
                **{name: _rounded(float(found[at])) if known[name][at] else None for name, found in sums.items()},
            },
        )
        for at, date in enumerate(dates)
    )


def _ratio(part: float | None, whole: float | None) -> float | None:
    return _rounded(part / whole) if part is not None and whole else None


def _energy(value: float | None) -> float | None:
    # As every answer of registers is rounded, so that all say the same.
    return None if value is None else round(value, 6)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
