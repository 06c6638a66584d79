"""One read of every register of a device: to see whether address, unit and profile are right."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from collector.polling.meter_reader import MeterReader
from collector.probing.advice import advice
from collector.probing.read_session import ReadSession
from collector.profile.profile import Profile
from collector.profile.store import load
from collector.wire.client import GatewayClient
from collector.wire.connection_pool import ConnectionPool
from collector.wire.errors import NoAnswerError, RefusedError, WireError
from collector.wire.read_request import ReadRequest
from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.domain.quantities import quantity
from energy_workbench.domain.time import clock

PROBE_SECONDS = 20.0
"""Longest time from the question to the answer, with waiting for a turn [s]."""
NOMINAL = ((45.0, 55.0), (55.0, 66.0))
"""Around the frequencies of public supplies, 50 and 60 Hz, what a generator may have for a while too [Hz]."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe found.

    Attributes
    ----------
    ok : bool
        Whether everything came.
    values : dict of str to float or None
        By quantity, as the meter reports it.
    units : dict of str to str
        Of those quantities.
    identity : dict of str to str
        What the device says it is.
    missing : list of str
        Quantities of the profile that the device lacks.
    hints : list of str
        What looks wrong although everything came, and what to try.
    milliseconds : int
        How long the reads took [ms].
    error, advice : str
        Why something did not come and what to try, a line each; empty where everything did.
    """

    gateway: str
    unit_id: int
    profile: str
    ok: bool = True
    values: dict[str, float | None] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    identity: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    milliseconds: int = 0
    error: str = ""
    advice: str = ""

    @classmethod
    def failed(cls, gateway: str, unit_id: int, profile: str, error: Exception) -> Probe:
        """A probe that could not even begin."""
        return cls(gateway, unit_id, profile, ok=False, error=_line(error), advice=advice(error))

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> Probe:
        """A probe from its fields."""
        return cls(**{name: members[name] for name in cls.__slots__ if name in members})

    def to_json(self) -> str:
        """For programs, as text."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def to_text(self) -> str:
        """For people."""
        result = self.error or f"answered in {self.milliseconds} ms"
        lines = [f"{self.gateway} unit {self.unit_id} as {self.profile}: {result}"]
        if self.advice:
            lines.append(f"  {self.advice}")
        lines += [f"  {meaning}: {text}" for meaning, text in self.identity.items()]
        for name, value in self.values.items():
            shown = "not available" if value is None else f"{value:,.10g} {self.units.get(name, '')}"
            lines.append(f"  {name:<32}{shown.rstrip()}")
        if self.missing:
            lines.append(f"  the device lacks: {', '.join(self.missing)}")
        return "\n".join([*lines, *(f"  hint: {hint}" for hint in self.hints)])


async def probe(
    gateway: str, unit: int, profile_id: str, folders: Iterable[Path] = (), pool: ConnectionPool | None = None
) -> Probe:
    """Read a device once, with every register of the profile; takes `PROBE_SECONDS` at most.

    Parameters
    ----------
    unit : int
        Modbus device id.
    folders : iterable of Path
        Of the user's own profiles.
    pool : ConnectionPool, optional
        The connections of a process that polls; the reads wait their turn among its polls.

    Returns
    -------
    Probe
        With the error where the address, the profile or the device is to blame: that is an answer too.
    """
    end = asyncio.get_running_loop().time() + PROBE_SECONDS
    client: GatewayClient | None = None
    try:
        profile = load(profile_id, folders)
        async with asyncio.timeout_at(end), (pool or ConnectionPool()).lend(gateway) as client:
            return await _read(client, unit, profile, ReadSession(client, end, PROBE_SECONDS))
    except TimeoutError:
        late = NoAnswerError(f"{gateway} was busy with other reads for {PROBE_SECONDS:g} s")
        return Probe(gateway, unit, profile_id, ok=False, error=_line(late), advice=advice(late, client))
    except WorkbenchError as error:
        return Probe.failed(gateway, unit, profile_id, error)


async def _read(client: GatewayClient, unit: int, profile: Profile, session: ReadSession) -> Probe:
    reader = MeterReader(profile, unit, tuple(profile.quantities))
    started = time.monotonic()
    # Not sent twice: the user can ask again, and a meter that is not there would cost the others two waits.
    outcome = await reader.read(session, lambda: clock.to_micros(clock.now()), retry=False)
    values, seconds = outcome.values, time.monotonic() - started
    identity: dict[str, str] = {}
    if values:
        await _identify(session, unit, profile, identity)
    return Probe(
        gateway=client.url, unit_id=unit, profile=profile.id, ok=outcome.error is None, values=values,
        units={name: quantity(name).unit for name in values}, identity=identity, missing=list(reader.missing),
        hints=await _hints(session, unit, profile, values), milliseconds=round(seconds * 1000),
        error=_line(outcome.error or ""),
        advice=advice(outcome.error, client) if outcome.error else "",
    )  # fmt: skip


async def _identify(session: ReadSession, unit: int, profile: Profile, identity: dict[str, str]) -> None:
    for entry in profile.identify:
        try:
            request = ReadRequest(entry.function_code, entry.address, entry.words)
            timeout, pause = profile.timeout_ms / 1000, profile.pause_ms / 1000
            words = await session.read_alone(request, unit, timeout=timeout, pause=pause)
        except RefusedError:
            continue
        except WireError:
            break
        identity[entry.meaning] = entry.told(words)


async def _hints(session: ReadSession, unit: int, profile: Profile, values: dict[str, float | None]) -> list[str]:
    """What looks wrong; the words that are known are read in the other orders to find the one that tells sense."""
    frequency = values.get("frequency")
    if frequency is None or frequency == 0 or _nominal(frequency):
        return []
    hint = f"a frequency of {frequency:g} Hz is unlikely: is it the right profile?"
    model, fitting = profile.id.partition(":")[0], ""
    for order in profile.other_orders:
        turned = profile.with_order(order)
        outcome = await MeterReader(turned, unit, ("frequency",)).read(session, lambda: 0, retry=False)
        said = outcome.values.get("frequency")
        if said and _nominal(said):
            fitting = order
            hint += f" The device's order may be set otherwise: with {model}:{order} it is {said:.4g} Hz"
            break
    if not fitting and profile.orders_words:
        hint += f" The device's word order may be set otherwise: try {model}:{profile.other_orders[0]}"
    return [hint]


def _nominal(frequency: float) -> bool:
    return any(low <= frequency <= high for low, high in NOMINAL)


def _line(error: Exception | str) -> str:
    return "; ".join(str(error).split("\n"))
