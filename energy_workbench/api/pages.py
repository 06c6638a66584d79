"""The front page, and redirects to the servers of pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.responses import RedirectResponse

from energy_workbench.api.access.session import first
from energy_workbench.api.html import BACK, card, page
from energy_workbench.api.web.entrance import entered
from energy_workbench.api.web.processes import processes
from energy_workbench.api.web.sites_page import Here, cards, choice, here, listed, several
from energy_workbench.domain.pages import EDITED, REPORTS, SITES, VIEWED
from energy_workbench.domain.roles import May, Role, Token
from energy_workbench.services.workbench import Workbench

router = APIRouter(include_in_schema=False)

DASHBOARDS = frozenset(page.name for page in VIEWED)
"""Pages that the dashboards' server shows."""

EDITORS = frozenset(page.name for page in EDITED)
"""Pages that the editors' server shows."""

LAB = "lab"
"""JupyterLab: its server, and its address."""

SELF_LOADING = 10
"""How often the front page loads again [s]."""


def content_policy(request: Request) -> str:
    """What a page of this address may load: only what comes from it."""
    # A browser holds a form to where its redirects lead: the token form may lead on to the pages' servers.
    onward = " ".join(_server(request, name) for name in ("dashboards", "editor"))
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'self'; "
        f"form-action 'self' {onward}"
    )


@router.get("/")
def front(request: Request) -> Response:
    """Links of the caller's role, and the state of every process; of several sites, first which there are."""
    who = entered(request)
    if isinstance(who, Response):
        return who
    of = here(request, who)
    if of is None:
        return _all_sites(request, who)
    role = _role(of, who)
    links = [card(of.link(f"/{page.name}"), page.title, page.about) for page in (*VIEWED, REPORTS)]
    if role.may(May.CHANGE):
        links += [card(of.link(f"/{page.name}"), page.title, page.about) for page in EDITED]
    links += _beside(request, role)
    pages = Markup('<h2>Pages</h2><div class="cards">{}</div>').format(Markup().join(links))
    site = of.wb.site()
    asking = Markup('<p class="ask">{}</p>').format(site["advice"]) if site["advice"] else Markup()
    switch = of.switch("/")
    if several(request, who):
        switch = Markup('<p><a href="/">All sites</a></p>{}').format(switch)
    body = switch + asking + pages + _processes(request, [of.wb])
    again, aside = of.link("/"), _aside(who, role)
    return page(
        "Energy Workbench", body, about=site["name"], aside=aside, refresh=SELF_LOADING, again=again, home=False
    )


def _all_sites(request: Request, who: Token) -> Response:
    """The front page of several sites: each of them, and what is of none alone."""
    every = first(request).installation
    # Of one that cannot be opened its card says why.
    shown = [every.find(each["site"]) for each in listed(request, who) if not each["problem"]]
    beside = [card(f"/{SITES.name}", SITES.title, SITES.about), *_beside(request, who.role)]
    body = Markup('<h2>Sites</h2><div class="cards">{}</div><h2>All sites</h2><div class="cards">{}</div>{}').format(
        cards(request, who), Markup().join(beside), _processes(request, shown)
    )
    return page("Energy Workbench", body, aside=_aside(who, who.role), refresh=SELF_LOADING, home=False)


def _beside(request: Request, role: Role) -> list[Markup]:
    """Links to what is of no site alone."""
    links = []
    if role.may(May.CHANGE):
        lab = f"{first(request).settings.base_of(LAB)}lab"
        links.append(card(lab, "JupyterLab", "Python and SQL for analysts; has a token of its own"))
    return [*links, card("/docs", "Interface for other systems", "Every call of the REST service, with examples")]


def _processes(request: Request, shown: Sequence[Workbench]) -> Markup:
    rows = Markup().join(
        Markup('<tr><td>{}</td><td class="{}">{}</td><td class="quiet">{}</td></tr>').format(
            each.name, "good" if each.alive else "bad", each.word, each.detail
        )
        for each in processes(first(request), shown)
    )
    return Markup(
        "<h2>Processes</h2><table><thead><tr><th>Process</th><th>State</th><th></th></tr></thead>"
        "<tbody>{}</tbody></table>"
    ).format(rows)


def _aside(who: Token, role: Role) -> str:
    return f"{who.name} · {role} access" if who.name != role else f"{role} access"


@router.get("/static/page.css")
def style() -> Response:
    """How the pages look."""
    return Response(_style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.get("/{name}")
def lead(request: Request, name: str) -> Response:
    """Lead to a page of its server, which knows the visit by the same cookie, with the page's own parameters."""
    who = entered(request)
    if isinstance(who, Response):
        return who
    if name not in EDITORS | DASHBOARDS | {LAB}:
        return no_page()
    of = None if name == LAB else here(request, who)
    if name != LAB and of is None:
        return choice(request, who)
    role = _role(of, who)
    if name in EDITORS | {LAB} and not role.may(May.CHANGE):
        text = Markup("<p>This page needs an editor's token; yours is of the role {}.</p>").format(role)
        return page("Not with this token", text + BACK, status=403)
    server = LAB if name == LAB else "editor" if name in EDITORS else "dashboards"
    query = f"?{request.url.query}" if request.url.query else ""
    if of and of.slug and "site" not in request.query_params:
        query = f"{query}{'&' if query else '?'}site={of.slug}"
    return RedirectResponse(f"{_server(request, server)}/{name}{query}", status_code=302)


def _role(of: Here | None, who: Token) -> Role:
    """What somebody is at a site; at the one where most may be done, where none is meant."""
    return (who.at(of.slug) if of and of.slug else None) or who.role


def no_page() -> Response:
    """There is none at the address."""
    return page("There is no such page", BACK, status=404)


def _server(request: Request, name: str) -> str:
    """Address of another server (`dashboards`, `editor`, `lab`), as the browser knows the machine."""
    settings = request.app.state.settings
    if settings.public_url:
        return f"{settings.public_url}{settings.base_of(name).rstrip('/')}"
    port = {"dashboards": settings.dashboard_port, "editor": settings.editor_port, "lab": settings.lab_port}[name]
    host = request.url.hostname or "127.0.0.1"
    if not re.fullmatch(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:]+", host):
        host = "127.0.0.1"
    return f"{request.url.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


@cache
def _style() -> bytes:
    return (Path(__file__).parent / "static" / "page.css").read_bytes()
