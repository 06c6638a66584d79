"""The page that compares the sites, and the choice of one where a page needs it and none is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from energy_workbench.api.access.session import asked, first, visible
from energy_workbench.api.html import card, page
from energy_workbench.api.web.entrance import entered
from energy_workbench.contract.sites.rows import FleetRow, SiteListed
from energy_workbench.domain.errors import PeriodError
from energy_workbench.domain.pages import OVERVIEW, SITES
from energy_workbench.domain.roles import Token
from energy_workbench.services.workbench import Workbench

router = APIRouter(include_in_schema=False)

PERIODS: Final = ("today", "yesterday", "last 7 days", "this month", "last month")
"""What is offered; any other may stand in the address."""
HEADS: Final = ("Site", "From, to", "Meters", "Energy", "Peak", "Losses", "Emissions", "Data")
COLOURS: Final = {"green": "well", "yellow": "warned", "orange": "faulty", "red": "offline", "grey": "not known"}
"""Colour of meters → what is said of them."""


@dataclass(frozen=True, slots=True)
class Here:
    """The site that a page is about.

    Attributes
    ----------
    wb : Workbench
    slug : str
        Empty where it is the only one, which no address names.
    others : tuple of dict
        All that the visitor may see, where there are several.
    """

    wb: Workbench
    slug: str = ""
    others: tuple[SiteListed, ...] = ()

    def link(self, path: str, **asked: str | int) -> str:
        """An address of this site."""
        query = urlencode({name: value for name, value in {**asked, "site": self.slug}.items() if value})
        return f"{path}?{query}" if query else path

    def switch(self, path: str) -> Markup:
        """Links to the same page of the other sites."""
        links = (
            Markup("<b>{}</b>").format(each["name"])
            if each["site"] == self.slug
            else Markup('<a href="{}?{}">{}</a>').format(path, urlencode({"site": each["site"]}), each["name"])
            for each in self.others
        )
        listed = Markup(" · ").join(links)
        return Markup('<nav class="sites" aria-label="Sites">{}</nav>').format(listed) if self.others else listed


def several(request: Request, who: Token) -> bool:
    """Whether a visitor may see several sites."""
    return len(visible(request, who) if who.sites else first(request).installation.slugs()) > 1


def here(request: Request, who: Token) -> Here | None:
    """The site that a page is about, by its name or the id of a meter of it; None where there are several.

    Raises
    ------
    NotFoundError
        If there is no such site.
    AccessError
        If the visitor has no role there.
    """
    if not several(request, who):
        wb = asked(request, who)
        # Who may see one of several is told which that is.
        named = len(wb.installation.slugs()) > 1
        return Here(wb, wb.installation.slug_of(wb) if named else "")
    if request.query_params.get("site"):
        wb = asked(request, who)
    else:
        # The code on a meter, say, names it by its id, which no meter of another site has.
        slug = first(request).installation.having(request.query_params.get("meter", ""))
        if slug not in visible(request, who):
            return None
        wb = first(request).installation.find(slug)
    return Here(wb, wb.installation.slug_of(wb), tuple(listed(request, who)))


def listed(request: Request, who: Token) -> list[SiteListed]:
    """The sites that a visitor may see."""
    return first(request).sites(roles=visible(request, who))


def choice(request: Request, who: Token) -> Response:
    """Asks which site is meant, with links to the same page of each."""
    rest = [(key, value) for key, value in request.query_params.multi_items() if key not in ("site", "token")]
    cards = Markup().join(
        card(f"{request.url.path}?{urlencode([*rest, ('site', each['site'])])}", each["name"], _about(each))
        for each in listed(request, who)
    )
    return page("Which site?", Markup('<div class="cards">{}</div>').format(cards))


def cards(request: Request, who: Token) -> Markup:
    """A card a site, which leads to its front page."""
    return Markup().join(
        card(f"/?{urlencode({'site': each['site']})}", each["name"], _about(each)) for each in listed(request, who)
    )


@router.get(f"/{SITES.name}")
async def compared(request: Request, period: Annotated[str, Query(max_length=100)] = "today") -> Response:
    """The sites side by side, for everybody who may look at one."""
    who = await run_in_threadpool(entered, request)
    if isinstance(who, Response):
        return who
    wb = first(request)
    try:
        rows = await run_in_threadpool(lambda: wb.fleet(period, roles=visible(request, who)))
        body = _table(rows, period)
    except PeriodError as error:
        body = Markup('<p class="error" role="alert">{}</p>').format(error)
    return page(SITES.title, _form(period) + body, about="Energy Workbench")


def _about(row: SiteListed) -> str:
    if row["problem"]:
        return row["problem"]
    place = " · ".join(filter(None, [row["timezone"], row["country"], row["currency"]]))
    return f"{row['meters']:,} meters · {place}"


def _form(period: str) -> Markup:
    offered = PERIODS if period in PERIODS else (*PERIODS, period)
    options = Markup().join(
        Markup("<option{}>{}</option>").format(Markup(" selected") if each == period else "", each) for each in offered
    )
    return Markup(
        '<form class="filter" method="get" action="/{}"><label>Period <select name="period">{}</select></label>'
        "<button>Show</button></form>"
        '<p class="quiet">Each site in its own days and hours, by its own clock. Nothing is added up over sites.</p>'
    ).format(SITES.name, options)


def _table(rows: list[FleetRow], period: str) -> Markup:
    head = Markup().join(Markup("<th>{}</th>").format(text) for text in HEADS)
    lines = Markup().join(_line(row, period) for row in rows)
    return Markup(
        '<div class="wide"><table class="fleet"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, lines)


def _line(row: FleetRow, period: str) -> Markup:
    link = f"/{OVERVIEW.name}?{urlencode({'site': row['site'], 'period': period})}"
    zone = row["timezone"] if not row["currency"] else f"{row['timezone']}, {row['currency']}"
    name = Markup('<a href="{}"><b>{}</b></a><br><span class="quiet">{}</span>').format(link, row["name"], zone)
    if row["problem"]:
        return Markup('<tr><td>{}</td><td colspan="7" class="bad">{}</td></tr>').format(name, row["problem"])
    peak = _number(row["demand_peak_kw"], "kW", 1)
    if row["demand_peak_at"]:
        peak = f"{peak} at {datetime.fromisoformat(row['demand_peak_at']):%-d %b %H:%M}"
    cells = (
        name,
        Markup("{}<br>{}").format(_instant(row["start"]), _instant(row["end"])),
        _states(row),
        _number(row["energy_kwh"], "kWh"),
        peak,
        _number(row["loss_percent"], "%", 1),
        _number(row["emissions_kg"], "kg"),
        "–" if row["completeness"] is None else f"{100 * row['completeness']:.1f} %",
    )
    told = (Markup('<td data-of="{}">{}</td>').format(*each) for each in zip(HEADS, cells, strict=True))
    return Markup("<tr>{}</tr>").format(Markup().join(told))


def _states(row: FleetRow) -> str:
    there = {COLOURS[colour]: count for colour, count in row["colours"].items() if count}
    counted = f"all {next(iter(there))}" if len(there) == 1 else ", ".join(f"{n:,} {word}" for word, n in there.items())
    return f"{row['meters']:,}: {counted}" if counted else f"{row['meters']:,}"


def _number(value: float | None, unit: str, digits: int = 0) -> str:
    return "–" if value is None else f"{value:,.{digits}f} {unit}"


def _instant(text: str) -> str:
    return f"{text[:16].replace('T', ' ')} {text[-6:]}"
