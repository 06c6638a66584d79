"""Address of the front page as people reach it from another machine: what a QR code leads to."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.domain.pages import METER
from energy_workbench.runtime.settings import Settings, checks


def front_address(settings: Settings, stated: str = "") -> str:
    """The origin of the front page: as it is stated, else the public one, else that of the machine and its port.

    Raises
    ------
    InputError
        If what is stated is no origin, or, where nothing is, only this machine reaches the service.
    """
    if stated := stated.strip().rstrip("/"):
        try:
            checks.origin(stated)
        except ValueError as reason:
            raise InputError(
                "the labels cannot be made", [Problem("labels", "address", stated[:60], str(reason))]
            ) from None
        return stated
    if settings.public_url:
        return settings.public_url
    host = _reached(settings)
    if _alone(host):
        why = (
            "is reached by this machine only, a phone that reads the code by none: set public_url, or host (and "
            "host_names), or state the address of the front page"
        )
        raise InputError("the labels cannot be made", [Problem("labels", "address", settings.service_url, why)])
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def meter_address(front: str, meter: str) -> str:
    """Where the page of a meter is, by its id: it stays the same where the number becomes another."""
    return f"{front}/{METER.name}?meter={quote(meter, safe='')}"


def _reached(settings: Settings) -> str:
    """The host by which others reach what is bound to `host`: a stated name, itself, or the machine's own name."""
    if _alone(settings.host):
        return settings.host
    named = [name for name in (each.strip() for each in settings.host_names.split(",")) if name]
    anywhere = settings.host in ("", "::", "0.0.0.0")  # noqa: S104
    return named[0] if named else socket.gethostname() if anywhere else settings.host


def _alone(host: str) -> bool:
    name = (urlsplit(f"//[{host}]" if ":" in host else f"//{host}").hostname or "").rstrip(".")
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
