"""Errors as problem documents (RFC 9457): what is wrong, where, and what to do, never a traceback."""

from __future__ import annotations

import logging
import re
import secrets
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from markupsafe import Markup
from starlette.exceptions import HTTPException

from energy_workbench.api.answers import Json
from energy_workbench.api.html import BACK, page
from energy_workbench.domain import errors
from energy_workbench.domain.errors import (
    ConflictError,
    CrowdedError,
    InputError,
    LockedMonthError,
    Problem,
    WorkbenchError,
)
from energy_workbench.domain.fields.plain import plain

log = logging.getLogger(__name__)


class ProblemDocument(Json):
    """An answer of `application/problem+json`."""

    media_type = "application/problem+json"


def document(error: WorkbenchError) -> ProblemDocument:
    """The problem document of an error; where somebody else was faster, with both versions (412)."""
    detail = error.message if isinstance(error, InputError) else str(error)
    more: dict[str, Any] = {}
    if found := [vars(problem) for problem in getattr(error, "problems", ())]:
        more["problems"] = found
    status = error.http_status
    if isinstance(error, LockedMonthError):
        more["locked"] = plain(error.change)
    if isinstance(error, ConflictError) and error.stored is not None:
        status = HTTPStatus.PRECONDITION_FAILED
        more |= {"current": dict(error.stored), "wanted": dict(error.wanted or {})}
    headers = {"WWW-Authenticate": 'Bearer realm="Energy Workbench"'} if status == HTTPStatus.UNAUTHORIZED else None
    if isinstance(error, CrowdedError):
        headers = {"Retry-After": str(error.retry_seconds)}
    return problem(status, error.title, detail, kind_of(type(error)), headers, **more)


def problem(
    status: int,
    title: str,
    detail: str,
    kind: str = "about:blank",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> ProblemDocument:
    """A problem document; `more` are members of that kind of problem, such as every single thing that is wrong."""
    content: dict[str, Any] = {"type": kind, "title": title, "status": int(status), "detail": detail, **more}
    return ProblemDocument(content, status_code=status, headers=headers)


def kind_of(error: type[WorkbenchError]) -> str:
    """The `type` of a problem document: where it is described."""
    name = next(kind for kind in error.__mro__ if kind in errors.kinds()).__name__
    return "/docs#" + re.sub(r"(?<!^)(?=[A-Z])", "-", name.removesuffix("Error")).lower()


def wants_page(request: Request) -> bool:
    """Whether somebody looks at the answer in a browser, and asked for no call of REST."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def shown(status: int, title: str, detail: str) -> Response:
    """A refusal as a page, with the way home."""
    text = Markup("<p>{}</p>").format(detail) if detail else Markup()
    return page(title, text + BACK, status=status)


def install(app: FastAPI) -> None:
    """Let the application answer every error with a problem document."""

    @app.exception_handler(WorkbenchError)
    def on_purpose(request: Request, error: WorkbenchError) -> Response:
        if error.http_status >= 500 and not isinstance(error, CrowdedError):
            log.error("%s: %s", error.title, error)
        if wants_page(request):
            return shown(error.http_status, error.title, str(error))
        return document(error)

    @app.exception_handler(RequestValidationError)
    def misused(_: Request, error: RequestValidationError) -> Response:
        found = [
            Problem(str(e["loc"][0]), ".".join(map(str, e["loc"][1:])), str(e.get("input") or "")[:60], e["msg"])
            for e in error.errors()
        ]
        return document(InputError("the call is not valid", found))

    @app.exception_handler(HTTPException)
    def by_http(request: Request, error: HTTPException) -> Response:
        phrase = HTTPStatus(error.status_code).phrase
        if wants_page(request):
            no_page = error.status_code == HTTPStatus.NOT_FOUND
            return shown(error.status_code, "There is no such page" if no_page else phrase, "")
        return problem(error.status_code, phrase, str(error.detail), headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        number = secrets.token_hex(4)
        log.error("error %s in %s %s", number, request.method, request.url.path, exc_info=error)
        return problem(500, WorkbenchError.title, f"The service failed; its log has the rest under {number}.")
