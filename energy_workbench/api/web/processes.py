"""The state of every process, as the front page shows it: of the installation, and of the sites that are looked at."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from energy_workbench.domain.time import clock
from energy_workbench.services.doctor import supervised
from energy_workbench.services.workbench import Workbench

SERVICE: Final = "service"
SILENT: Final = timedelta(seconds=30)
"""A process not heard of for this long does not run."""

Heard = Mapping[str, tuple[datetime, str]]
"""When each process was last alive, and what it said."""


class Process(NamedTuple):
    """Name, whether it runs, a word for that, and a detail."""

    name: str
    alive: bool
    word: str
    detail: str


def processes(first: Workbench, shown: Sequence[Workbench]) -> list[Process]:
    """Every process of the installation and of some of its sites.

    Parameters
    ----------
    first : Workbench
        The first site, whose home the service and the servers of pages keep their word in.
    shown : sequence of Workbench
        The sites whose own processes are told.
    """
    settings = first.settings
    found = [_heard(SERVICE, SERVICE, first.state.processes(), first)]
    for wb in shown:
        heard = wb.state.processes()
        names = dict.fromkeys([*supervised.OF_A_SITE, *(name for name in heard if name != SERVICE)])
        found += [_heard(name, supervised.label(name, wb.settings), heard, wb) for name in names]
    servers = {"dashboards": settings.dashboard_port, "editor": settings.editor_port, "lab": settings.lab_port}
    known = {each.name for each in found}
    found += [_seen(name, _answers(settings.service_url, port)) for name, port in servers.items() if name not in known]
    kept = supervised.read(settings.home)
    # Of the sites that are not looked at nothing is told.
    there = {supervised.label(name, wb.settings) for wb in shown for name in supervised.OF_A_SITE}
    mine = [name for name in kept if name in there or not supervised.is_of_a_site(name)]
    known = {each.name for each in found}
    found += [_seen(name, kept[name].state == "running") for name in mine if name not in known]
    return [
        each._replace(detail=" · ".join(filter(None, [each.detail, kept[each.name].told(first.zone)])))
        if each.name in kept
        else each
        for each in found
    ]


def _heard(name: str, shown: str, heard: Heard, wb: Workbench) -> Process:
    """A process that says by itself that it is alive."""
    at, detail = heard.get(name, (None, ""))
    if at is not None and clock.now() - at < SILENT:
        return Process(shown, True, "running", detail)
    last = "never seen" if at is None else f"last seen {at.astimezone(wb.zone):%d %b %H:%M:%S}"
    return Process(shown, False, "not running", last)


def _seen(name: str, alive: bool) -> Process:
    return Process(name, alive, "running" if alive else "not running", "")


def _answers(service: str, port: int) -> bool:
    try:
        with socket.create_connection((urlsplit(service).hostname or "127.0.0.1", port), timeout=0.25):
            return True
    except OSError:
        return False
