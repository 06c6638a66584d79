"""What to try when a device cannot be read, a line for each kind of failure."""

from __future__ import annotations

from collector.wire.client import GatewayClient
from collector.wire.errors import NOT_THERE, REASONS, GarbledError, NoAnswerError, RefusedError, UnreachableError
from energy_workbench.domain.errors import NotFoundError, ProfileError

SECOND_TRY = (5, 6)
"""Modbus exceptions that pass by themselves."""


def advice(error: Exception, client: GatewayClient | None = None) -> str:
    """What to try.

    Parameters
    ----------
    error : Exception
        Why a read failed.
    client : GatewayClient, optional
        The connection that was tried, where one was.
    """
    serial = client is not None and client.line is not None
    if isinstance(error, UnreachableError):
        where = "the device name, its permissions and who else uses it" if serial else "address, port, firewall"
        if client is not None and client.security:
            where += ", certificates"
        return f"no connection: check {where}"
    if isinstance(error, NoAnswerError):
        other = ""
        if not serial and not error.told and (client is None or client.scheme != "tls"):
            rtu = client is not None and client.scheme == "rtutcp"
            other = f", or {'rtutcp:// instead of tcp://' if rtu else 'tcp:// instead of rtutcp://'}"
        return f"timeout: wrong unit id, baud rate or wiring{other}"
    if isinstance(error, GarbledError):
        return "garbled: wrong baud rate or parity, noise, or another master on the line"
    if isinstance(error, RefusedError):
        if error.code in NOT_THERE:
            return f"exception {error.code}: this unit lacks the register: wrong profile?"
        again = ": try again" if error.code in SECOND_TRY else ": look at the device"
        return f"exception {error.code}: {REASONS.get(error.code, 'unknown to Modbus')}{again}"
    if isinstance(error, (NotFoundError, ProfileError)):
        return "profile: choose another one, or mend its file"
    return "check the address, the unit id and the profile"
