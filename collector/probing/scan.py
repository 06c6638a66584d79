"""A scan of a gateway: which units answer, and what they are; only reads, each in its turn among the polls.

Each unit is asked for one register. Whatever a device says, a refusal too, says that it is there; a time-out, or a
gateway that says that nobody answered it, says that it is not. Who is silent is asked once more for an input register,
and, where few units are scanned, for registers with which many profiles begin: some devices are silent on what they
lack. Devices that are there are then examined as `profiles suggest` does.

First it is asked for two ids that no device may have. A device over TCP that ignores the unit id answers for them as
for all others; and what a gateway says then it says of everybody who is silent.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from typing_extensions import TypedDict

from collector.probing.advice import advice
from collector.probing.suggest import SuggestedProfile, suggest
from collector.profile.store import available, load
from collector.wire.client import GatewayClient
from collector.wire.connection_pool import ConnectionPool
from collector.wire.errors import (
    NOT_THERE,
    SILENT_TARGET,
    GarbledError,
    NoAnswerError,
    RefusedError,
    UnreachableError,
    WireError,
)
from collector.wire.read_request import ReadRequest
from energy_workbench.domain.errors import InputError, WorkbenchError

LONGEST_SECONDS = 3600.0
"""Longest time of a scan [s]; what was found by then is told."""
WAIT_SECONDS, SHORT_WAIT_SECONDS = 1.0, 0.5
"""Longest wait for an answer [s]: what most profiles allow; less where a late answer is told from a fresh one, for who
answers late is found by that."""
LEAST_REST, SHARED_REST = 0.01, 0.1
"""Between two questions: on a line of the scan's own, and on one whose meters are polled meanwhile [s] …"""
REST_SHARE = 1.0
"""… and there no less than the last question took, so that polls have half of the line's time at least."""
THOROUGH = 32
"""Of no more units than these, silent ones are asked for other registers too."""
OTHERS = 4
"""How many registers those are."""
NOBODY = (251, 253)
"""Unit ids that no device may have (MODBUS over Serial Line V1.02, section 2.2): who answers for them ignores ids."""
SHOWN = 3
"""How many profiles are told of a unit."""
FIRST = (ReadRequest(3, 0, 1), ReadRequest(4, 0, 1))
"""What a unit is asked for at first, and where it was silent."""


class State(StrEnum):
    """How far a scan is."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ScannedUnit(TypedDict):
    """A unit that answered: `examined` is false until its profiles were looked for; best first they are then."""

    unit_id: int
    milliseconds: int
    examined: bool
    candidates: list[SuggestedProfile]
    identity: dict[str, str]
    notes: list[str]
    error: str


class ScanRow(TypedDict):
    """A scan; `asked` of `of` questions were put, `unit_id` is asked now. `error`, `advice`: why it failed."""

    id: str
    gateway: str
    units: str
    state: str
    phase: str
    asked: int
    of: int
    unit_id: int | None
    seconds: float
    found: list[ScannedUnit]
    notes: list[str]
    error: str
    advice: str


def units_of(text: str) -> tuple[int, ...]:
    """Unit ids of a list of ids and ranges, `1-10,17,247`, each once.

    Raises
    ------
    InputError
        If it is none, or one is not from 0 to 247: 0 only where a TCP device has it.
    """
    found: dict[int, None] = {}
    for part in str(text).split(","):
        match = re.fullmatch(r"\s*(\d{1,3})\s*(?:[-–]\s*(\d{1,3})\s*)?", part, re.ASCII)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not low <= high <= 247:
            raise InputError(f"units {str(text)[:60]!r} are none: numbers and ranges from 0 to 247, such as 1-32,40")
        found |= dict.fromkeys(range(low, high + 1))
    return tuple(found)


@dataclass(slots=True)
class Scan:
    """One scan, and what it has found so far.

    Parameters
    ----------
    id, gateway : str
    units : str
        As `units_of` reads them.
    folders : tuple of Path
        Of the user's own profiles.
    pool : ConnectionPool
        The connections of the polls.
    """

    id: str
    gateway: str
    units: str
    folders: tuple[Path, ...]
    pool: ConnectionPool
    state: State = State.RUNNING
    phase: str = "asking"
    asked: int = 0
    unit: int | None = None
    found: dict[int, ScannedUnit] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    error: str = ""
    advice: str = ""
    _wanted: tuple[int, ...] = ()
    _questions: int = 0
    _began: float = field(default_factory=time.monotonic)
    _took: float = 0.0
    _silence: set[int] = field(default_factory=lambda: set(SILENT_TARGET))

    def __post_init__(self) -> None:
        """Read the units."""
        self._wanted = units_of(self.units)
        self._questions = 2 * len(self._wanted)

    def row(self) -> ScanRow:
        """For other programs."""
        seconds = self._took or time.monotonic() - self._began
        return {
            "id": self.id, "gateway": self.gateway, "units": self.units, "state": str(self.state),
            "phase": self.phase if self.state is State.RUNNING else "", "asked": self.asked,
            "of": max(self._questions, self.asked), "unit_id": self.unit, "seconds": round(seconds, 1),
            "found": [self.found[unit] for unit in sorted(self.found)], "notes": list(self.notes),
            "error": self.error, "advice": self.advice,
        }  # fmt: skip

    async def run(self) -> None:
        """Scan until all is known, the time is up, or it is cancelled; never raises but for that."""
        client: GatewayClient | None = None
        try:
            client = self.pool.take(self.gateway)
            self.gateway = client.url
            async with asyncio.timeout(LONGEST_SECONDS):
                await self._ask_all(client)
                await self._examine_all(client)
            self.state = State.DONE
        except TimeoutError:
            self.state = State.DONE
            self.notes.append(f"the time was up after {LONGEST_SECONDS / 60:g} min: scan fewer units")
        except asyncio.CancelledError:
            self.state = State.CANCELLED
            raise
        except WorkbenchError as error:
            self.state, self.error = State.FAILED, "; ".join(str(error).split("\n"))
            self.advice = advice(error, client)
        finally:
            self.unit, self._took = None, time.monotonic() - self._began
            if client is not None:
                self.pool.give_back(client)

    async def _ask_all(self, client: GatewayClient) -> None:
        wanted = list(self._wanted)
        before = client.late.copy()
        if await self._ignores_ids(client, wanted[0]):
            self._questions = self.asked
            return
        rounds: list[ReadRequest] = [*FIRST]
        if len(wanted) <= THOROUGH:
            rounds += await asyncio.to_thread(_common, self.folders)
            self._questions = len(rounds) * len(wanted)
        else:
            self.notes.append(
                f"a device that is silent on what it lacks may be missed: scan {THOROUGH} units or fewer to ask more"
            )
        for request in rounds:
            for unit in wanted:
                if unit in self.found:
                    self.asked += 1  # it need not be
                else:
                    await self._ask(client, unit, request)
            for unit in wanted:
                if client.late[unit] > before[unit]:
                    self._answered(unit, WAIT_SECONDS)
            await self._examine_all(client)

    async def _ignores_ids(self, client: GatewayClient, first: int) -> bool:
        """Whether it answers for ids that nobody has; then it is one device, found at the first that is wanted."""
        for unit in NOBODY:
            try:
                await self._in_turn(client, lambda unit=unit: client.read(FIRST[0], unit, timeout=self._wait(client)))  # type: ignore[misc]
            except RefusedError as error:
                if error.code not in NOT_THERE:
                    self._silence.add(error.code)  # so the gateway says that nobody is there
                    return False
            except UnreachableError as error:
                if not error.lost:
                    raise
                return False
            except WireError:
                return False
        if not await self._ask(client, first, FIRST[0]):
            return False
        self.notes.append("it answers at every unit id, so it is one device that ignores it; it was looked at once")
        return True

    async def _ask(self, client: GatewayClient, unit: int, request: ReadRequest) -> bool:
        self.unit = unit
        began = time.monotonic()
        there = await self._there(client, unit, request)
        self.asked += 1
        if there:
            self._answered(unit, time.monotonic() - began)
        return there

    @staticmethod
    def _wait(client: GatewayClient) -> float:
        return SHORT_WAIT_SECONDS if client.framed_by_id else WAIT_SECONDS

    def _answered(self, unit: int, seconds: float) -> None:
        if unit not in self.found:
            self.found[unit] = {
                "unit_id": unit, "milliseconds": round(seconds * 1000), "examined": False, "candidates": [],
                "identity": {}, "notes": [], "error": "",
            }  # fmt: skip

    async def _there(self, client: GatewayClient, unit: int, request: ReadRequest) -> bool:
        """Whether a unit says anything of its own."""
        try:
            await self._in_turn(client, lambda: client.read(request, unit, timeout=self._wait(client)))
        except RefusedError as error:
            return error.code not in self._silence
        except GarbledError:
            return True  # somebody spoke, though not well
        except NoAnswerError:
            return False
        except UnreachableError as error:
            if not error.lost:
                raise
            # A gateway may hang up on a unit that it does not know; one that is gone accepts no connection then.
            return False
        return True

    async def _in_turn(self, client: GatewayClient, question: Callable[[], Awaitable[Any]]) -> None:
        """One question, as one of the line's users; then a rest in which the polls go on."""
        async with self.pool.lend(client.url):
            began = time.monotonic()
            try:
                await question()
            finally:
                took = time.monotonic() - began
        shared = self.pool.shared(client)
        await asyncio.sleep(max(SHARED_REST, REST_SHARE * took) if shared else LEAST_REST)

    async def _examine_all(self, client: GatewayClient) -> None:
        for unit in sorted(unit for unit, row in self.found.items() if not row["examined"]):
            self.phase, self.unit = "examining", unit
            found = await suggest(client.url, unit, self.folders, self.pool)
            self.found[unit] |= {
                "examined": True, "candidates": found["candidates"][:SHOWN], "identity": found["identity"],
                "notes": found["notes"], "error": found["error"],
            }  # fmt: skip
            await asyncio.sleep(SHARED_REST if self.pool.shared(client) else LEAST_REST)
        self.phase = "asking"


def _common(folders: Sequence[Path]) -> list[ReadRequest]:
    """Registers with which most profiles begin."""
    first: Counter[tuple[int, int]] = Counter()
    for name in available(folders):
        try:
            profile = load(name, folders)
        except WorkbenchError:
            continue
        if profile.sunspec_model is None:
            first[profile.needed(profile.quantities[:1])[0].cells[0]] += 1
        else:
            first[3, 40_000] += 1
    known = {(request.function_code, request.address) for request in FIRST}
    cells = [cell for cell, _ in first.most_common() if cell not in known]
    return [ReadRequest(code, address, 1) for code, address in cells[:OTHERS]]
