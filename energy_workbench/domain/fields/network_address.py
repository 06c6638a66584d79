"""Addresses that nobody should give: what machines give themselves, and what only a machine itself should ask."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

METADATA: Final = (ip_address("fd00:ec2::254"), ip_address("100.100.100.200"))
"""Where clouds answer a machine with its own secrets, beside the link-local 169.254.169.254."""


def trouble(host: str) -> str:
    """Why a host that is written as an address is none to connect to; empty for a name, and for any other address."""
    try:
        return _trouble(ip_address(host.strip("[]").partition("%")[0]))
    except ValueError:
        return ""


def _trouble(address: IPv4Address | IPv6Address) -> str:
    inner = getattr(address, "ipv4_mapped", None) or address
    if inner.is_link_local or inner in METADATA:
        return f"{address} is link-local, an address that machines give themselves: nothing is sent there"
    if inner.is_multicast or inner.is_unspecified:
        return f"{address} is no address of one machine"
    return ""
