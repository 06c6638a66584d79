"""Web addresses that people give: what is accepted of one."""

from __future__ import annotations

from urllib.parse import urlsplit


def web_address(text: str) -> str:
    """The http(s) address.

    Raises
    ------
    ValueError
        If it is none, or holds a password.
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
    return text
