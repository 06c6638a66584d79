"""Register words of one simulated meter, computed when they are read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.simulator import DataType, SimData, SimDevice

from collector.plant.faults import Fault, FaultKind, Faults
from collector.plant.readout import Readout
from collector.profile.decode import encode
from collector.profile.power_factor import phase_of
from collector.profile.profile import Profile
from collector.profile.register import Cell
from collector.profile.wire_types import TYPES

HOLDING, INPUT = 3, 4
LAYOUTS_KEPT = 256
"""Different requests of which a device remembers what they touch."""


class Device:
    """A meter that answers Modbus requests.

    Parameters
    ----------
    readout : Readout
    profile : Profile
        How its values become words.
    faults : Faults
        Those of the wire are played here.
    now : callable
        Seconds since 1970, of the moment that a request is answered.
    """

    def __init__(self, readout: Readout, profile: Profile, faults: Faults, now: Callable[[], float]) -> None:
        self.readout = readout
        self.profile = profile
        self.faults = faults
        self.now = now
        self.identity = _identity(profile)
        self._alone = {
            (entry.function_code, entry.address, 1): {(entry.function_code, entry.address): entry.expected[0]}
            for entry in profile.identify
            if entry.words == 1 and isinstance(entry.expected, tuple)
        }
        self._layouts: dict[tuple[int, int, int], frozenset[str]] = {}

    def simulated(self) -> SimDevice:
        """The device as pymodbus serves it: what is no register answers "illegal address"."""
        blocks = {code: _blocks(self._readable(code)) for code in (HOLDING, INPUT)}
        # pymodbus wants all four tables; a meter has no coils, so theirs is one bit at the far end.
        bits = [SimData(65_535, count=1, values=False, datatype=DataType.BITS)]
        return SimDevice(
            id=self.readout.meter.unit_id,
            simdata=(bits, list(bits), blocks[HOLDING], blocks[INPUT]),
            action=self.answer,
        )

    def _readable(self, function_code: int) -> set[int]:
        """Addresses that may be read: registers, identity, and gaps where the model answers for them."""
        addresses = {a for code, a in self.identity if code == function_code}
        taken = sorted(
            {a for r in self.profile.registers for code, a in r.cells if code == function_code}
            | {r.scale_cell[1] for r in self.profile.registers if r.scale_cell and r.scale_cell[0] == function_code}
        )
        addresses.update(taken)
        if self.profile.bridge_gaps:
            for left, right in pairwise(taken):
                if right - left < self.profile.max_block:
                    addresses.update(range(left, right))
        return addresses

    async def answer(
        self,
        function_code: int,
        start_address: int,
        address: int,
        count: int,
        registers: list[int],
        set_values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Put the words of this moment where pymodbus sends them from.

        Raises
        ------
        NoSuchIdException
            Where a fault keeps the meter silent; the server then sends nothing.
        """
        if set_values is not None or function_code not in (HOLDING, INPUT):
            return ExcCodes.ILLEGAL_FUNCTION
        if count > self.profile.max_block:
            return ExcCodes.ILLEGAL_VALUE
        meter, second = self.readout.meter, self.now()
        fault = self.faults.on_wire(meter.number, meter.gateway, second)
        if fault and (refusal := await _play(fault)):
            return refusal
        words = self.words(
            function_code, address, count, self.now(), missing=bool(fault and fault.kind is FaultKind.NAN)
        )
        for (code, at), word in words.items():
            if code == function_code and address <= at < address + count:
                registers[at - start_address] = word
        return None

    def words(
        self, function_code: int, address: int, count: int, second: float, *, missing: bool = False
    ) -> dict[Cell, int]:
        """Words of at least these addresses at an instant.

        Parameters
        ----------
        second : float
            Since 1970 [s].
        missing : bool
            Whether every value is marked as not available.
        """
        number, minute, part = self.readout.plant.locate(second)
        values = self.readout.at(self.readout.plant.segment(number, minute), part, second)
        names = self._touched(function_code, address, count)
        wanted = {name: None if missing else values.get(name) for name in names}
        alone = self._alone.get((function_code, address, count), {})  # some codes come only when nothing else is asked
        return self.identity | encode(self.profile, wanted) | alone

    def _touched(self, function_code: int, address: int, count: int) -> frozenset[str]:
        """Quantities with a word among the addresses, and those that tell how their power factors lean."""
        key = (function_code, address, count)
        layout = self._layouts.get(key)
        if layout is None:
            asked = {(function_code, a) for a in range(address, address + count)}
            names = set()
            for register in self.profile.registers:
                if not asked.isdisjoint(register.cells) or register.scale_cell in asked:
                    names.add(register.quantity)
                    if register.pf:
                        names.add(f"reactive_power_{phase_of(register.quantity)}")
                        names.add(f"active_power_{phase_of(register.quantity)}")
            if len(self._layouts) >= LAYOUTS_KEPT:
                self._layouts.clear()
            layout = self._layouts[key] = frozenset(names)
        return layout


async def _play(fault: Fault) -> ExcCodes | None:
    if fault.kind in (FaultKind.SILENT, FaultKind.EXCHANGE):
        raise NoSuchIdException("silent on purpose")
    if fault.kind is FaultKind.SLOW:
        await asyncio.sleep(fault.seconds)
    return ExcCodes(fault.code) if fault.kind is FaultKind.EXCEPTION else None


def _blocks(addresses: set[int]) -> list[SimData]:
    """One block for each run of neighbouring addresses."""
    if not addresses:
        return [SimData(65_535, count=1, datatype=DataType.INVALID)]
    blocks: list[SimData] = []
    begin = previous = -1
    for address in [*sorted(addresses), 1 << 20]:
        if address != previous + 1 or begin < 0:
            if begin >= 0:
                blocks.append(SimData(begin, count=previous - begin + 1, values=0, datatype=DataType.REGISTERS))
            begin = address
        previous = address
    return blocks


def _identity(profile: Profile) -> dict[Cell, int]:
    """Words that tell what the device is, where no register lies on them."""
    taken = {cell for register in profile.registers for cell in register.cells}
    identity: dict[Cell, int] = {}
    for entry in profile.identify:
        if entry.type in TYPES:
            raw = entry.expected[0] if isinstance(entry.expected, tuple) else 0
            words = [raw >> 16 * k & 0xFFFF for k in reversed(range(entry.words))]
        else:
            mark = entry.expected if isinstance(entry.expected, str) else profile.model
            what = profile.vendor if "manufacturer" in entry.meaning else mark
            text = what.encode("ascii", "replace").ljust(2 * entry.words, b"\0")
            words = [int.from_bytes(text[2 * k : 2 * k + 2], "big") for k in range(entry.words)]
        cells = [(profile.function_code, entry.address + k) for k in range(entry.words)]
        if taken.isdisjoint(cells):
            identity.update(zip(cells, words, strict=True))
    return identity
