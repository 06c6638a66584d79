"""The front of the report: title page, key figures, what stands out, and the energy of every day."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from energy_workbench.core.period import zone_of
from energy_workbench.reports import charts, words
from energy_workbench.reports.elements import Card, Figure, Html, Section, bullets, cards, heading
from energy_workbench.reports.monthly.collect import Monthly, span_of
from energy_workbench.reports.monthly.flow import known_sum, loss_rows, supplied
from energy_workbench.reports.monthly.meters import unclear


def cover(data: Monthly) -> Section:
    """The title page: whose, when, about what, and how complete."""
    zone = zone_of(data.site["timezone"])
    end, until = (datetime.fromisoformat(data.period[key]) for key in ("end", "until"))
    facts = [
        ("Site", data.site["name"]),
        ("Period", words.span(span_of(data), zone)),
        ("Subject", "The whole site" if data.whole else f"{data.meter['number']} · {data.meter['name']}"),
        ("Data complete", words.percent(data.cards["completeness"] if data.whole else data.hourly["completeness"])),
        ("Meters", words.number(len(data.meters))),
        ("Written", f"{words.instant(data.written_at, zone)} ({data.site['timezone']})"),
    ]
    if until < end:
        facts.insert(2, ("State", f"Running: data until {words.instant(until, zone)}"))
    rows = Markup().join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*fact) for fact in facts)
    title = "Monthly energy report" if _is_month(data, zone) else "Energy report"
    return Section(
        (
            Html(
                Markup(
                    '<header class="cover"><div class="band"><p class="brand">Energy Workbench</p><h1>{}</h1>'
                    '<p class="subject">{}</p><p class="when">{}</p></div><dl>{}</dl></header>'
                ).format(
                    title,
                    data.site["name"] if data.whole else f"{data.meter['number']} · {data.meter['name']}",
                    words.span(span_of(data), zone),
                    rows,
                )
            ),
        )
    )


def summary(data: Monthly) -> Section:
    """Key figures, what stands out, and the energy of every day."""
    zone = zone_of(data.site["timezone"])
    return Section(
        (
            heading("Summary", page=True),
            cards(_cards(data, zone)),
            bullets(_findings(data, zone)),
            heading(f"Energy by day: {data.meter['number']}", level=3),
            Figure(charts.daily_energy(data.daily["points"], zone), "Energy of every day [kWh]"),
        )
    )


def _cards(data: Monthly, zone: ZoneInfo) -> list[Card]:
    pattern, number = data.hourly, data.meter["number"]
    compared = ""
    if data.previous:
        compared = f"{words.change(pattern['total_kwh'], data.previous['total_kwh'])} on the period before"
    energy = Card(f"Energy, {number}", words.number(pattern["total_kwh"], 1), "kWh", compared)
    demand = Card(
        f"Maximum demand, {number}", words.number(pattern["peak_kw"], 1), "kW", words.instant(pattern["peak_at"], zone)
    )
    factor = Card(f"Load factor, {number}", words.percent(pattern["load_factor"]), "", "mean load ÷ maximum demand")
    if not data.whole:
        hours = _known_hours(pattern)
        mean = pattern["total_kwh"] / hours if hours else None
        return [energy, demand, factor, Card("Mean load", words.number(mean, 1), "kW", "over the known hours")]
    site = data.cards
    used = words.number(site["energy_kwh"], 1)
    peak, peak_at = words.number(site["demand_peak_kw"], 1), words.instant(site["demand_peak_at"], zone)
    return [
        Card("Energy used on site", used, "kWh", "grid and own production, less export"),
        energy,
        *_production(data),
        Card("Maximum demand, site", peak, "kW", peak_at),
        demand,
        factor,
        _loss_card(data),
    ]


def _production(data: Monthly) -> list[Card]:
    """What the site's own sources produced."""
    supply, found = supplied(data), []
    for kind, label in (("solar", "Solar"), ("generator", "Diesel generation")):
        of_kind = [s["delivered_kwh"] for s in data.sources if s["type"] == kind]
        if of_kind:
            produced = known_sum(of_kind)
            note = f"{words.percent(produced / supply)} of the supply" if supply and produced is not None else ""
            found.append(Card(label, words.number(produced, 1), "kWh", note))
    return found


def _loss_card(data: Monthly) -> Card:
    rows = loss_rows(data)
    lost = known_sum([row["loss"] for row in rows]) if rows else None
    supply = supplied(data)
    note = f"{words.percent(lost / supply)} of the supply" if lost is not None and supply else ""
    return Card("Losses", words.number(lost, 1), "kWh", note)


def _findings(data: Monthly, zone: ZoneInfo) -> list[str]:
    """What stands out, in sentences."""
    found = []
    days = [p for p in data.daily["points"] if p["energy_kwh"] is not None and p["completeness"] >= 0.999]
    if len(days) > 1:
        high, low = (chosen(days, key=lambda p: p["energy_kwh"]) for chosen in (max, min))
        found.append(
            f"Most energy was taken on {words.day(high['start'], zone)} ({words.number(high['energy_kwh'], 1)} kWh), "
            f"least on {words.day(low['start'], zone)} ({words.number(low['energy_kwh'], 1)} kWh)."
        )
    if data.previous:
        earlier = data.previous
        found.append(
            f"The period before took {words.number(earlier['total_kwh'], 1)} kWh with a maximum demand of "
            f"{words.number(earlier['peak_kw'], 1)} kW."
        )
    exported = known_sum([s["returned_kwh"] for s in data.sources if s["type"] == "grid"])
    if exported:
        found.append(f"{words.number(exported, 1)} kWh flowed back to the grid.")
    if rows := [row for row in loss_rows(data) if row["share"] is not None]:
        worst = max(rows, key=lambda row: row["share"])
        found.append(
            f"The largest share is lost below {worst['number']}: {words.percent(worst['share'])} of what it receives, "
            f"{words.number(worst['loss'], 1)} kWh."
        )
    doubtful = [row for row in data.meters if unclear(row)]
    found.append(
        f"{len(doubtful)} of {len(data.meters)} meters {'has' if len(doubtful) == 1 else 'have'} gaps or estimated "
        "values; see Data quality."
        if doubtful
        else "Every meter was measured without a gap."
    )
    return found


def _is_month(data: Monthly, zone: ZoneInfo) -> bool:
    start, end = (datetime.fromisoformat(data.period[key]).astimezone(zone) for key in ("start", "end"))
    return (start.day, end.day, end.hour) == (1, 1, 0) and 27 < (end - start).days < 32


def _known_hours(pattern: dict[str, Any]) -> float:
    """Hours of an hourly pattern whose energy is known [h]."""
    return float(sum(p["completeness"] for p in pattern["points"] if p["energy_kwh"] is not None))
