"""Asking for what only the owner of the lines may do: the running collector, or one that does nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final, cast

from typing_extensions import TypedDict

from energy_workbench.contract.devices.rows import RawRegister, ScanRow
from energy_workbench.domain.errors import BusyError, ConflictError, InputError, NotFoundError, ServiceError
from energy_workbench.domain.fields.plain import Row
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.doctor.collector_socket import ask_collector

LONGEST: Final = 45.0
"""How long an answer may take [s]."""
BEGINS_SECONDS: Final = 60.0
"""How long a process may take until it listens [s]."""
LOOK_SECONDS: Final = 0.05
KINDS: Final = {"conflict": ConflictError, "missing": NotFoundError, "busy": BusyError, "input": InputError}
"""Errors by what the collector calls them."""


class LinesAnswer(TypedDict, total=False):
    """What the owner of the lines says: a scan, or registers; or why not, and of which kind that is."""

    ok: bool
    error: str
    advice: str
    kind: str
    scan: ScanRow
    gateway: str
    registers: list[RawRegister]
    requests: int
    milliseconds: int


_children: list[subprocess.Popen[bytes]] = []
_beginning = threading.Lock()


def ask_lines(settings: Settings, request: Row) -> LinesAnswer:
    """The answer of whoever owns the lines of a home; where nobody does, a process begins that does nothing else.

    It ends by itself when nothing is asked of it any more, and makes way for a collector that starts.

    Raises
    ------
    InputError, ConflictError, NotFoundError, BusyError
        As it says.
    ServiceError
        If it cannot be asked.
    """
    said = ask_collector(settings, request, LONGEST)
    if said is None:
        with _beginning:
            said = ask_collector(settings, request, LONGEST) or _begun(settings, request)
    answer = cast(LinesAnswer, said)
    kind = KINDS.get(str(answer.get("kind", "")))
    if kind is not None:
        raise kind(str(answer.get("error") or "the collector refuses"))
    if answer.get("kind"):
        raise ServiceError(f"{answer.get('error')}: {answer.get('advice')}")
    return answer


def _begun(settings: Settings, request: Row) -> Row:
    beside = Path(sys.executable).with_name("energy-collector")
    command = str(beside) if beside.exists() else shutil.which("energy-collector")
    if command is None:
        raise ServiceError("energy-collector is not installed here: install the project again")
    _children[:] = [child for child in _children if child.poll() is None]
    child = subprocess.Popen(
        [command, "lines", "--home", str(settings.home)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, **settings.named},
    )  # fmt: skip
    _children.append(child)
    end = time.monotonic() + BEGINS_SECONDS
    while time.monotonic() < end:
        if (answer := ask_collector(settings, request, LONGEST)) is not None:
            return answer
        if child.poll() is not None and child.returncode:
            break
        time.sleep(LOOK_SECONDS)
    raise ServiceError("no collector runs, and none could be begun for this: start energy-collector")
