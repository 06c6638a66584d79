"""What the servers of pages have in common: their kernels know the service and one token, nothing else of the home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energy_workbench.core import logs
from energy_workbench.core.paths import shipped
from energy_workbench.core.settings import Settings

if TYPE_CHECKING:
    from energy_workbench.widgets.site.server import SiteOptions


def site(
    settings: Settings, token: str, *, name: str, notebook: str, pages: tuple[str, ...], port: int, **more: Any
) -> SiteOptions:
    """What a server is told.

    Parameters
    ----------
    token : str
        Opens the pages, and is the one with which their kernels ask the service.
    name : str
        Names its cookie.
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
        token=token,
        host=settings.host,
        port=port,
        kernels=settings.kernels,
        base=settings.base_of(name),
        tls=settings.public_url.startswith("https:"),
        logging=logs.jupyter(settings),
        kernel_environment={"ENERGY_WORKBENCH_URL": settings.service_url, "ENERGY_WORKBENCH_SERVICE_TOKEN": token},
        **more,
    )
