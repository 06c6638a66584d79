"""Read-only examination of a registry and a live state, damaged or of another version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from energy_workbench.domain.entities import Live, Meter, Site
from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.domain.health.finding_words import MEASURING
from energy_workbench.domain.health.findings import Finding
from energy_workbench.runtime.sqlite_file import damage

if TYPE_CHECKING:
    from energy_workbench.registry.base import Opened
    from energy_workbench.registry.live_state.state import StateStore

    Store = Opened | StateStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Examined:
    """What could be found out.

    Attributes
    ----------
    registry, state : str
        What is wrong with either, in words; empty where nothing is.
    place : str
        Where the registry is, without a password.
    timezone : str
        The site's; empty where it is not known.
    site : Site or None
        None where it is not known.
    meters : tuple of Meter
    live : dict of int to Live
        By key.
    processes : dict of str to tuple of datetime and str
        When each was last alive [UTC], and what it said.
    findings : tuple of Finding
        Of how meters measure, the newest first.
    """

    registry: str
    state: str
    place: str
    timezone: str = ""
    site: Site | None = None
    meters: tuple[Meter, ...] = ()
    live: dict[int, Live] = field(default_factory=dict)
    processes: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def examine(registry_url: str, state_url: str, *, thorough: bool = False) -> Examined:
    """Read what can be read.

    Parameters
    ----------
    registry_url, state_url : str
        SQLAlchemy URLs; SQLite files are opened so that nothing beside them is made or changed.
    thorough : bool
        Let SQLite check every page of its files as well.
    """
    from energy_workbench.registry import Registry, StateStore

    registry, state = Registry(_reading(registry_url)), StateStore(_reading(state_url))
    try:
        _, wrong = _try(registry.check, None)
        wrong = wrong or (_damage(registry) if thorough else "")
        site, unread = _try(registry.site, None)
        meters, _ = _try(registry.meters, [])
        live, unsaid = _try(state.understood, {})
        processes, _ = _try(state.processes, {})
        found, _ = _try(lambda: [each for name in MEASURING for each in state.findings(name=name)], [])
        unsaid = unsaid or (_damage(state) if thorough else "")
        return Examined(
            registry=wrong or unread, state=unsaid, place=str(registry.database),
            timezone=site.timezone if site else "", site=site, meters=tuple(meters), live=live, processes=processes,
            findings=tuple(found),
        )  # fmt: skip
    finally:
        registry.close()
        state.close()


def _reading(url: str) -> str:
    return f"{url}?mode=ro" if url.startswith("sqlite:") and "?" not in url else url


def _try(ask: Callable[[], T], otherwise: Any) -> tuple[T, str]:
    try:
        return ask(), ""
    except WorkbenchError as error:
        return otherwise, str(error)
    except (ValueError, TypeError, KeyError) as error:
        # What is stored there was written by no version of this program.
        return otherwise, f"what is stored cannot be understood ({error})"


def _damage(store: Store) -> str:
    path = store.database.path
    return f"{path} is damaged: {found}" if path and (found := damage(path)) else ""
