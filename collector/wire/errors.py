"""Failures of a Modbus read, each with what it means for the meters behind a gateway."""

from __future__ import annotations

from energy_workbench.domain.errors import WorkbenchError

REASONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledged, still busy",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target did not respond",
}
"""Modbus exception codes (MODBUS Application Protocol Specification V1.1b3, section 7)."""

NOT_THERE = (1, 2, 3)
"""Codes by which a device says that it has no such registers."""

READING_FUNCTIONS = (3, 4, 0x2B)
"""The only function codes that are ever sent: holding registers, input registers, device identification."""

SILENT_TARGET = (10, 11)
"""Codes by which a gateway says that the device behind it is silent."""


class WireError(WorkbenchError):
    """A read failed."""

    title = "The meter could not be read"
    exit_code = 12
    http_status = 502


class UnreachableError(WireError):
    """The gateway cannot be reached, or closed the connection: all of its meters are concerned.

    Attributes
    ----------
    lost : bool
        Whether there was a connection, which ended while this meter was asked.
    """

    def __init__(self, message: str, lost: bool = False) -> None:
        super().__init__(message)
        self.lost = lost


class NoAnswerError(WireError):
    """The device said nothing in time.

    Attributes
    ----------
    told : bool
        Whether the gateway says so for it: then the way to the gateway is right.
    """

    def __init__(self, message: str, told: bool = False) -> None:
        super().__init__(message)
        self.told = told


class GarbledError(WireError):
    """The answer does not fit the question."""


class RefusedError(WireError):
    """The device, or the gateway for it, answered with a Modbus exception.

    Attributes
    ----------
    code : int
        The exception code.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code
