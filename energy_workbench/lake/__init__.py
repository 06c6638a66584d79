"""The lake: spool, Delta tables of readings, intervals and findings, and every SQL statement on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.reader import Reader
    from energy_workbench.lake.reading import Reading, Refused
    from energy_workbench.lake.spool.spool import Spool

__all__ = ["Lake", "Reader", "Reading", "Refused", "Spool"]

_HOMES = {"Lake": "lake", "Reader": "reader", "Reading": "reading", "Refused": "reading", "Spool": "spool.spool"}


def __getattr__(name: str) -> Any:
    # Lazily, so that who only spools does not wait for DuckDB and deltalake.
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
