"""The front page, the sign-in form, and redirects to the servers of pages."""

from __future__ import annotations

import re
import socket
from datetime import timedelta
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.responses import RedirectResponse

from energy_workbench.api.access.session import begin_visit, remember, visitor, workbench
from energy_workbench.api.html import BACK, card, page
from energy_workbench.domain.pages import EDITED, REPORTS, VIEWED
from energy_workbench.domain.roles import May, Token
from energy_workbench.domain.time import clock
from energy_workbench.runtime.secret import SESSION
from energy_workbench.services.doctor import supervised

router = APIRouter(include_in_schema=False)

DASHBOARDS = frozenset(page.name for page in VIEWED)
"""Pages that the dashboards' server shows."""

EDITORS = frozenset(page.name for page in EDITED)
"""Pages that the editors' server shows."""

LAB = "lab"
"""JupyterLab: its server, and its address."""

EXPECTED = ("service", "collector", "schedule")
"""Processes that say by themselves that they are alive."""

SILENT = timedelta(seconds=30)
"""A process not heard of for this long does not run."""

UNKNOWN = "This token is not known."
ENDED = "Your access has ended: open the link that you were given again, or ask for a new one."

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
    """Links of the caller's role, and the state of every process."""
    who = entered(request)
    if isinstance(who, Response):
        return who
    links = [card(f"/{page.name}", page.title, page.about) for page in (*VIEWED, REPORTS)]
    if who.role.may(May.CHANGE):
        links += [card(f"/{page.name}", page.title, page.about) for page in EDITED]
        lab = f"{workbench(request).settings.base_of(LAB)}lab"
        links.append(card(lab, "JupyterLab", "Python and SQL for analysts; has a token of its own"))
    links.append(card("/docs", "Interface for other systems", "Every call of the REST service, with examples"))
    rows = Markup().join(
        Markup('<tr><td>{}</td><td class="{}">{}</td><td class="quiet">{}</td></tr>').format(
            name, "good" if alive else "bad", word, detail
        )
        for name, alive, word, detail in processes(request)
    )
    table = Markup(
        "<table><thead><tr><th>Process</th><th>State</th><th></th></tr></thead><tbody>{}</tbody></table>"
    ).format(rows)
    body = Markup('<h2>Pages</h2><div class="cards">{}</div><h2>Processes</h2>{}').format(Markup().join(links), table)
    site = workbench(request).site()
    if site["advice"]:
        body = Markup('<p class="ask">{}</p>{}').format(site["advice"], body)
    aside = f"{who.name} · {who.role} access" if who.name != who.role else f"{who.role} access"
    return page("Energy Workbench", body, about=site["name"], aside=aside, refresh=SELF_LOADING, home=False)


@router.get("/static/page.css")
def style() -> Response:
    """How the pages look."""
    return Response(_style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.post("/login")
async def login(request: Request) -> Response:
    """Take the token of the form, and lead on to the page that asked for it."""
    form = parse_qs((await request.body())[:4096].decode("utf-8", "replace"))
    token, to = form.get("token", [""])[0].strip(), _local(form.get("to", ["/"])[0])
    if (secret := begin_visit(request, token)) is None:
        return door(to, UNKNOWN)
    answer = RedirectResponse(to, status_code=303)
    remember(request, answer, secret)
    return answer


@router.get("/{name}")
def lead(request: Request, name: str) -> Response:
    """Lead to a page of its server, which knows the visit by the same cookie, with the page's own parameters."""
    who = entered(request)
    if isinstance(who, Response):
        return who
    if name in EDITORS | {LAB} and not who.role.may(May.CHANGE):
        text = Markup("<p>This page needs an editor's token; yours is of the role {}.</p>").format(who.role)
        return page("Not with this token", text + BACK, status=403)
    if name not in EDITORS | DASHBOARDS | {LAB}:
        return no_page()
    server = LAB if name == LAB else "editor" if name in EDITORS else "dashboards"
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{_server(request, server)}/{name}{query}", status_code=302)


def no_page() -> Response:
    """There is none at the address."""
    return page("There is no such page", BACK, status=404)


def door(to: str, wrong: str = "") -> Response:
    """The form that asks for a token."""
    error = Markup('<p class="error" role="alert">{}</p>').format(wrong) if wrong else Markup()
    form = Markup(
        '<form method="post" action="/login">{}<label for="token">Access token</label>'
        '<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>'
        '<input type="hidden" name="to" value="{}"><button>Open</button>'
        '<p class="quiet">Use the link that you were given, or ask who runs the workbench for a token.</p></form>'
    ).format(error, to)
    return page("Energy Workbench", form, status=401, home=False)


def processes(request: Request) -> list[tuple[str, bool, str, str]]:
    """Name, whether it runs, a word for that and a detail, of every process."""
    wb = workbench(request)
    now, heard = clock.now(), wb.state.processes()
    found = []
    for name in dict.fromkeys([*EXPECTED, *heard]):
        at, detail = heard.get(name, (None, ""))
        alive = at is not None and now - at < SILENT
        word = "running" if alive else "not running"
        last = "never seen" if at is None else f"last seen {at.astimezone(wb.zone):%d %b %H:%M:%S}"
        found.append((name, alive, word, detail if alive else last))
    settings = wb.settings
    servers = {"dashboards": settings.dashboard_port, "editor": settings.editor_port, "lab": settings.lab_port}
    for name, port in servers.items():
        if name not in heard:
            alive = _answers(settings.service_url, port)
            found.append((name, alive, "running" if alive else "not running", ""))
    kept = supervised.read(settings.home)
    for name in kept.keys() - {name for name, *_ in found}:
        alive = kept[name].state == "running"
        found.append((name, alive, "running" if alive else "not running", ""))
    fared = {name: each.told(wb.zone) for name, each in kept.items()}
    return [
        (name, alive, word, " · ".join(filter(None, [detail, fared.get(name)]))) for name, alive, word, detail in found
    ]


def entered(request: Request) -> Token | Response:
    """Who opens a page; or, where a token is in the address, the way to the same one without it; or the door."""
    given = request.query_params.get("token")
    if given is None and (found := visitor(request)):
        return found
    query = urlencode([(key, value) for key, value in request.query_params.multi_items() if key != "token"])
    to = request.url.path + (f"?{query}" if query else "")
    if given is None:
        return door(to, ENDED if SESSION in request.cookies else "")
    if (secret := begin_visit(request, given)) is None:
        return door(to, UNKNOWN)
    answer = RedirectResponse(to, status_code=302)
    remember(request, answer, secret)
    return answer


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


def _local(address: str) -> str:
    """The address, if it is one of this service; else the front page."""
    parts = urlsplit(address)
    safe = (
        address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc and address.isprintable()
    )
    return address if safe else "/"


def _answers(service: str, port: int) -> bool:
    try:
        with socket.create_connection((urlsplit(service).hostname or "127.0.0.1", port), timeout=0.25):
            return True
    except OSError:
        return False


@cache
def _style() -> bytes:
    return (Path(__file__).parent / "static" / "page.css").read_bytes()
