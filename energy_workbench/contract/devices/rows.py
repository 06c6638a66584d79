"""Rows of scans and of registers as they are."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Unit, Words
from energy_workbench.contract.rows.setup import Candidate, Outcome


class ScannedUnit(TypedDict):
    """A unit that answered a scan.

    `meter` is the number of the meter that it is already; else `number` and `name` are proposed for one. `examined` is
    false until its profiles were looked for.
    """

    unit_id: int
    milliseconds: Annotated[int, Unit("ms")]
    examined: bool
    meter: str
    number: str
    name: str
    candidates: list[Candidate]
    identity: dict[str, str]
    notes: list[str]
    error: str


class ScanRow(TypedDict):
    """A scan of a gateway: how far it is, and what it has found; `error` and `advice` say why it failed.

    `unit_id` is who is asked at this moment, if anybody.
    """

    id: str
    gateway: str
    units: str
    state: Annotated[str, Words(("running", "done", "cancelled", "failed"))]
    phase: Annotated[str, Words(("asking", "examining", ""))]
    asked: int
    of: int
    unit_id: int | None
    seconds: Annotated[float, Unit("s")]
    found: list[ScannedUnit]
    notes: list[str]
    error: str
    advice: str


class RawRegister(TypedDict):
    """A register as it is: `values` is what begins with it, by order of words and bytes, and type.

    `word` is None where the device has no such register, a value where it is no number of that type.
    """

    address: int
    word: int | None
    hex: str
    text: str
    values: dict[str, dict[str, int | float | None]]


class RawRegisters(Outcome):
    """Registers of a unit, read once."""

    gateway: str
    unit_id: int
    function: int
    registers: list[RawRegister]
    requests: int


class SavedRegister(TypedDict):
    """A register as part of a profile of the home, and all that the profile has now."""

    profile: str
    file: str
    new: bool
    quantities: list[str]
    polled: list[str]


class AdoptedMeters(TypedDict):
    """Meters that were made of scanned units, in one change."""

    gateway: str
    meters: list[str]
