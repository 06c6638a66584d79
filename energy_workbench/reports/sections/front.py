"""The front of a report: title page, table of contents, key figures and what stands out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from energy_workbench.domain import maxima
from energy_workbench.domain.errors import ReportError
from energy_workbench.domain.lost import CERTAIN, error_together, percent_error
from energy_workbench.figures.wording.generation import without
from energy_workbench.figures.wording.site import peak_note, speak_for
from energy_workbench.reports.content import words
from energy_workbench.reports.content.blocks import (
    CONTENTS,
    Card,
    Cover,
    Html,
    Section,
    amount,
    bullets,
    heading,
    key_figures,
    paragraph,
)
from energy_workbench.reports.content.bundle import About as AboutFacts
from energy_workbench.reports.errors import together
from energy_workbench.reports.report_context import SOURCE_TYPES, ReportContext, known_sum
from energy_workbench.reports.sections.alarms import said
from energy_workbench.reports.sections.quality import unclear


def cover(about: ReportContext, title: str) -> Cover:
    """The title page: whose, when, about what, and how complete."""
    complete = words.percent(about.completeness)
    written = f"{words.instant(about.written_at, about.zone)} ({about.zone.key})"
    facts = [
        ("Site", about.site["name"]),
        ("Period", about.title),
        ("Subject", "The whole site" if about.whole else about.name),
        ("Data complete", complete),
        ("Meters", words.number(len(about.tree))),
        ("Written", written),
    ]
    if about.running:
        facts.insert(2, ("State", f"In progress: data until {words.instant(about.until, about.zone)}"))
    elif about.incomplete:
        facts.insert(2, ("State", "Incomplete: part of the period's data is missing"))
    rows = Markup().join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*fact) for fact in facts)
    stamp = Markup('<p class="stamp">Incomplete</p>') if about.incomplete else Markup()
    html = Markup(
        '<header class="cover"><div class="band"><p class="brand">Energy Workbench</p><h1>{}</h1>'
        '<p class="subject">{}</p><p class="when">{}</p>{}</div><dl>{}</dl></header>'
    ).format(title, about.name, about.title, stamp, rows)
    facts_told: AboutFacts = {
        "title": f"{title}, {about.title}" + ("" if about.whole else f", {about.number}"),
        "site": about.site["name"],
        "complete": complete,
        "written": written,
        "completeness": about.completeness,
        "running": about.running,
        "incomplete": about.incomplete,
        "timezone": about.zone.key,
    }
    return Cover(html, facts_told)


def contents() -> Html:
    """The table of contents, with page numbers in the PDF."""
    return Html(CONTENTS)


def summary(about: ReportContext, figures: Sequence[Card | None] = (), says: Sequence[str] = ()) -> Section:
    """Key figures, and what stands out.

    Parameters
    ----------
    figures : sequence of Card
        Key figures of the report's own matter; by default what was used, produced and lost, and when it peaked.
    says : sequence of str
        What the sentences are about, of `SENTENCES`; everything by default.

    Raises
    ------
    ReportError
        If there are no sentences about one of them.
    """
    if unknown := set(says) - set(SENTENCES):
        raise ReportError(f"the summary has no sentences about {', '.join(sorted(unknown))}: {', '.join(SENTENCES)}")
    said = [sentence for topic, find in SENTENCES.items() if topic in (says or SENTENCES) for sentence in find(about)]
    return Section(
        (
            heading("Summary", page=True),
            *([paragraph(_warning(about), kind="notice")] if about.incomplete else []),
            key_figures(figures or _cards(about)),
            bullets(said),
        )
    )


def _warning(about: ReportContext) -> str:
    known = f"{words.percent(about.completeness)} of the data is there"
    if about.running:
        return f"The period is not over: the report covers it until {words.instant(about.until, about.zone)}; {known}."
    return (
        f"The report is incomplete: {known}. What flowed while a meter was silent is in the totals where its registers "
        "show it afterwards; what no register shows is in none."
    )


def _cards(about: ReportContext) -> list[Card | None]:
    pattern = about.hourly
    of = f", {about.number}" if about.whole else ""
    beside = about.comparison
    compared = ""
    if beside and beside.change_percent is not None:
        compared = f"{words.change(beside.change_percent)} by like days; {words.totals(beside)}"
    elif beside:
        compared = f"no like days to compare; {words.totals(beside)}"
    energy = amount(f"Energy{of}", pattern.total_kwh, "kWh", compared, error=_of(about.error, pattern.total_kwh))
    demand = amount(
        f"Maximum demand{of}",
        pattern.peak_kw,
        "kW",
        words.instant(pattern.peak_at, about.zone),
        error=_of(about.error, pattern.peak_kw),
    )
    known = f"mean of the known blocks ÷ maximum, {words.percent(pattern.load_factor_share)} of the time"
    factor = Card(f"Load factor{of}", words.percent(pattern.load_factor), "", known)
    if not about.whole:
        spanned = f"mean by registers, {words.percent(pattern.mean_load_share)} of the time"
        mean = pattern.mean_load_kw
        return [energy, demand, factor, amount("Mean load", mean, "kW", spanned, error=_of(about.error, mean))]
    used, peak = about.cards["energy_kwh"], about.cards["demand_peak_kw"]
    why = about.cards["energy_reason"]
    told = f"not known: {why}." if why else "grid and own production, less export."
    about_use = " ".join([told, *speak_for(about.cards), *without(about.cards["left_out"])])
    return [
        amount("Energy used on site", used, "kWh", about_use.removesuffix("."), error=about.error_used),
        energy,
        *_production(about),
        amount(
            "Maximum demand, site",
            peak,
            "kW",
            peak_note(about.cards, words.instant(about.cards["demand_peak_at"], about.zone)),
            error=_of(about.error_of(*SOURCE_TYPES), peak),
        ),
        demand,
        factor,
        loss_card(about),
    ]


def _production(about: ReportContext) -> list[Card]:
    """What the site's own sources produced, as every other face tells it; no card where there is no such source."""
    made = about.generation
    parts = (made.grid_import_kwh, made.dg_kwh, made.solar_kwh, made.other_kwh)
    supply = sum(known) if len(known := [kwh for kwh in parts if kwh is not None]) == len(parts) else None
    cards = []
    kinds = (
        (made.solar_kwh, "Solar", "solar", "solar"),
        (made.dg_kwh, "Diesel generation", "generators", "generator"),
        (made.other_kwh, "Other producers", "others", "producer"),
    )
    for produced, label, silent, kind in kinds:
        note = f"{words.percent(produced / supply)} of the supply" if supply and produced else ""
        if produced is None:
            note = "; ".join(row["reason"] for row in made.unknown if row["source"] == silent)
        if produced != 0:
            cards.append(amount(label, produced, "kWh", note, error=_of(about.error_of(kind), produced)))
    return cards


def loss_card(about: ReportContext) -> Card:
    """What all nodes lost together, as the page of losses has it."""
    lost = about.balance.lost
    if lost["loss_kwh"] is None:
        return Card("Losses", words.number(None), "kWh", "known for no node")
    share, error = lost["site_percent"], error_together(about.balance.rows)
    certain = error_together(row for row in about.balance.rows if row["verdict"] in CERTAIN)
    # Per cent err as the energy does.
    of_share = abs(share * error / lost["loss_kwh"]) if share and lost["loss_kwh"] else None
    said = [
        "share of the site's supply not known"
        if share is None
        else f"{words.measured(share, of_share)} % of the site's supply over that time",
        f"{words.measured(lost['certain_kwh'], certain)} kWh certain",
        known_for(lost["completeness"] or 0.0),
    ]
    return amount("Losses", lost["loss_kwh"], "kWh", "; ".join(said), error=error)


def known_for(completeness: float) -> str:
    """Of which share of the time losses are known: that of the node of which least is."""
    return f"known for {'all' if completeness >= 1 else f'{words.percent(completeness)} or more'} of the time"


def _of(share: float | None, value: float | None) -> float | None:
    """Expanded uncertainty of a value, in its unit."""
    return None if share is None or value is None else abs(share * value)


def _returned(about: ReportContext) -> list[str]:
    grids = [s for s in about.sources if s["type"] == "grid"] if about.whole else []
    back = known_sum([s["returned_kwh"] for s in grids])
    error = together((about.errors[s["id"]], s["returned_kwh"]) for s in grids)
    return [f"{words.measured(back, error)} kWh flowed back to the grid."] if back else []


def _lost(about: ReportContext) -> list[str]:
    hot = [row for row in about.balance.rows if row["verdict"] == "hotspot"] if about.whole else []
    if not hot:
        return []
    worst = max(hot, key=lambda row: row["loss_kwh"] or 0.0)
    return [
        f"The largest loss that its meters prove is below {worst['number']}: "
        f"{words.measured(worst['loss_kwh'], worst['uncertainty_kwh'])} kWh, "
        f"{words.measured(worst['loss_percent'], percent_error(worst), 2)} % of its supply."
    ]


def _measured(about: ReportContext) -> list[str]:
    doubtful = [row for row in about.meters if unclear(row)]
    if not doubtful:
        return ["Every meter was measured without a gap."]
    have = "has" if len(doubtful) == 1 else "have"
    return [f"{len(doubtful)} of {len(about.meters)} meters {have} gaps or estimated values."]


def _extremes(about: ReportContext) -> list[str]:
    if about.hours:
        return []
    whole_days = [(p["start"], p["energy_kwh"]) for p in about.daily.points if p["completeness"] >= 0.999]
    days = [(start, kwh) for start, kwh in whole_days if kwh is not None]
    if len(days) < 2:
        return []
    high, low = (days[maxima.first(sign * kwh for _, kwh in days) or 0] for sign in (1, -1))
    most, least = (words.measured(kwh, _of(about.error, kwh)) for _, kwh in (high, low))
    if high is low:
        return [f"Every known day used the same energy ({most} kWh)."]
    return [
        f"Most energy was used on {words.day(high[0], about.zone)} ({most} kWh), "
        f"least on {words.day(low[0], about.zone)} ({least} kWh)."
    ]


def _before(about: ReportContext) -> list[str]:
    earlier = about.comparison
    if not earlier:
        return []
    before = words.between(earlier.before_start, earlier.before_end, about.zone)
    kwh = words.measured(earlier.before_kwh, _of(about.error, earlier.before_kwh))
    took = f"{before} took {kwh} kWh ({words.totals(earlier)})"
    if earlier.change_percent is None:
        return [f"{took}; too little was measured to compare like days."]
    return [f"{took}; by like days the change is {words.change(earlier.change_percent)}."]


SENTENCES: dict[str, Callable[[ReportContext], list[str]]] = {
    "days": _extremes,
    "comparison": _before,
    "export": _returned,
    "losses": _lost,
    "alarms": said,
    "data": _measured,
}
"""What stands out, by what it is about; in the order in which it is said."""
