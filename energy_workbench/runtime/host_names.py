"""Names by which this machine's servers are called; a stranger's name that was pointed at it is none of them."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from energy_workbench.runtime.settings import Settings


def names_of(settings: Settings) -> frozenset[str]:
    """The names of this machine, of its public address, and those of the setting `host_names`."""
    own = socket.gethostname()
    public = urlsplit(settings.public_url).hostname or ""
    said = (name.strip() for name in settings.host_names.split(","))
    return frozenset(name.lower().rstrip(".") for name in ("localhost", own, settings.host, public, *said) if name)


def known(host: str, names: frozenset[str]) -> bool:
    """Whether a `Host` header names this machine: by an address, behind which no stranger hides, or a known name.

    Parameters
    ----------
    host : str
        As it was sent: `energy.local:3000`, `[::1]:3000`.
    names : frozenset of str
        In lower case.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        ip_address(name)
    except ValueError:
        return name in names
    return True
