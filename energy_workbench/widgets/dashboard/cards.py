"""Cards and notes of the overview: how many meters are how, and what the site or a meter uses."""

from __future__ import annotations

from energy_workbench.contract.results import Overview, Pattern
from energy_workbench.contract.rows.flow import Cards, Leaf
from energy_workbench.figures.wording.generation import without
from energy_workbench.figures.wording.site import speak_for
from energy_workbench.figures.wording.words import amount, percent
from energy_workbench.widgets.dashboard.branch import Counts, Part
from energy_workbench.widgets.markup import Card


def count_cards(counts: Counts, where: str) -> list[Card]:
    """The meters of a part of the tree by state, now."""
    total, warnings = counts.total, counts.warnings
    of_all = f"of {amount(total)}, now"
    return [
        Card("Meters", amount(total), where),
        Card("Active", amount(counts.active), of_all, "green" if counts.active == total else "yellow"),
        Card("Online", amount(counts.online), of_all, "green" if counts.online == total else "yellow"),
        Card("Warnings", amount(warnings), "see below" if warnings else "none", "yellow" if warnings else "green"),
    ]


def site_cards(overview: Overview) -> list[Card]:
    """What the site uses, and how much of it is known."""
    cards, period = overview.cards, overview.period
    return [
        Card("Power now", amount(cards["power_now_kw"], "kW"), _known(cards["power_now_kw"], "used on site")),
        Card("Energy", amount(cards["energy_kwh"], "kWh"), _known(cards["energy_kwh"], period)),
        Card("Peak demand", amount(cards["demand_peak_kw"], "kW"), _peak(cards, period)),
        Card("Data", percent(cards["completeness"], 1), f"complete, {period}", _completeness(cards["completeness"])),
    ]


def meter_cards(meter: Leaf, own: Pattern, period: str) -> list[Card]:
    """The same of one meter, by its own registers."""
    number, producer = meter["number"], meter["flow"] == "producer"
    word = "produced" if producer else "used"
    return [
        Card("Power now", amount(meter["power_kw"], "kW"), _known(meter["power_kw"], f"{word}, {number}")),
        Card(f"Energy {word}", amount(own.total_kwh, "kWh"), _known(own.total_kwh, f"{number}, {period}")),
        Card("Peak demand", amount(own.peak_kw, "kW"), _known(own.peak_kw, f"{own.block_minutes} min, {period}")),
        Card("Data", percent(own.completeness, 1), f"complete, {period}", _completeness(own.completeness)),
    ]


def _known(value: float | None, note: str) -> str:
    return "not known" if value is None else note


def _peak(cards: Cards, period: str) -> str:
    if cards["demand_peak_kw"] is None:
        return "not known"
    if cards["energy_reason"]:
        return "while all was measured"
    # An answer that was kept by an earlier version knows quarters of an hour alone.
    return f"{cards.get('demand_block_minutes', 15)} min, {period}"


def notes(overview: Overview, *, whole: bool = True) -> list[str]:
    """Notes about the cards, a sentence each: what the site does not state, what is not known and why.

    Parameters
    ----------
    whole : bool
        Whether the cards are about the whole site.
    """
    cards, site = overview.cards, overview.site
    if not whole:
        return [site["advice"]] if site.get("advice") else []
    # That a period lies in the future is told above, of all the page.
    told = {cards["energy_reason"]: f"energy, {overview.period}"} if not overview.note else {}
    now = cards["power_now_reason"]
    told[now] = f"{told[now]}, and power now" if now in told else "power now"
    told.pop("", None)
    return [
        *([site["advice"]] if site.get("advice") else []),
        *(f"The site's use ({what}) is not known, because {why}." for why, what in told.items()),
        *speak_for(cards),
        *without(cards["left_out"], overview.part["left_out"] if overview.part else None),
    ]


def _completeness(share: float | None) -> str:
    return "red" if share is None or share < 0.8 else "yellow" if share < 0.98 else "green"


def calm(part: Part) -> str:
    """The sentence where no meter needs attention; meters that were never read are not called well."""
    silent = part.silent
    return f"✓ No meter needs attention; {silent} sent no data yet." if silent else "✓ No meter needs attention."
