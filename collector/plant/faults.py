"""Faults that the plant can be told to have: what, where, from when to when.

A YAML or JSON file with a list:

    - {kind: silent,    meter: UNIT-A, from: 30, to: 90}            # no answer at all
    - {kind: slow,      gateway: 2, from: 0, to: 60, seconds: 1.5}  # each answer late
    - {kind: exception, meter: UNIT-B, from: 10, to: 20, code: 4}   # a Modbus exception
    - {kind: nan,       meter: UNIT-C, from: 10, to: 20}            # "not available" in every register
    - {kind: rollover,  meter: UNIT-D, from: 40, modulus: 100000}   # the import counter wraps to 0
    - {kind: reset,     meter: UNIT-E, from: 40}                    # every counter begins at 0 again
    - {kind: exchange,  meter: UNIT-F, from: 40, to: 70}            # silent, then a new meter with a new serial
    - {kind: glitch,    meter: UNIT-G, from: 40, to: 41}            # counters read 0, then their old level
    - {kind: drop,      gateway: 1, from: 60, to: 80}               # connections closed and refused

`from` and `to` are seconds after the plant's start, or ISO 8601 instants; `to` is for ever where it is
left out. `gateway` is counted from 0. What is counted is never changed by a fault, only what is told.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from energy_workbench.domain.errors import InputError, Problem


class FaultKind(StrEnum):
    """What goes wrong."""

    SILENT = "silent"
    SLOW = "slow"
    EXCEPTION = "exception"
    NAN = "nan"
    ROLLOVER = "rollover"
    RESET = "reset"
    EXCHANGE = "exchange"
    GLITCH = "glitch"
    DROP = "drop"


COUNTER_KINDS = {FaultKind.ROLLOVER, FaultKind.RESET, FaultKind.EXCHANGE, FaultKind.GLITCH}
OPTIONS = {
    FaultKind.SLOW: {"seconds"},
    FaultKind.EXCEPTION: {"code"},
    FaultKind.ROLLOVER: {"modulus"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    Attributes
    ----------
    meter : str or None
        Its number; None where a gateway is meant.
    gateway : int or None
        Counted from 0.
    start, end : float
        Since 1970 [s]; half-open.
    seconds : float
        Delay of a slow answer [s].
    code : int
        Of a Modbus exception.
    modulus : float
        Where the import counter wraps, in its own kWh, before CT and PT.
    """

    kind: FaultKind
    start: float
    end: float = math.inf
    meter: str | None = None
    gateway: int | None = None
    seconds: float = 2.0
    code: int = 4
    modulus: float = 1_000_000.0

    def active(self, second: float) -> bool:
        """Whether it holds at that instant [s since 1970]."""
        return self.start <= second < self.end


def load(path: Path | str, *, started: float, meters: Collection[str], gateways: int) -> tuple[Fault, ...]:
    """Read a file of faults.

    Parameters
    ----------
    started : float
        Start of the plant, since 1970 [s].
    meters : collection of str
        Numbers of the plant's meters.
    gateways : int
        How many the plant has.

    Raises
    ------
    InputError
        If the file cannot be read, or an entry is no possible fault; every entry that is wrong is named.
    """
    import yaml

    try:
        content = yaml.safe_load(Path(path).read_text("utf-8"))  # JSON is YAML
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no valid YAML or JSON: {error}") from None
    return parse(content, where=str(path), started=started, meters=meters, gateways=gateways)


def parse(
    content: Any, *, started: float, meters: Collection[str], gateways: int, where: str = "faults"
) -> tuple[Fault, ...]:
    """Understand a list of faults; parameters and errors as of `load`."""
    if isinstance(content, dict) and set(content) == {"faults"}:
        content = content["faults"]
    if content is None:
        return ()
    if not isinstance(content, list):
        raise InputError(f"{where}: a list of faults is wanted, such as - {{kind: silent, meter: UNIT-A, from: 30}}")
    faults, problems = [], []
    for number, entry in enumerate(content, start=1):
        try:
            faults.append(_fault(entry, started, meters, gateways))
        except _WrongEntry as wrong:
            problems.append(Problem(f"entry {number}", wrong.field, str(wrong.value)[:60], wrong.reason))
    if problems:
        raise InputError(f"{where}: the faults cannot be used", problems)
    return tuple(faults)


class _WrongEntry(Exception):  # noqa: N818
    def __init__(self, field: str, value: Any, reason: str) -> None:
        self.field, self.value, self.reason = field, value, reason


def _fault(entry: Any, started: float, meters: Collection[str], gateways: int) -> Fault:
    if not isinstance(entry, dict):
        raise _WrongEntry("", entry, "not a mapping of kind, meter or gateway, from and to")
    try:
        kind = FaultKind(str(entry.get("kind")))
    except ValueError:
        raise _WrongEntry("kind", entry.get("kind"), f"one of {', '.join(FaultKind)}") from None
    known = {"kind", "meter", "gateway", "from", "to"} | OPTIONS.get(kind, set())
    if unknown := sorted(set(map(str, entry)) - known):
        raise _WrongEntry(unknown[0], entry[unknown[0]], f"a {kind} fault has {', '.join(sorted(known))}")
    meter, gateway = entry.get("meter"), entry.get("gateway")
    if (meter is None) == (gateway is None):
        raise _WrongEntry("meter", meter, "give either a meter or a gateway")
    if meter is not None and meter not in meters:
        raise _WrongEntry("meter", meter, "the plant has no such meter")
    if gateway is not None and not (type(gateway) is int and 0 <= gateway < gateways):
        raise _WrongEntry("gateway", gateway, f"0 to {gateways - 1}")
    if kind is FaultKind.DROP and gateway is None:
        raise _WrongEntry("gateway", None, "connections are dropped by a gateway, not by a meter")
    if kind in COUNTER_KINDS and meter is None:
        raise _WrongEntry("meter", None, f"a {kind} happens to one meter")
    start = _second("from", entry.get("from", 0), started)
    end = _second("to", entry["to"], started) if entry.get("to") is not None else math.inf
    if end <= start:
        raise _WrongEntry("to", entry["to"], "not after from")
    options = {name: _positive(name, entry[name]) for name in OPTIONS.get(kind, ()) if name in entry}
    if "code" in options and options["code"] not in range(1, 12):
        raise _WrongEntry("code", entry["code"], "a Modbus exception code, 1 to 11")
    return Fault(
        kind=kind,
        meter=meter,
        gateway=gateway,
        start=start,
        end=end,
        seconds=options.get("seconds", 2.0),
        code=int(options.get("code", 4)),
        modulus=options.get("modulus", 1_000_000.0),
    )


def _second(field: str, value: Any, started: float) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return started + value
    try:
        instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise _WrongEntry(field, value, "seconds after the start, or an ISO 8601 instant") from None
    if instant.tzinfo is None:
        raise _WrongEntry(field, value, "an instant needs an offset, such as Z or +05:30")
    return instant.timestamp()


def _positive(field: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise _WrongEntry(field, value, "a number above 0")
    return float(value)


class Faults:
    """All faults of a plant, found quickly by meter and gateway."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self.all = faults
        self._meter: dict[str, list[Fault]] = {}
        self._gateway: dict[int, list[Fault]] = {}
        for fault in faults:
            if fault.meter is not None:
                self._meter.setdefault(fault.meter, []).append(fault)
            elif fault.gateway is not None:
                self._gateway.setdefault(fault.gateway, []).append(fault)

    def on_wire(self, meter: str, gateway: int, second: float) -> Fault | None:
        """The first fault that decides how a request is answered at that instant, if any."""
        for fault in (*self._meter.get(meter, ()), *self._gateway.get(gateway, ())):
            if fault.active(second):
                if fault.kind in (FaultKind.SILENT, FaultKind.SLOW, FaultKind.EXCEPTION, FaultKind.NAN):
                    return fault
                if fault.kind is FaultKind.EXCHANGE and fault.end < math.inf:
                    return fault
        return None

    def of_counters(self, meter: str) -> list[Fault]:
        """Faults of a meter that change what its counters tell, oldest first."""
        return sorted((f for f in self._meter.get(meter, ()) if f.kind in COUNTER_KINDS), key=lambda f: f.start)

    def dropped(self, gateway: int, second: float) -> bool:
        """Whether a gateway keeps no connection at that instant."""
        return any(f.kind is FaultKind.DROP and f.active(second) for f in self._gateway.get(gateway, ()))

    def drops(self, gateway: int) -> list[Fault]:
        """Every drop of a gateway."""
        return [f for f in self._gateway.get(gateway, ()) if f.kind is FaultKind.DROP]
