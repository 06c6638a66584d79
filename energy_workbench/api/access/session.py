"""Authentication and authorisation of a request: a bearer token, or the cookie of a visit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from energy_workbench.api.access.kernels import Kernels, is_kernel
from energy_workbench.domain.errors import AccessError, UnknownCallerError
from energy_workbench.domain.roles import LEAST, May, Role, Token
from energy_workbench.runtime.redaction import without_secrets
from energy_workbench.runtime.secret import LASTS, SESSION, digest
from energy_workbench.runtime.settings import sites
from energy_workbench.services.workbench import Workbench

READING = ("GET", "HEAD", "OPTIONS")


def first(request: Request) -> Workbench:
    """The workbench of the first site, whose home has the tokens and visits of the installation."""
    return cast(Workbench, request.app.state.workbench)


def asked(request: Request, who: Token) -> Workbench:
    """The workbench of the site that a request names; of the only one that the caller may see where it names none.

    Raises
    ------
    SiteError
        If there are several, and it names none; it names those that the caller may see.
    NotFoundError
        If there is no such site.
    AccessError
        If the caller has no role there.
    """
    every = first(request).installation
    wanted = request.query_params.get("site")
    if not who.sites:
        return cast(Workbench, every.find(wanted))
    seen = visible(request, who)
    if not wanted and len(seen) > 1:
        raise sites.several(seen)
    found = every.find(wanted or next(iter(seen), None))
    if (slug := every.slug_of(found)) not in seen:
        raise AccessError(f"your token is not for site {slug}: it is for {', '.join(seen) or 'none that is there'}")
    return cast(Workbench, found)


def visible(request: Request, who: Token) -> dict[str, Role]:
    """The sites that somebody may see, by slug, with the role there."""
    roles = {slug: who.at(slug) for slug in first(request).installation.slugs()}
    return {slug: role for slug, role in roles.items() if role}


def kernels_of(request: Request) -> Kernels:
    """The kernels of the pages' servers."""
    return cast(Kernels, request.app.state.kernels)


def bearer_of(request: Request, secret: str) -> Token | None:
    """Who shows a token, or the secret of a page's kernel; None where it is unknown."""
    if not secret:
        return None
    registry = first(request).registry
    return kernels_of(request).holder(registry, secret) if is_kernel(secret) else registry.holder(secret)


def visitor(request: Request) -> Token | None:
    """Whose visit the browser's cookie is of; None where it has none, or it is over."""
    if not (secret := request.cookies.get(SESSION)):
        return None
    return first(request).registry.visitor(digest(secret))


def known(request: Request) -> Token:
    """Who asks, of whatever site.

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


async def home(request: Request, who: Annotated[Token, Depends(known)]) -> Workbench:
    """The workbench of the site that is asked, as `asked` says.

    Where none is named on the loop itself, as all that only looks at what is there: a thread costs more than that.
    """
    if not who.sites and not request.query_params.get("site"):
        return asked(request, who)
    return await run_in_threadpool(asked, request, who)


async def caller(wb: Annotated[Workbench, Depends(home)], who: Annotated[Token, Depends(known)]) -> Token:
    """Who asks, with the role at the site that is asked."""
    return replace(who, role=who.at(wb.installation.slug_of(wb)) or who.role) if who.sites else who


def roles(request: Request, who: Annotated[Token, Depends(known)]) -> dict[str, Role]:
    """What the caller is at each site, by slug; without those where it is nothing."""
    return visible(request, who)


def governor(who: Annotated[Token, Depends(known)]) -> str:
    """The name of who asks, where it governs the installation: tokens are for all of its sites.

    Raises
    ------
    AccessError
        If its role is another, or holds at some sites only.
    """
    if who.sites:
        raise AccessError("tokens are the installation's: ask for an admin's token that holds at all sites")
    return _allowed(who, May.GOVERN)


def needs(what: May) -> Callable[[Token], Awaitable[str]]:
    """A dependency: the name of who asks, which the audit keeps, where its role may do that; else AccessError."""

    async def allowed(found: Annotated[Token, Depends(caller)]) -> str:
        return _allowed(found, what)

    return allowed


def _allowed(found: Token, what: May) -> str:
    if not found.role.may(what):
        least = LEAST[what]
        raise AccessError(f"{_a(found.role)}'s token may not do this: ask for {_a(least)}'s token")
    return found.name


async def shown(found: Annotated[Token, Depends(caller)]) -> Callable[[Any], Any]:
    """What makes of an answer what the caller may see of it: addresses are whole for those who may change them."""
    return _whole if found.role.may(May.CHANGE) else without_secrets


Caller = Annotated[Token, Depends(caller)]
Operator = Annotated[str, Depends(needs(May.NOTE))]
Editor = Annotated[str, Depends(needs(May.CHANGE))]
Admin = Annotated[str, Depends(needs(May.GOVERN))]
Shown = Annotated[Callable[[Any], Any], Depends(shown)]
Home = Annotated[Workbench, Depends(home)]
Known = Annotated[Token, Depends(known)]
First = Annotated[Workbench, Depends(first)]
Roles = Annotated[dict[str, Role], Depends(roles)]
Governor = Annotated[str, Depends(governor)]


def begin_visit(request: Request, token: str) -> str | None:
    """The secret of the visit of who shows a token; None where the token is unknown."""
    kept = request.cookies.get(SESSION, "")
    return first(request).registry.begin_session(token, kept) if token else None


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
