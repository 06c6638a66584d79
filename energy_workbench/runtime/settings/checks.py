"""What texts of settings must be like; each check raises ValueError, or an error of the workbench, with the reason."""

from __future__ import annotations

import re

# What is checked is given seldom: the rules are imported when it is, and not by every process.


def origin(text: str) -> None:
    """Scheme and host of a web address, or nothing."""
    if not re.fullmatch(r"(https?://[^/?#\s@]+)?", text):
        raise ValueError("is no origin, such as https://energy.example.com (no path)")


def host(text: str) -> None:
    """Name or address of a machine, or nothing."""
    if re.fullmatch(r"[\w.-]*", text):
        return
    from ipaddress import IPv6Address

    try:
        IPv6Address(text)
    except ValueError:
        raise ValueError(
            "is no host: write a name or an address alone, such as 127.0.0.1 or mail.example.com"
        ) from None


def hosts(text: str) -> None:
    """Names of machines, divided by commas, or nothing."""
    if not re.fullmatch(r"\s*([\w.-]+\s*(,\s*[\w.-]+\s*)*)?", text):
        raise ValueError("are no names, such as energy.local, energy.plant.example (no scheme, port or path)")


def database(text: str) -> None:
    """URL of a database, or nothing."""
    if text and not re.fullmatch(r"\w[\w+]*://.*", text):
        raise ValueError("is no database URL, such as sqlite:////srv/registry.db or postgresql://…")
    if re.fullmatch(r"sqlite(\+\w+)?:/{2,3}(\?.*)?", text):
        raise ValueError("names no file: write sqlite:////srv/plant/registry.db")


def zone(text: str) -> None:
    """Name of a time zone."""
    from energy_workbench.domain.time.period import zone_of

    zone_of(text)


def shifts(text: str) -> None:
    """Names and begins of shifts."""
    from energy_workbench.runtime.settings.shifts import parse_shifts

    parse_shifts(text)


def sender(text: str) -> None:
    """An address of mail, or nothing."""
    from energy_workbench.domain.fields.mail_address import mail_address

    if text:
        mail_address(text)


def token(text: str) -> None:
    """What a header and an address can carry, or nothing."""
    if not re.fullmatch(r"[!-~]*", text):
        raise ValueError("must be letters, digits and signs of ASCII, without spaces")
