"""Energy Workbench: `import energy_workbench as ew; wb = ew.open()`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os import fspath
from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["__version__", "open", "use"]

if TYPE_CHECKING:
    import os

    from energy_workbench.client.workbench import RemoteWorkbench
    from energy_workbench.services.workbench import Workbench


_used: list[tuple[Workbench | RemoteWorkbench, str]] = []
"""What is in use, the newest last, and why nothing else may be opened meanwhile."""


def open(  # noqa: A001 -- reads as `ew.open()`
    where: str | os.PathLike[str] | None = None, *, token: str | None = None, site: str | None = None
) -> Workbench | RemoteWorkbench:
    """Open a workbench.

    Parameters
    ----------
    where : str or path, optional
        A home folder, or the address of a running service (`http://host:3000`). By default the home
        that the environment names.
    token : str, optional
        For a service: an access token.
    site : str, optional
        Which of several sites, by its slug or name; the only one by default.

    Returns
    -------
    Workbench or RemoteWorkbench
        The same methods and result types, on the files or over the service. Without `where` that which is in `use`.

    Raises
    ------
    ReportError
        If a report asks for another workbench than its own.
    SiteError
        If a home has several sites and none is named; of a service, at the first question.
    NotFoundError
        If there is no such site.
    """
    if _used:
        workbench, alone = _used[-1]
        if where is None and site is None:
            return workbench
        if alone:
            from energy_workbench.domain.errors import ReportError

            raise ReportError(alone)
    named = None if where is None else fspath(where)
    if named and named.startswith(("http://", "https://")):
        from energy_workbench.client.workbench import RemoteWorkbench

        return RemoteWorkbench(named, token=token, site=site)
    from energy_workbench.services.workbench import Workbench

    return Workbench.at(named, site)


@contextmanager
def use(workbench: Workbench | RemoteWorkbench, *, alone: str = "") -> Iterator[None]:
    """Let `open()` give this workbench, to all of this process, until the block is left.

    So code that opens its workbench plainly, as a notebook does, works on one that is open already: a report's on the
    plant as it was, a test's on its own.

    Parameters
    ----------
    workbench : Workbench or RemoteWorkbench
        Stays open afterwards.
    alone : str
        Why nothing else may be opened meanwhile: whoever tries is told so. Anything may where it is empty.
    """
    entry = (workbench, alone)
    _used.append(entry)
    try:
        yield
    finally:
        _used.remove(entry)
