"""Web addresses that people give: what is accepted of one."""

from __future__ import annotations

from urllib.parse import urlsplit

from energy_workbench.domain.fields.network_address import trouble


def web_address(text: str) -> str:
    """The http(s) address.

    Raises
    ------
    ValueError
        If it is none, holds a password, or leads to what only a machine itself should ask.
    """
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or not text.isascii() or " " in text:
        raise ValueError("an address such as https://hooks.example.com/energy is needed")
    if parts.username or parts.password:
        raise ValueError("it holds a password: the call is signed instead, see docs/schedules.md")
    if reason := trouble(parts.hostname or ""):
        raise ValueError(reason)
    return text
