"""Handlers of the pages' addresses: the app, the answer when all places are taken, and the file of Plotly."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final
from urllib.parse import urlencode, urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError, StaticFileHandler, authenticated
from voila.handler import BaseVoilaHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from energy_workbench.domain.errors import ServiceError
from energy_workbench.domain.pages import HOME
from energy_workbench.widgets.site.access import away
from energy_workbench.widgets.site.kernels import Handing
from energy_workbench.widgets.site.places import Holder, Places

ENDED: Final = 4401
"""Code with which a connection is closed whose visit is over: of those for applications (RFC 6455, 7.4.2)."""


AGAIN_SECONDS: Final = 10
"""After which a page that had no place asks for one again [s]."""


class PageHandler(TornadoVoilaHandler):
    """Serves the one app at every page's address, while a kernel is free."""

    asks_for_token = True
    """Who shows one that is not known is led to the form."""

    waiting: ClassVar[list[Holder]] = []
    """Who asked for a page and has no kernel yet."""

    handing: Handing | None = None

    def initialize(self, *, places: int, **kwargs: Any) -> None:
        """Take the number of kernels that viewers may hold at once."""
        super().initialize(**kwargs)
        self.places = Places(places)

    @property
    def kernel_manager(self) -> Any:
        """The kernels; once a page is being made, that one of them which it gets is its visit's."""
        return self.handing or super().kernel_manager

    @authenticated
    async def get(self, path: str | None = None) -> None:  # noqa: ARG002 -- the page is chosen in the browser
        """Answer with the app.

        Raises
        ------
        HTTPError
            503 when every place is taken, 429 where this browser has too many of them.
        """
        if "token" in self.request.arguments:
            # The visit has its cookie now: keep the token out of the address bar, the history and the logs.
            rest = [(key, value) for key, values in self.request.query_arguments.items() for value in values]
            query = urlencode([(key, value) for key, value in rest if key != "token"])
            self.redirect(self.request.path + (f"?{query}" if query else ""))
            return
        visitor = self.current_user
        who = Holder(visitor.name, visitor.username)
        kernels = self.settings["kernel_manager"]
        if refused := self.places.refusal([*kernels.door.holders(), *self.waiting], who):
            status, reason = refused
            raise HTTPError(status, f"{reason.lower()}, of {self.places.total}", reason=reason)
        self.waiting.append(who)
        waits = True
        try:
            _ = self.xsrf_token  # sets its cookie: a page that closes needs it to end its kernel
            self.handing = Handing(kernels, who)
            async for html in self.get_generator(path=None):
                if waits:  # its kernel is there now, and counted by itself
                    self.waiting.remove(who)
                    waits = False
                self.write(html)
                await self.flush()
        except ServiceError as error:
            raise away(error) from None
        finally:
            if waits:
                self.waiting.remove(who)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say when to come again; what was set before is gone, for an error begins its answer anew."""
        if status_code in (429, 503):
            self.set_header("Retry-After", str(AGAIN_SECONDS))
        super().write_error(status_code, **kwargs)


class KernelHandler(VoilaKernelWebsocketHandler):
    """Carries a kernel's messages, each at once: a small one would wait up to 40 ms for the browser's word that it has
    the one before (Nagle's algorithm against delayed acknowledgements)."""

    opened: ClassVar[dict[str, set[KernelHandler]]] = {}
    """By kernel, those that are open."""

    async def open(self, kernel_id: str) -> None:
        """Begin."""
        self.set_nodelay(True)
        self.opened.setdefault(kernel_id, set()).add(self)
        await super().open(kernel_id)

    def on_close(self) -> None:
        """End."""
        mine = self.opened.get(self.kernel_id, set())
        mine.discard(self)
        if not mine:
            self.opened.pop(self.kernel_id, None)
        super().on_close()

    @classmethod
    def end(cls, kernel_id: str) -> None:
        """Close every connection to a kernel, for the visit is over."""
        for each in list(cls.opened.get(kernel_id, ())):
            each.close(ENDED, "Your access has ended.")


class AliveHandler(JupyterHandler):
    """Tells an open page whether its kernel still lives: a page without one opens anew."""

    @allow_unauthenticated
    async def get(self, kernel_id: str) -> None:
        """Answer 204, or 404 where the kernel is gone, or 403 where the visit is over.

        Raises
        ------
        HTTPError
            As said.
        """
        if not self.current_user:
            raise HTTPError(403)
        if kernel_id not in self.kernel_manager:
            raise HTTPError(404)
        self.kernel_manager.expects(kernel_id)
        self.set_status(204)
        await self.finish()


class FrontHandler(JupyterHandler):
    """Leads to the service, to its own pages or on to those of another server: pages name them by plain paths."""

    def initialize(self, *, service: str, public: str) -> None:
        """Take the service's address, and the one address of everything, where there is a proxy."""
        self.service, self.public = service, public

    @allow_unauthenticated
    async def get(self, page: str) -> None:
        """Redirect, with what is asked for."""
        query = f"?{self.request.query}" if self.request.query else ""
        self.redirect(front_of(self.request, self.service, self.public) + ("/" if page == HOME else f"/{page}") + query)


def front_of(request: HTTPServerRequest, service: str, public: str) -> str:
    """The service's address as the browser knows it: the proxy's, or another port of the machine that it asked."""
    if public:
        return public
    parts = urlsplit(service)
    host = request.host_name if re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]", request.host_name) else parts.hostname
    return f"{request.protocol}://{host}:{parts.port}"


class NowhereHandler(BaseVoilaHandler):
    """Says that there is no page at any other address, with the headers of every answer."""

    asks_for_token = True

    async def prepare(self) -> None:
        """Answer 404.

        Raises
        ------
        HTTPError
            As said.
        """
        await super().prepare()
        raise HTTPError(404)


class OneFileHandler(StaticFileHandler):
    """One file that never changes at its address, kept by the browser for ever: `default_filename` of `path`."""

    async def get(self, path: str, include_body: bool = True) -> None:  # noqa: ARG002 -- the version is in the path
        """Answer with the file, whatever version the address names."""
        await super().get(str(self.default_filename), include_body)

    async def head(self, path: str) -> None:
        """Answer with the headers alone."""
        await self.get(path, include_body=False)

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002
        """Keep it: the address holds the version."""
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")
