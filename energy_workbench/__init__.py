"""Energy Workbench: `import energy_workbench as ew; wb = ew.open()`."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["__version__", "open"]

if TYPE_CHECKING:
    import os

    from energy_workbench.client import RemoteWorkbench
    from energy_workbench.workbench import Workbench


def open(  # noqa: A001 -- reads as `ew.open()`
    where: str | os.PathLike[str] | None = None, *, token: str | None = None
) -> Workbench | RemoteWorkbench:
    """Open a workbench.

    Parameters
    ----------
    where : str or path, optional
        A home folder, or the address of a running service (`http://host:3000`). By default the home
        that the environment names.
    token : str, optional
        For a service: an access token.

    Returns
    -------
    Workbench or RemoteWorkbench
        The same methods and result types, on the files or over the service.
    """
    named = None if where is None else fspath(where)
    if named and named.startswith(("http://", "https://")):
        from energy_workbench.client import RemoteWorkbench

        return RemoteWorkbench(named, token=token)
    from energy_workbench.workbench import Workbench

    return Workbench.at(named)
