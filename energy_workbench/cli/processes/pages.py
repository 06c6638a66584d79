"""What the servers of pages have in common: their kernels know the service, and nothing else of the home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energy_workbench.runtime import logs
from energy_workbench.runtime.paths import shipped
from energy_workbench.runtime.settings import Settings

if TYPE_CHECKING:
    from energy_workbench.widgets.site.server import SiteOptions


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
        tls=settings.public_url.startswith("https:"),
        logging=logs.jupyter(settings),
        **more,
    )
