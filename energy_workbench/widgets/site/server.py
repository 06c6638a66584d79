"""Standalone Voilà for our pages: own template, own cookie, preheated kernels and a limit on them."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from traitlets.config import Config
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from energy_workbench.domain.pages import EDITED, HOME, REPORTS, SITES, VIEWED
from energy_workbench.domain.roles import May
from energy_workbench.figures import plotly_config
from energy_workbench.figures.theme import daylight
from energy_workbench.runtime.notify import Alive
from energy_workbench.widgets.site import compressed, connections, policy
from energy_workbench.widgets.site.access import TEMPLATE, VisitAccess, cookie_secret
from energy_workbench.widgets.site.alive import keep_telling
from energy_workbench.widgets.site.compressed import compressing
from energy_workbench.widgets.site.door import Door
from energy_workbench.widgets.site.handlers import (
    AliveHandler,
    FrontHandler,
    KernelHandler,
    NowhereHandler,
    OneFileHandler,
    PageHandler,
)
from energy_workbench.widgets.site.kernels import PageKernels
from energy_workbench.widgets.site.shipped import SHARE, files, plotly_file
from energy_workbench.widgets.site.unprepared import answering, log_request

EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
"""The browser extensions that the pages need; every other installed one would only slow them."""

OUTPUT_SECONDS = 60
"""How long outputs of a page's cell may come after its reply [s]; then they are given up, and the page with them.

Jupyter's own 4 s pass on a machine that is busy, or while the server does something else.
"""

PING_MS = 30_000
"""How often a browser is asked whether it is there [ms]."""

CLOSED = ("/voila/files/", "/voila/query/")
"""What Voilà offers and no page needs: files, and what a kernel's request was, to whoever asks."""

BARE_ERROR = "<!doctype html><title>{{ status_message }}</title><p>{{ status_code }} {{ status_message }}</p>"
"""What is answered to who asks for no page: scripts, probes."""

DROPPED = ("ENERGY_WORKBENCH_", "JUPYTER_TOKEN", "JUPYTER_PATH")
"""Beginnings of variables that no kernel inherits."""


@dataclass(frozen=True, kw_only=True)
class SiteOptions:
    """What a server of pages is told.

    Attributes
    ----------
    name : str
        Names its cookie: cookies ignore ports.
    notebook : Path
        The one app.
    pages : tuple of str
        Addresses at which the app is served, beside the root.
    service : str
        Address of the service.
    machine : str
        The home's own secret, with which this server asks the service; no kernel and no browser knows it.
    needs : May
        Who may open the pages.
    host : str
    port : int
    kernels : int
        Most kernels that viewers may hold at once.
    pool : int
        Kernels that wait, warm, for the next viewers.
    idle_seconds : float
        A kernel with no page ends after this [s].
    extensions : tuple of str
        Browser extensions that these pages need beside those of all pages.
    sheets : tuple of str
        Stylesheets of the template's `static` folder that these pages need beside the common one.
    charts : bool
        Whether the pages draw with Plotly.
    base : str
        Path below which it answers; another than `/` only behind a proxy.
    public : str
        The one address of everything, with that proxy; empty without one.
    tls : bool
        Whether browsers speak TLS, with that proxy.
    logging : dict
        How the server's log looks, as Python's `logging.config` takes it.
    """

    name: str
    notebook: Path
    pages: tuple[str, ...]
    service: str
    machine: str
    needs: May = May.LOOK
    host: str = "127.0.0.1"
    port: int = 8866
    kernels: int = 30
    pool: int = 2
    idle_seconds: float = 120.0
    extensions: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    charts: bool = True
    base: str = "/"
    public: str = ""
    tls: bool = False
    logging: dict[str, Any] = field(default_factory=dict)

    @property
    def to_front(self) -> dict[str, str]:
        """What leads to the service's own pages."""
        return {"service": self.service, "public": self.public}


class SiteServer(Voila):
    """Voilà with our handlers in place of its catch-all."""

    name = "energy-workbench-site"
    options: SiteOptions
    door: Door

    def load_config_file(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is read from the machine's Jupyter folders: the pages look the same everywhere."""

    def init_settings(self) -> dict[str, Any]:
        """The settings of Voilà; that our own notebook bears no signature is no news."""
        options = self.options
        self.door = Door(options.service, options.machine, options.name)
        settings: dict[str, Any] = super().init_settings()
        settings["needs"] = options.needs
        # Jupyter's own page of errors asks for what these servers do not have, and failed with a traceback in the log.
        settings["jinja2_env"] = Environment(loader=DictLoader({"error.html": BARE_ERROR}), autoescape=True)
        self.contents_manager.log = logging.getLogger("energy_workbench.pages.contents")
        self.contents_manager.log.setLevel(logging.ERROR)
        return settings

    def init_handlers(self) -> list[Any]:
        """The handlers of Voilà, with the app at its pages' addresses only."""
        base = self.server_url.rstrip("/")
        handlers = []
        for entry in super().init_handlers():
            if entry[1] is TornadoVoilaHandler:
                pages = "|".join(self.options.pages)
                entry = (rf"{base}/({pages})?", PageHandler, {**entry[2], "places": self.options.kernels})
            elif entry[1] is VoilaKernelWebsocketHandler:
                entry = (entry[0], KernelHandler, *entry[2:])
            if not any(path in entry[0] for path in CLOSED):
                handlers.append((entry[0], compressing(entry[1]), *entry[2:]))
        others = [each.name for each in (*VIEWED, *EDITED, REPORTS, SITES) if each.name not in self.options.pages]
        elsewhere = "|".join([HOME, *others])
        plotly = {"path": str(plotly_file().parent), "default_filename": plotly_file().name}
        handlers = [
            (rf"{base}/assets/plotly-(.*)\.js", compressing(OneFileHandler), plotly),
            (rf"{base}/alive/([0-9a-f-]+)", AliveHandler),
            (rf"{base}/({elsewhere})", FrontHandler, self.options.to_front),
            *handlers,
            (r".*", NowhereHandler, {"voila_configuration": self.voila_configuration}),
        ]
        return [(entry[0], answering(entry[1]), *entry[2:]) for entry in handlers]

    def listen(self) -> None:
        """Serve, with an end to waiting for requests."""
        listen = self.app.listen

        def listen_bounded(*args: Any, **kwargs: Any) -> HTTPServer:
            server: HTTPServer = listen(*args, **kwargs)
            connections.bound(server)
            return server

        self.app.listen = listen_bounded
        super().listen()

    async def watch(self) -> None:
        """End the kernels whose visit is over, and their connections, for as long as the server runs."""

        async def over(kernel_id: str) -> None:
            KernelHandler.end(kernel_id)
            await self.kernel_manager.shutdown_kernel(kernel_id, now=True)

        await self.door.watch(over)


def configure(options: SiteOptions) -> Config:
    """The configuration of the server."""
    config = Config()
    config.Voila.ip = options.host
    config.Voila.port = options.port
    config.Voila.port_retries = 0
    config.Voila.open_browser = False
    config.Voila.base_url = options.base
    config.Voila.token = ""
    config.Voila.cookie_secret = cookie_secret(options.machine, options.name)
    config.Voila.identity_provider_class = VisitAccess
    config.Voila.log_level = "WARN"
    config.Voila.logging_config = options.logging
    config.Voila.tornado_settings = {
        "websocket_compression_options": {"compression_level": 1},
        "log_function": log_request,
        "headers": policy.PAGES,
        # The names of these files hold a hash of what is in them.
        "static_immutable_cache": [options.base.rstrip("/") + "/voila/labextensions/"],
        "ws_ping_interval": PING_MS,
        # Counted from the last answer, or from the opening, before which no ping is sent: three may be missed.
        "ws_ping_timeout": 3 * PING_MS,
        # The browser's name of the machine is the proxy's.
        "allow_remote_access": options.base != "/",
    }
    config.VisitAccess.secure_cookie = options.tls
    config.VoilaConfiguration.multi_kernel_manager_class = PageKernels
    config.VoilaConfiguration.template = TEMPLATE
    config.VoilaConfiguration.theme = "light"
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.extension_allowlist = [*EXTENSIONS, *options.extensions]
    config.VoilaConfiguration.file_allowlist = []
    config.VoilaConfiguration.show_tracebacks = False
    config.VoilaConfiguration.preheat_kernel = options.pool > 0
    config.VoilaConfiguration.default_pool_size = options.pool
    config.VoilaConfiguration.resources = {
        "plotly": f"assets/plotly-{importlib.metadata.version('plotly')}.js",
        "charts": options.charts,
        "bar": plotly_config.PAGE,
        "daylight": daylight(),
        "start": policy.START,
        "sheets": options.sheets,
    }
    config.VoilaExecutor.iopub_timeout = OUTPUT_SECONDS
    config.VoilaKernelManager.fill_delay = 2.0
    # A kernel that was started again is an empty one: its page must see that it is gone, and open anew.
    config.KernelRestarter.restart_limit = 0
    if os.name == "posix":
        # No port on which another user of the machine could reach a kernel.
        config.KernelManager.transport = "ipc"
    config.MappingKernelManager.cull_idle_timeout = int(options.idle_seconds)
    config.MappingKernelManager.cull_interval = max(1, int(options.idle_seconds / 4))
    config.MappingKernelManager.cull_connected = False
    return config


def environment(options: SiteOptions, inherited: dict[str, str]) -> dict[str, str]:
    """Environment of the server, and so of its kernels: no setting, home or token of the workbench.

    A kernel knows the service's address and a secret that names only itself, and nothing else about the home.
    """
    kept = {key: value for key, value in inherited.items() if not key.startswith(DROPPED)}
    return {
        **kept,
        "JUPYTER_PATH": str(SHARE),
        "ENERGY_WORKBENCH_URL": options.service,
    }


def run(options: SiteOptions) -> None:
    """Serve until SIGTERM or SIGINT."""
    fresh = environment(options, dict(os.environ))
    os.environ.clear()
    os.environ.update(fresh)
    SiteServer.options = options
    server = SiteServer.instance(config=configure(options), notebook_path=str(options.notebook))
    server.initialize([])
    # Tornado reads Jupyter's milliseconds as seconds of pings of its own, and would say at each page that they clash.
    logging.getLogger("tornado.general").addFilter(lambda record: "websocket_ping_timeout" not in record.getMessage())
    keep_telling(Alive(), f"port {options.port}")
    IOLoop.current().add_callback(server.watch)
    # Where the environment was built without: the first pages go out as they are.
    threading.Thread(target=compressed.prepare, args=(files(),), name="compress", daemon=True).start()
    server.start()
