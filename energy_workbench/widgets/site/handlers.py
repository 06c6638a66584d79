"""What the page's address answers: the app, a polite refusal when full, and Plotly's one file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError, StaticFileHandler, authenticated
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler


class PageHandler(TornadoVoilaHandler):
    """Serves the one app at every page's address, while a kernel is free."""

    waiting = 0
    """Requests that have no kernel yet."""

    def initialize(self, *, places: int, **kwargs: Any) -> None:
        """Take the number of kernels that viewers may hold at once."""
        super().initialize(**kwargs)
        self.places = places

    @authenticated
    async def get(self, path: str | None = None) -> None:  # noqa: ARG002 -- the page is chosen in the browser
        """Answer with the app.

        Raises
        ------
        HTTPError
            503 when every place is taken.
        """
        if "token" in self.request.arguments:
            # The token is in the cookie now: keep it out of the address bar, the history and the logs.
            rest = [(key, value) for key, values in self.request.query_arguments.items() for value in values]
            query = urlencode([(key, value) for key, value in rest if key != "token"])
            self.redirect(self.request.path + (f"?{query}" if query else ""))
            return
        if self._held() >= self.places:
            self.set_header("Retry-After", "60")
            raise HTTPError(503, f"all {self.places} places are taken", reason="All places are taken")
        PageHandler.waiting += 1
        waits = True
        try:
            self.set_header("Referrer-Policy", "same-origin")
            _ = self.xsrf_token  # sets its cookie: a page that closes needs it to end its kernel
            async for html in self.get_generator(path=None):
                if waits:  # its kernel is there now, and counted by itself
                    PageHandler.waiting -= 1
                    waits = False
                self.write(html)
                await self.flush()
        finally:
            PageHandler.waiting -= waits

    def _held(self) -> int:
        """Places taken: kernels that are not kept warm for the next viewer, and requests that wait for one."""
        kernels = self.kernel_manager
        pool = kernels._pools.get(self.notebook_path, ()) if kernels.get_pool_size(self.notebook_path) else ()
        # A kernel that is still to come is in the pool already, but not yet among the kernels.
        warm = {task.result()["kernel_id"] for task in pool if task.done() and not task.exception()}
        return len(set(kernels.list_kernel_ids()) - warm) + PageHandler.waiting


class KernelHandler(VoilaKernelWebsocketHandler):
    """Carries a kernel's messages, each at once: a small one would wait up to 40 ms for the browser's word that it has
    the one before (Nagle's algorithm against delayed acknowledgements)."""

    async def open(self, kernel_id: str) -> None:
        """Begin."""
        self.set_nodelay(True)
        await super().open(kernel_id)


class AliveHandler(JupyterHandler):
    """Tells an open page whether its kernel still lives: a page without one opens anew."""

    async def get(self, kernel_id: str) -> None:
        """Answer 204, or 404 where the kernel is gone, or 403 where the page's cookie no longer counts.

        Raises
        ------
        HTTPError
            As said.
        """
        if not self.current_user:
            raise HTTPError(403)
        if kernel_id not in self.kernel_manager:
            raise HTTPError(404)
        self.set_status(204)
        await self.finish()


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
