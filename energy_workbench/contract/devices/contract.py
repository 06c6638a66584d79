"""Devices behind a gateway: which are there, what their registers hold, and meters and profiles made of that."""

from __future__ import annotations

from typing import Annotated

from energy_workbench.contract.devices import bodies
from energy_workbench.contract.devices.rows import AdoptedMeters, RawRegisters, SavedRegister, ScanRow
from energy_workbench.contract.notes import As, Between, Existing, Help, Named, Reason
from energy_workbench.contract.operation import CONTRADICTED, operation
from energy_workbench.domain.errors import BusyError, ServiceError
from energy_workbench.domain.roles import May

TAG = "Devices"
WIRE = (BusyError, ServiceError)
"""What an operation refuses that needs the collector, which owns the lines."""

ScanId = Annotated[str, Existing(), Named("id"), Help("Of the scan")]
Gateway = Annotated[str, Help("As a meter has it: `tcp://10.0.0.5:502`, `rtu:///dev/ttyUSB0?baudrate=9600`")]


class DevicesContract:
    """What is asked over Modbus out of turn; reads only, each in its turn among the polls of the gateway."""

    @operation(
        "POST", "/scan", "Begin a scan of a gateway", tag=TAG, needs=May.CHANGE, status=202, slow=True,
        refuses=(*CONTRADICTED, *WIRE),
    )  # fmt: skip
    def scan(self, gateway: Annotated[str, As.MEMBER], units: Annotated[str, As.MEMBER] = "1-247") -> ScanRow:
        """Find out which units answer on a gateway, and what they are; it goes on by itself, see `scan_state`.

        Only reads are sent, one at a time, with rests in which the meters of that gateway are polled. A gateway is
        scanned once at a time.

        Parameters
        ----------
        units : str
            Unit ids and ranges of them: `1-32,40`.

        Raises
        ------
        InputError
            If the address or the units are none.
        ConflictError
            If a scan of this gateway is under way; it is named.
        """

    @operation(
        "GET", "/scan/{id}", "How far a scan is", tag=TAG, needs=May.CHANGE, slow=True, refuses=WIRE
    )  # fmt: skip
    def scan_state(self, scan: ScanId) -> ScanRow:
        """How far a scan is, and what it has found: `state, phase, asked, of, found, notes, error, advice`.

        Each of the `found` has `unit_id`, the profiles that fit it with what speaks for them, and the number of the
        `meter` that it is already, or a number and name for one. A scan is known for some time after its end.

        Raises
        ------
        NotFoundError
            If there is none, or not any more.
        """

    @operation("DELETE", "/scan/{id}", "Cancel a scan", tag=TAG, needs=May.CHANGE, slow=True, refuses=WIRE)
    def stop_scan(self, scan: ScanId) -> ScanRow:
        """End a scan; what it has found stays.

        Raises
        ------
        NotFoundError
            If there is none, or not any more.
        """

    @operation(
        "POST", "/scan/meters", "Make meters of scanned units", tag=TAG, needs=May.CHANGE, status=201,
        refuses=CONTRADICTED,
    )  # fmt: skip
    def adopt_units(self, fields: bodies.Adoption, *, reason: Reason = None) -> AdoptedMeters:
        """Make a meter of each unit, all or none, as one change that can be undone.

        `fields` are `gateway`, `parent` (a number; none is the top of the tree) and `meters`, each with
        `unit_id, number` and mostly `name, type, profile`.

        Raises
        ------
        InputError
            With everything that is wrong: a number or a unit that is a meter already, a profile that does not exist.
        """

    @operation("GET", "/registers", "Registers as they are", tag=TAG, needs=May.CHANGE, slow=True, refuses=WIRE)
    def registers(
        self,
        gateway: Gateway,
        unit_id: Annotated[int, Between(0, 255), Help("Modbus device id")],
        first: Annotated[int, Named("from"), Between(0, 65_535), Help("PDU address of the first register, from 0")],
        count: Annotated[int, Between(1, 500), Help("How many")] = 20,
        *,
        function: Annotated[int, Between(3, 4), Help("3: holding registers, 4: input registers")] = 3,
    ) -> RawRegisters:
        """Read a range of registers once, and show it as every type in every order of words and bytes.

        Raises
        ------
        InputError
            If there are no such registers, or the address is none; nothing is sent then.
        """

    @operation(
        "POST", "/profiles/{id}/registers", "Save a register in a profile", tag=TAG, needs=May.CHANGE, status=201,
        slow=True, refuses=(ServiceError,),
    )  # fmt: skip
    def save_register(
        self, profile: Annotated[str, Named("id"), Help("Of a profile of this home; a new one is made")],
        fields: bodies.Register,
    ) -> SavedRegister:  # fmt: skip
        """Save a register, with its quantity and unit, as part of a profile of the home.

        The profile is checked as a whole before it is written; meters that have it are read with it from then on.

        Raises
        ------
        InputError
            With everything that is wrong; the profile is as it was then.
        """
