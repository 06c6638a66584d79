"""The application: routes, errors, headers, and the heartbeat of the service."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache

from fastapi import APIRouter, FastAPI, Request, Response

from energy_workbench import __version__
from energy_workbench.api import audit, contracted, files, meters, pages, problems, reports_page, sql, tokens
from energy_workbench.api.access import doors
from energy_workbench.api.access.home_tokens import adopt, machine_secret, tokens_of
from energy_workbench.api.access.hosts import KnownHosts
from energy_workbench.api.access.kernels import Kernels
from energy_workbench.api.answers import Json
from energy_workbench.api.beside import RestAlone
from energy_workbench.api.contracted import by_hand
from energy_workbench.api.reference import reference
from energy_workbench.api.room import lasting
from energy_workbench.api.segments import WholeSegments
from energy_workbench.api.web import entrance, sites_page
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.lake.user_sql import host
from energy_workbench.registry.live_state.heartbeat import Heartbeat
from energy_workbench.runtime import cancellation
from energy_workbench.runtime.host_names import names_of
from energy_workbench.runtime.repeated_failures import RepeatedFailures
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
"""How often the service says that it is alive."""

PREFIX = "/api/Energy"


def create_app(settings: Settings) -> FastAPI:
    """The service on a home.

    Raises
    ------
    HomeError
        If the home was not initialised, or by a newer version.
    """
    # Of whichever site these settings are: tokens and the list of sites are the first one's.
    workbench = Workbench(settings).installation.first
    workbench.registry.check()
    adopt(workbench.registry, tokens_of(settings))

    app = FastAPI(
        title="Energy Workbench",
        version=__version__,
        description="Meters, readings and energy. Every call needs `Authorization: Bearer TOKEN`.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
    )
    app.state.workbench = workbench
    app.state.settings = settings
    app.state.queries, app.state.lasting = sql.room(), lasting()
    app.state.machine = machine_secret(settings)
    app.state.kernels = Kernels()
    problems.install(app)
    app.middleware("http")(_guarded)
    app.add_middleware(WholeSegments)
    app.add_middleware(KnownHosts, names=names_of(settings))

    app.router.routes.extend(_routes().routes)
    return app


@cache
def _routes() -> APIRouter:
    """All calls and pages: the same for every home, and to build them costs more than the rest of a service."""
    rest = APIRouter(prefix=PREFIX)
    by_hand(rest, RestAlone.health)(health)
    # By hand first: `export` would be taken for a meter's number.
    for part in (files, meters, audit, sql, tokens):
        rest.include_router(part.router)
    rest.include_router(contracted.routes(WorkbenchContract, Workbench))
    every = APIRouter(default_response_class=Json)
    own = (entrance.router, sites_page.router, reports_page.router, pages.router)
    for router in (rest, reference.router, doors.router, *own):
        every.include_router(router)
    return every


async def health() -> Response:
    """Answers without a token, for supervisors; on the loop itself, however busy all threads are."""
    return Json({"ok": True})


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    done = threading.Event()
    thread = threading.Thread(target=_beat, args=(app.state.workbench, done), name="heartbeat", daemon=True)
    thread.start()
    # The first viewer should not wait for DuckDB to load. No daemon: Python ends one in the middle of what it does, and
    # within DuckDB that ends the process by SIGABRT.
    warm = threading.Thread(target=_warm, args=(app.state.workbench, done), name="warm")
    warm.start()
    try:
        yield
    finally:
        done.set()
        app.state.queries.close()
        app.state.lasting.close()
        thread.join(timeout=BEAT_SECONDS)
        warm.join()


def _warm(workbench: Workbench, done: threading.Event) -> None:
    """Answer what viewers see first; between two of its questions it ends where the service does."""
    with cancellation.work_for(done), suppress(cancellation.GoneError):
        host.shared().start()
        try:
            workbench.overview()
        except WorkbenchError as error:
            log.warning("the dashboard cannot be answered yet: %s", error)


def _beat(workbench: Workbench, done: threading.Event) -> None:
    # Where it fails people still get answers; the front page will say that nothing is heard.
    heartbeat = Heartbeat(workbench.state, "service", RepeatedFailures(log))
    while not done.is_set():
        heartbeat.beat()
        done.wait(BEAT_SECONDS)


async def _guarded(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
    """Headers that keep a browser from doing with a page what it was not made for."""
    answer = await follow(request)
    answer.headers.setdefault("Content-Security-Policy", pages.content_policy(request))
    # A window that a page opens is a stranger to it.
    answer.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "no-referrer")
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer
