"""Where the workbench may connect when somebody gives it a name: looked up once, and not to what is refused."""

from __future__ import annotations

import socket

from energy_workbench.domain.fields.network_address import trouble


def address_of(host: str, port: int) -> str:
    """The address that a host leads to, looked up once: who connects to it goes where was looked.

    Raises
    ------
    PermissionError
        If it, or one of several, is none to connect to.
    OSError
        If there is no such host.
    """
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for each in found:
        if reason := trouble(each):
            raise PermissionError(reason)
    return found[0]
