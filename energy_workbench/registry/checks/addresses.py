"""Addresses of gateways: the grammar, and one spelling for each."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from energy_workbench.domain.fields.kinds import GATEWAY_FORMS as HELP

SCHEMES = ("tcp", "tls", "rtutcp", "rtu")
DEFAULT_PORTS = {"tcp": 502, "tls": 802, "rtutcp": 502}
"""IANA's ports of Modbus TCP and of Modbus/TCP Security."""
_NETWORK = re.compile(
    r"(tcp|tls|rtutcp)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::([0-9]{1,5}))?/?(?:\?(.*))?"
)
_SERIAL = re.compile(r"rtu://(/[\w./-]*\w|/?COM[0-9]{1,3})(?:\?(.+))?", re.ASCII)
_LINE: Mapping[str, set[str] | re.Pattern[str]] = {
    "baudrate": {"300", "600", "1200", "2400", "4800", "9600", "14400", "19200", "38400", "57600", "115200", "230400"},
    "parity": {"N", "E", "O"},
    "bytesize": {"7", "8"},
    "stopbits": {"1", "2"},
}
"""What may be said of a serial line."""
_FILE = re.compile(r"[^\x00-\x1f\x7f]{1,120}")
_SECURITY: Mapping[str, set[str] | re.Pattern[str]] = {
    "ca": _FILE,
    "cert": _FILE,
    "key": _FILE,
    "verify": {"full", "chain", "none"},
}
"""What may be said of TLS: files, and how much of the gateway's certificate is checked."""


def gateway_address(text: str) -> str:
    """The one spelling of a gateway's address: equal ones are one gateway, whose requests are serialised.

    Parameters
    ----------
    text : str
        As a user wrote it; the port of a network address is 502 by default, 802 with TLS.

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
        port = int(match[3] or DEFAULT_PORTS[match[1]])
        if not 1 <= port <= 65_535:
            raise ValueError(f"{port} is no port: 1 to 65535")
        return f"{match[1]}://{_host(match[2])}:{port}" + _security_options(match[1], match[4])
    if (match := _SERIAL.fullmatch(address)) and "/.." not in match[1]:
        return f"rtu://{match[1]}" + _options("a serial line", match[2], _LINE, str.upper)
    raise ValueError(_hint(address))


def endpoint(address: str) -> str:
    """Where a gateway's address leads, however it is spoken to there: a host and port, or a serial port."""
    scheme, _, rest = address.partition("://")
    place = rest.partition("?")[0]
    return place.removeprefix("/") if scheme == "rtu" else place


def host_of(address: str) -> str:
    """The host of a network address; empty for a serial line."""
    return "" if address.startswith("rtu://") else urlsplit(address).hostname or ""


def unusual_unit_id(gateway: str | None, unit_id: int | None) -> str | None:
    """Why a unit id is hardly meant at that gateway; None where it is as usual.

    On a serial line 0 calls every device and none answers, and 248 to 255 are reserved (MODBUS over Serial Line
    1.02, 2.2); over TCP they are the device behind the address itself (MODBUS Messaging on TCP/IP 1.0b, 4.4.2).
    """
    if unit_id is None or not (gateway or "").startswith(("rtu://", "rtutcp://")) or 1 <= unit_id <= 247:
        return None
    what = "calls every device, so that none answers" if unit_id == 0 else "is reserved"
    return f"on a serial line {unit_id} {what}: devices there have 1 to 247"


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


def _host(host: str) -> str:
    """A host in its one spelling: IPv6 as RFC 5952 writes it."""
    # Only digits and dots: an IP address is meant, no name.
    try:
        if re.fullmatch(r"[0-9.]+", host):
            return str(ipaddress.IPv4Address(host))
        if host.startswith("["):
            return f"[{ipaddress.IPv6Address(host[1:-1])}]"
    except ValueError:
        raise ValueError(f"{host} is no IP address, such as 192.168.1.105") from None
    return host.lower()


def _security_options(scheme: str, query: str | None) -> str:
    if query and scheme != "tls":
        raise ValueError(f"a {scheme} address has no options; certificates belong to tls://host:port?ca=ca.pem")
    options = _options("TLS", query, _SECURITY)
    if "key=" in options and "cert=" not in options:
        raise ValueError("key= is of no use without cert=, the certificate that it belongs to")
    return options


def _options(
    of: str,
    query: str | None,
    known: Mapping[str, set[str] | re.Pattern[str]],
    spelled: Callable[[str], str] = str,
) -> str:
    """The options in one order and spelling, with their question mark."""
    options: dict[str, str] = {}
    try:
        pairs = parse_qsl(query or "", strict_parsing=bool(query), keep_blank_values=True)
    except ValueError:
        raise ValueError(f"cannot read the options {query!r}: {HELP}") from None
    for name, value in pairs:
        legal = known.get(name)
        if legal is None:
            raise ValueError(f"{of} has no option {name!r}: {', '.join(known)}")
        if name in options:
            raise ValueError(f"{name} is given twice")
        options[name] = chosen = spelled(value)
        if isinstance(legal, set) and chosen not in legal:
            ordered = ", ".join(sorted(legal, key=lambda text: (len(text), text)))
            raise ValueError(f"{name}={value} is not possible: {ordered}")
        if isinstance(legal, re.Pattern) and not legal.fullmatch(chosen):
            raise ValueError(f"{name}={value} names no file")
    ordered_options = {name: options[name] for name in known if name in options}
    return f"?{urlencode(ordered_options, safe='/~:')}" if options else ""
