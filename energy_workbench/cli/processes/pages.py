"""Options and start of the servers of pages: their kernels know the service, and nothing else of the home."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from energy_workbench.runtime import logs, process
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.paths import shipped
from energy_workbench.runtime.settings import Settings

if TYPE_CHECKING:
    from energy_workbench.widgets.site.server import SiteOptions


def serve(options: Callable[[Settings, str], SiteOptions]) -> None:
    """Serve pages until SIGTERM or Ctrl-C.

    Parameters
    ----------
    options : callable
        What the server is told, by the settings and the home's own secret.
    """
    from energy_workbench.widgets.site.server import run

    settings = settings_room.load_base()
    process.begin(settings)
    from energy_workbench.api.access.home_tokens import machine_secret

    run(options(settings, machine_secret(settings)))


def site(
    settings: Settings, machine: str, *, name: str, notebook: str, pages: tuple[str, ...], port: int, **more: Any
) -> SiteOptions:
    """What a server is told.

    Parameters
    ----------
    machine : str
        The home's own secret.
    name : str
        Of the server.
    notebook : str
        File in `notebooks/apps`.
    pages : tuple of str
        Addresses at which it is served, beside the root.
    more
        Further fields of `SiteOptions`.
    """
    from energy_workbench.widgets.site.server import SiteOptions

    return SiteOptions(
        name=name,
        notebook=shipped("notebooks/apps") / notebook,
        pages=pages,
        service=settings.service_url,
        machine=machine,
        host=settings.host,
        port=port,
        kernels=settings.kernels,
        base=settings.base_of(name),
        public=settings.public_url,
        tls=settings.public_url.startswith("https:"),
        logging=logs.jupyter(settings),
        **more,
    )
