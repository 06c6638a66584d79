"""Addresses that nobody should give: what machines give themselves, and what only a machine itself should ask."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

METADATA: Final = tuple(
    map(ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"))
)
"""Where clouds answer a machine with its own secrets, beside the link-local 169.254.169.254."""
BROADCAST: Final = ip_address("255.255.255.255")
TRANSLATED: Final = ip_network("64:ff9b::/96")
"""IPv4 addresses as IPv6 networks write them, for a translator (RFC 6052)."""
COMPATIBLE: Final = ip_network("::/96")
"""The same, as it was done once (RFC 4291, section 2.5.5.1)."""


def trouble(host: str) -> str:
    """Why a host that is written as an address is none to connect to; empty for a name, and for any other address."""
    try:
        return _trouble(ip_address(host.strip("[]").partition("%")[0]))
    except ValueError:
        return ""


def _trouble(address: IPv4Address | IPv6Address) -> str:
    inner = _inner(address)
    if inner.is_link_local or inner in METADATA:
        return f"{address} is link-local, an address that machines give themselves: nothing is sent there"
    if inner.is_multicast or inner.is_unspecified or inner == BROADCAST:
        return f"{address} is no address of one machine"
    return ""


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address leads to, where it does; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if (address in TRANSLATED or address in COMPATIBLE) and int(address) > 1:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address
