"""Addresses of gateways: the grammar, and one spelling for each."""

from __future__ import annotations

import difflib
import ipaddress
import re
from urllib.parse import parse_qsl

HELP = "write tcp://host:port, rtutcp://host:port or rtu:///dev/ttyUSB0?baudrate=9600&parity=N"
SCHEMES = ("tcp", "rtutcp", "rtu")
DEFAULT_PORT = 502
"""IANA's port of Modbus TCP."""
_NETWORK = re.compile(
    r"(tcp|rtutcp)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::([0-9]{1,5}))?/?"
)
_SERIAL = re.compile(r"rtu://(/[\w./-]*\w|/?COM[0-9]{1,3})(?:\?(.+))?", re.ASCII)
_LINE = {
    "baudrate": {"300", "600", "1200", "2400", "4800", "9600", "14400", "19200", "38400", "57600", "115200", "230400"},
    "parity": {"N", "E", "O"},
    "bytesize": {"7", "8"},
    "stopbits": {"1", "2"},
}
"""What may be said of a serial line."""


def gateway_address(text: str) -> str:
    """The one spelling of a gateway's address: equal ones are one gateway, whose requests are serialised.

    Parameters
    ----------
    text : str
        As a user wrote it; the port of a network address is 502 by default.

    Raises
    ------
    ValueError
        If it is no such address; the message says what would be.
    """
    scheme, separator, rest = text.strip().partition("://")
    address = f"{scheme.lower()}{separator}{rest}"
    if len(address) > 300:
        raise ValueError("longer than 300 characters")
    if match := _NETWORK.fullmatch(address):
        port = int(match[3] or DEFAULT_PORT)
        if not 1 <= port <= 65_535:
            raise ValueError(f"{port} is no port: 1 to 65535")
        _refuse_impossible_host(match[2])
        return f"{match[1]}://{match[2].lower()}:{port}"
    if (match := _SERIAL.fullmatch(address)) and "/.." not in match[1]:
        options = _line_options(match[2])
        query = "&".join(f"{name}={options[name]}" for name in _LINE if name in options)
        return f"rtu://{match[1]}" + (f"?{query}" if query else "")
    raise ValueError(_hint(address))


def _hint(address: str) -> str:
    """What was probably meant, and what would be right."""
    said, separator, rest = address.partition("://")
    if not separator:
        # `tcp:/host`, `tcp//host`, `tcp:host:502`, or no scheme at all.
        spelled = re.match(rf"({'|'.join(SCHEMES)})[:/]+(?=\S)", address)
        scheme, rest = (spelled[1], address[spelled.end() :]) if spelled else ("tcp", address)
    elif said in SCHEMES:
        return HELP
    else:
        scheme = next(iter(difflib.get_close_matches(said, SCHEMES, n=1, cutoff=0.5)), "tcp")
    meant = f"{scheme}://{rest}"
    try:
        gateway_address(meant)
    except ValueError:
        return HELP
    return f"did you mean {meant}? {HELP[0].upper()}{HELP[1:]}"


def _refuse_impossible_host(host: str) -> None:
    # Only digits and dots: an IP address is meant, no name.
    try:
        if re.fullmatch(r"[0-9.]+", host):
            ipaddress.IPv4Address(host)
        elif host.startswith("["):
            ipaddress.IPv6Address(host[1:-1])
    except ValueError:
        raise ValueError(f"{host} is no IP address, such as 192.168.1.105") from None


def _line_options(query: str | None) -> dict[str, str]:
    options: dict[str, str] = {}
    try:
        pairs = parse_qsl(query or "", strict_parsing=bool(query), keep_blank_values=True)
    except ValueError:
        raise ValueError(f"cannot read the options {query!r}: {HELP}") from None
    for name, value in pairs:
        if name not in _LINE:
            raise ValueError(f"a serial line has no option {name!r}: {', '.join(_LINE)}")
        if name in options:
            raise ValueError(f"{name} is given twice")
        chosen = value.upper()
        if chosen not in _LINE[name]:
            legal = ", ".join(sorted(_LINE[name], key=lambda text: (len(text), text)))
            raise ValueError(f"{name}={value} is not possible: {legal}")
        options[name] = chosen
    return options
