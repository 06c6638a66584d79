"""Authentication and authorisation of a request: a bearer token, or the cookie of a visit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from energy_workbench.api.access.kernels import Kernels, is_kernel
from energy_workbench.domain.errors import AccessError, UnknownCallerError
from energy_workbench.domain.roles import LEAST, May, Role, Token
from energy_workbench.runtime.redaction import without_secrets
from energy_workbench.runtime.secret import LASTS, SESSION, digest
from energy_workbench.services.workbench import Workbench

READING = ("GET", "HEAD", "OPTIONS")


def workbench(request: Request) -> Workbench:
    """The workbench that the application serves."""
    return cast(Workbench, request.app.state.workbench)


async def home(request: Request) -> Workbench:
    """As `workbench`; on the loop itself, as all that only looks at what is there: a thread costs more than that."""
    return workbench(request)


def kernels_of(request: Request) -> Kernels:
    """The kernels of the pages' servers."""
    return cast(Kernels, request.app.state.kernels)


def bearer_of(request: Request, secret: str) -> Token | None:
    """Who shows a token, or the secret of a page's kernel; None where it is unknown."""
    if not secret:
        return None
    registry = workbench(request).registry
    return kernels_of(request).holder(registry, secret) if is_kernel(secret) else registry.holder(secret)


def visitor(request: Request) -> Token | None:
    """Whose visit the browser's cookie is of; None where it has none, or it is over."""
    if not (secret := request.cookies.get(SESSION)):
        return None
    return workbench(request).registry.visitor(digest(secret))


def caller(request: Request) -> Token:
    """Who asks.

    Raises
    ------
    UnknownCallerError
        Without a token, or with an unknown one.
    AccessError
        If another site makes a browser change something with its cookie.
    """
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme:
        found = bearer_of(request, bearer.strip()) if scheme.lower() == "bearer" else None
    else:
        found = visitor(request)
        if found and request.method not in READING and not _same_origin(request):
            raise AccessError("a page of another address may not change anything here")
    if found is None:
        raise UnknownCallerError(
            "a token is needed: send `Authorization: Bearer TOKEN`; `energy-workbench token create` makes one"
        )
    return found


def needs(what: May) -> Callable[[Token], Awaitable[str]]:
    """A dependency: the name of who asks, which the audit keeps, where its role may do that; else AccessError."""

    async def allowed(found: Annotated[Token, Depends(caller)]) -> str:
        if not found.role.may(what):
            least = LEAST[what]
            raise AccessError(f"{_a(found.role)}'s token may not do this: ask for {_a(least)}'s token")
        return found.name

    return allowed


async def shown(found: Annotated[Token, Depends(caller)]) -> Callable[[Any], Any]:
    """What makes of an answer what the caller may see of it: addresses are whole for those who may change them."""
    return _whole if found.role.may(May.CHANGE) else without_secrets


Caller = Annotated[Token, Depends(caller)]
Operator = Annotated[str, Depends(needs(May.NOTE))]
Editor = Annotated[str, Depends(needs(May.CHANGE))]
Admin = Annotated[str, Depends(needs(May.GOVERN))]
Shown = Annotated[Callable[[Any], Any], Depends(shown)]
Home = Annotated[Workbench, Depends(home)]


def begin_visit(request: Request, token: str) -> str | None:
    """The secret of the visit of who shows a token; None where the token is unknown."""
    kept = request.cookies.get(SESSION, "")
    return workbench(request).registry.begin_session(token, kept) if token else None


def remember(request: Request, answer: Response, secret: str) -> None:
    """Let the browser keep its visit's secret in a cookie that no script can read."""
    secure = request.url.scheme == "https"
    seconds = int(LASTS.total_seconds())
    answer.set_cookie(SESSION, secret, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")


def _whole(answer: Any) -> Any:
    return answer


def _a(role: Role) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"


def _same_origin(request: Request) -> bool:
    """Whether a browser's call comes from a page of this very address; cookies ignore ports, this does not."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
