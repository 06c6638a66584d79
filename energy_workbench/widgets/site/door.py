"""Visits of a server of pages and the visit of each kernel, exchanged with the service without any browser."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

from energy_workbench.domain.errors import ServiceError
from energy_workbench.domain.roles import Role
from energy_workbench.runtime.secret import KERNEL, digest
from energy_workbench.widgets.site.places import Holder

LOOK: Final = 2.0
"""How often the service is asked which visits are over [s]."""
FRESH: Final = 5.0
"""An answer of the service on a visit counts for this long [s]."""
FORGOTTEN: Final = 120.0
"""A visit without a kernel that nobody has asked of for this long is asked of no more [s]."""

log = logging.getLogger("energy_workbench.pages")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose visit it is: the token's name and role."""

    name: str
    role: Role


@dataclass(slots=True)
class Kernel:
    """A kernel of this server, by digests.

    Attributes
    ----------
    secret : str
        Of the secret that names it to the service.
    holder : Holder or None
        The visit that it was given to; None while it waits for one.
    """

    secret: str
    holder: Holder | None = None

    @property
    def visit(self) -> str | None:
        """Digest of that visit."""
        return self.holder.visit if self.holder else None


@dataclass(slots=True)
class Known:
    """What the service last said of a visit, and when; and when somebody asked last."""

    visitor: Visitor | None
    at: float
    asked: float


class Door:
    """What a server of pages knows of its visitors; the service has the last word.

    Parameters
    ----------
    service : str
        Its address.
    machine : str
        The home's own secret.
    server : str
        Name of this server of pages.
    """

    def __init__(self, service: str, machine: str, server: str) -> None:
        # Of several servers of that name each tells of its own kernels.
        self._url, self._server = f"{service}/door", f"{server}-{secrets.token_hex(4)}"
        self._headers = {"Authorization": f"Bearer {machine}", "Content-Type": "application/json"}
        self._known: dict[str, Known] = {}
        self._turn = asyncio.Lock()
        self._away = False
        self.kernels: dict[str, Kernel] = {}

    async def enter(self, token: str, kept: str) -> str | None:
        """The secret of the visit of who shows a token; None where the token is unknown.

        It is `kept`, which the browser has already, where that is of the same token.
        """
        answer = await self._ask("POST", "/visits", {"token": token, "kept": kept})
        return str(json.loads(answer.body)["secret"]) if answer.code == 200 else None

    async def visitor(self, visit: str) -> Visitor | None:
        """Whose a visit is, by its digest; None where it is over, or never was.

        Raises
        ------
        ServiceError
            If the service does not say.
        """
        now = time.monotonic()
        known = self._known.setdefault(visit, Known(None, float("-inf"), now))
        known.asked = now
        if now - known.at > FRESH:
            await self.tell()
        return self._known[visit].visitor if visit in self._known else None

    def begun(self) -> tuple[str, Kernel]:
        """A secret for a kernel that is about to start, and what is kept of it."""
        secret = KERNEL + secrets.token_urlsafe(32)
        return secret, Kernel(digest(secret))

    def holders(self) -> list[Holder]:
        """Whose the kernels are that do not wait for somebody."""
        return [kernel.holder for kernel in self.kernels.values() if kernel.holder]

    async def give(self, kernel_id: str, holder: Holder) -> None:
        """Give a kernel to a visit; once this returns, the service knows.

        Raises
        ------
        ServiceError
            If the service cannot be told.
        """
        self.kernels[kernel_id].holder = holder
        await self.tell()

    async def tell(self) -> set[str]:
        """Tell the service of every kernel, and take from it whose the visits are; those of kernels that are over.

        Raises
        ------
        ServiceError
            If it cannot be told.
        """
        async with self._turn:  # What is told later is newer.
            kernels = {kernel.secret: kernel.visit for kernel in self.kernels.values()}
            asked = [*self._known]
            began = time.monotonic()
            path = f"/servers/{self._server}"
            answer = await self._ask("PUT", path, {"kernels": kernels, "visits": asked})
            alive: dict[str, Any] = json.loads(answer.body)["visits"]
            for visit in asked:
                known, said = self._known[visit], alive.get(visit)
                if said is None or began - known.asked > FORGOTTEN:
                    del self._known[visit]
                else:
                    known.visitor, known.at = Visitor(said["name"], Role(said["role"])), began
            return {visit for visit in kernels.values() if visit and visit not in alive}

    async def watch(self, over: Callable[[str], Awaitable[None]]) -> None:
        """Ask again and again which visits are over, and call `over` with each kernel that was given to one."""
        while True:
            try:
                ended = await self.tell()
                self._away = False
                for kernel_id in [key for key, kernel in self.kernels.items() if kernel.visit in ended]:
                    await over(kernel_id)
            except ServiceError as error:
                if not self._away:  # said once, not at each attempt
                    log.warning("%s", error)
                self._away = True
            except Exception:
                log.exception("what has ended could not be ended: it is tried again")
            await asyncio.sleep(LOOK)

    async def _ask(self, verb: str, path: str, body: dict[str, Any]) -> HTTPResponse:
        try:
            answer = await AsyncHTTPClient().fetch(
                self._url + path,
                method=verb,
                headers=self._headers,
                body=json.dumps(body),
                raise_error=False,
                request_timeout=10.0,
                connect_timeout=2.0,
            )
        except (OSError, HTTPClientError) as error:
            raise ServiceError(f"the service at {self._url} cannot be reached: {error}") from None
        if answer.code == 403:
            raise ServiceError(
                f"the service at {self._url} is of another home than these pages: "
                "start both with the same ENERGY_WORKBENCH_HOME"
            )
        if answer.code not in (200, 401):
            raise ServiceError(f"the service at {self._url} answered {answer.code} {answer.reason}")
        return answer
