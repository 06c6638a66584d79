"""Who comes to a page: the form that asks for a token, and the way in with one."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.responses import RedirectResponse

from energy_workbench.api.access.session import begin_visit, remember, visitor
from energy_workbench.api.html import page
from energy_workbench.domain.roles import Token
from energy_workbench.runtime.secret import SESSION

router = APIRouter(include_in_schema=False)

UNKNOWN = "This token is not known."
ENDED = "Your access has ended: open the link that you were given again, or ask for a new one."


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


def _local(address: str) -> str:
    """The address, if it is one of this service; else the front page."""
    parts = urlsplit(address)
    safe = (
        address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc and address.isprintable()
    )
    return address if safe else "/"
