"""The page of the reports that were written: listed newest first, filtered, opened and downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from markupsafe import Markup

from energy_workbench.api.answers import MEDIA
from energy_workbench.api.html import page
from energy_workbench.api.web.entrance import entered
from energy_workbench.api.web.sites_page import choice, here
from energy_workbench.contract.results import WrittenReports
from energy_workbench.contract.rows.schedules import WrittenReport
from energy_workbench.domain.errors import NotFoundError, PeriodError
from energy_workbench.domain.pages import REPORTS
from energy_workbench.domain.paging import LEFT_OUT
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import parse_period
from energy_workbench.domain.time.period_text import span

router = APIRouter(include_in_schema=False)

ROWS: Final = 25
"""Reports on one page of the list."""
KINDS: Final = {"pdf": "PDF", "xlsx": "Excel"}
"""Kind of file that is downloaded → what its link says; the page itself is opened."""
STATES: Final = {"": "Complete or not", "yes": "Complete", "no": "Incomplete"}
ALONE: Final = (
    "sandbox allow-scripts allow-modals allow-popups allow-downloads; default-src 'none'; base-uri 'none'; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; font-src data:; form-action 'none'"
)
"""Policy of an opened report: its scripts draw its charts, and are strangers to the workbench and to its cookie."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody looks for; an address has it as it stands here."""

    q: str = ""
    report: str = ""
    schedule: str = ""
    complete: str = ""
    offset: int = 0
    site: str = ""

    def address(self, offset: int) -> str:
        """The page of the list that begins with that row."""
        asked = {name: value for name in self.__slots__ if (value := getattr(replace(self, offset=offset), name))}
        return f"/{REPORTS.name}" + (f"?{urlencode(asked)}" if asked else "")

    @property
    def everything(self) -> str:
        """The list without a filter."""
        return Filter(site=self.site).address(0)

    def link(self, path: str) -> str:
        """Another address of the same site."""
        return f"{path}?{urlencode({'site': self.site})}" if self.site else path


Text = Annotated[str, Query(max_length=200)]


@router.get("/reports")
def archive(
    request: Request,
    q: Text = "",
    report: Text = "",
    schedule: Text = "",
    complete: Text = "",
    offset: Annotated[int, Query(ge=0, le=LEFT_OUT)] = 0,
) -> Response:
    """The reports that were written, for everybody who may look."""
    who = entered(request)
    if isinstance(who, Response):
        return who
    of = here(request, who)
    if of is None:
        return choice(request, who)
    wb, asked = of.wb, Filter(q, report, schedule, complete, offset, of.slug)
    every = wb.written_reports()
    try:
        found = wb.written_reports(
            q=q, report=report or None, schedule=schedule or None, complete=_yes(complete), limit=ROWS, offset=offset
        )
    except NotFoundError:  # of a schedule that is gone, and whose reports are
        found = replace(every, rows=(), total=0)
    site = wb.site()["name"]
    parts = (of.switch(f"/{REPORTS.name}"), _form(asked, every.rows), _list(asked, found, wb.zone, of_all=every.total))
    body = Markup().join(parts)
    return page(REPORTS.title, body, about=site)


@router.get("/reports/{id}/{kind}")
def opened(request: Request, id: Annotated[str, Path()], kind: Annotated[str, Path()]) -> Response:
    """A file of a report, opened in the browser."""
    who = entered(request)
    if isinstance(who, Response):
        return who
    of = here(request, who)
    if of is None:
        return choice(request, who)
    name, content = of.wb.report_file(id, kind)
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}", "Content-Security-Policy": ALONE}
    return Response(content, media_type=MEDIA[f".{kind}"], headers=headers)


def _yes(word: str) -> bool | None:
    return {"yes": True, "no": False}.get(word)


def _form(asked: Filter, rows: Sequence[WrittenReport]) -> Markup:
    """The filter; what is chosen of is what there is."""
    reports = {"": "Any report"} | {name: name for name in sorted({row["report"] for row in rows} - {""})}
    schedules = {"": "Any schedule"} | {name: name for name in sorted({row["schedule"] for row in rows} - {""})}
    fields = (
        _menu("report", "Report", reports, asked.report),
        _menu("schedule", "Schedule", schedules, asked.schedule),
        _menu("complete", "Data", STATES, asked.complete),
    )
    everything = asked.everything
    clear = Markup(' <a href="{}">Show all</a>').format(everything) if asked.address(0) != everything else ""
    site = Markup('<input type="hidden" name="site" value="{}">').format(asked.site) if asked.site else ""
    return Markup(
        '<form class="filter" method="get" action="/{}" role="search">'
        '<label>Find <input type="search" name="q" value="{}" placeholder="Title, meter, period" maxlength="200">'
        "</label>"
        "{}{}<button>Show</button>{}</form>"
    ).format(REPORTS.name, asked.q, Markup().join(fields), site, clear)


def _menu(name: str, label: str, options: dict[str, str], chosen: str) -> Markup:
    if chosen and chosen not in options:
        options = {**options, chosen: chosen}
    listed = Markup().join(
        Markup('<option value="{}"{}>{}</option>').format(value, Markup(" selected") if value == chosen else "", text)
        for value, text in options.items()
    )
    return Markup('<label>{} <select name="{}">{}</select></label>').format(label, name, listed)


def _list(asked: Filter, found: WrittenReports, zone: ZoneInfo, *, of_all: int) -> Markup:
    if not found.total:
        said = "No report is like this." if of_all else "No report has been written yet."
        how = "" if of_all else " A schedule sends them by itself; “energy-workbench report” writes one at once."
        return Markup('<p class="quiet">{}{}</p>').format(said, how)
    heads = ("Report", "Period", "Meter or site", "Written", "Schedule", "Data", "Download")
    head = Markup().join(Markup("<th>{}</th>").format(text) for text in heads)
    rows = Markup().join(_row(row, zone, asked) for row in found.rows)
    return Markup(
        '{}<div class="wide"><table class="reports"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}'
    ).format(_count(asked, found), head, rows, _pager(asked, found))


def _count(asked: Filter, found: WrittenReports) -> Markup:
    first, last = asked.offset + 1, asked.offset + len(found.rows)
    text = f"{first:,} – {last:,} of {found.total:,}" if found.total > ROWS else f"{found.total:,}"
    return Markup('<p class="quiet">{} {}, newest first</p>').format(text, "report" if found.total == 1 else "reports")


def _row(row: WrittenReport, zone: ZoneInfo, asked: Filter) -> Markup:
    at = f"/{REPORTS.name}/{quote(row['id'])}"
    first = next(kind for kind in ("html", "pdf", "xlsx") if kind in row["files"])
    links = [
        Markup('<a href="{}">{}</a>').format(
            asked.link(f"/api/Energy/reports/written/{quote(row['id'])}/files/{kind}"), text
        )
        for kind, text in KINDS.items()
        if kind in row["files"]
    ]
    written = datetime.fromisoformat(row["written_at"])
    cells = (
        Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(asked.link(f"{at}/{first}"), row["title"]),
        _period(row["period"], zone),
        row["meter"] or row["site"],
        f"{written:%d %b %Y, %H:%M}",
        row["schedule"] or "on request",
        _data(row),
        Markup(" · ").join(links) or "–",
    )
    return Markup("<tr>{}</tr>").format(Markup().join(Markup("<td>{}</td>").format(cell) for cell in cells))


def _period(text: str, zone: ZoneInfo) -> str:
    try:
        return span(parse_period(text, zone, clock.now()), zone)
    except PeriodError:
        return text or "–"


def _data(row: WrittenReport) -> Markup:
    share = "" if row["completeness"] is None else f" {_percent(row['completeness'])}"
    if row["running"]:
        return Markup('<span class="bad">period not over{}</span>').format(f",{share}" if share else "")
    if row["incomplete"]:
        return Markup('<span class="bad">incomplete{}</span>').format(f",{share}" if share else "")
    return Markup('<span class="good">complete</span>')


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _pager(asked: Filter, found: WrittenReports) -> Markup:
    """Links to the pages beside this one."""
    links = []
    if asked.offset:
        links.append(Markup('<a href="{}">‹ Newer</a>').format(asked.address(max(0, asked.offset - ROWS))))
    if asked.offset + len(found.rows) < found.total:
        links.append(Markup('<a href="{}">Older ›</a>').format(asked.address(asked.offset + ROWS)))
    return Markup('<nav class="pager" aria-label="Pages of the list">{}</nav>').format(Markup(" ").join(links))
