"""The grammar of gateway addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.registry.checks.addresses import gateway_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("tcp://192.168.1.10:502", "tcp://192.168.1.10:502"),
        (" TCP://Gateway-1.Plant/ ", "tcp://gateway-1.plant:502"),
        ("tcp://[FE80::1]:1502", "tcp://[fe80::1]:1502"),
        ("rtutcp://moxa:4001", "rtutcp://moxa:4001"),
        ("rtu:///dev/ttyUSB0", "rtu:///dev/ttyUSB0"),
        ("rtu:///dev/ttyUSB0?parity=e&baudrate=19200", "rtu:///dev/ttyUSB0?baudrate=19200&parity=E"),
        ("rtu:///dev/serial/by-id/usb-FTDI_1-if00", "rtu:///dev/serial/by-id/usb-FTDI_1-if00"),
        ("rtu:///COM3?stopbits=2", "rtu:///COM3?stopbits=2"),
        ("tls://Gateway.plant", "tls://gateway.plant:802"),
        (
            "tls://10.0.0.5/?key=k.pem&cert=c.pem&ca=%2Fetc%2Fca.pem",
            "tls://10.0.0.5:802?ca=/etc/ca.pem&cert=c.pem&key=k.pem",
        ),
        ("tls://[::1]:8020?ca=our+ca.pem&verify=chain", "tls://[::1]:8020?ca=our+ca.pem&verify=chain"),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    assert gateway_address(text) == gateway_address(address) == address


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "tcp://host:port"),
        ("192.168.1.10", "tcp://host:port"),
        ("http://host:80", "tcp://host:port"),
        ("tcp://host:0", "no port"),
        ("tcp://host:70000", "no port"),
        ("tcp://user:secret@host:502", "tcp://host:port"),
        ("tcp://host:502/path", "tcp://host:port"),
        ("tcp://ho st:502", "tcp://host:port"),
        ("tcp://-host:502", "tcp://host:port"),
        ("rtu://dev/ttyUSB0", "tcp://host:port"),
        ("rtu:///dev/../etc/passwd", "tcp://host:port"),
        ("rtu:///dev/ttyUSB0?baudrate=9601", "not possible"),
        ("rtu:///dev/ttyUSB0?speed=9600", "no option 'speed'"),
        ("rtu:///dev/ttyUSB0?parity=N&parity=E", "twice"),
        ("rtu:///dev/ttyUSB0?parity", "cannot read"),
        ("tcp://" + "h" * 300, "longer"),
        ("tcp://host:502?ca=ca.pem", "a tcp address has no options"),
        ("tls://host?verify=no", "verify=no is not possible: full, none, chain"),
        ("tls://host?authority=x", "TLS has no option 'authority': ca, cert, key, verify"),
        ("tls://host?key=k.pem", "of no use without cert="),
        ("tls://host?ca=", "names no file"),
        ("tls://host?ca=a%0Ab", "names no file"),
        ("tls://host?ca=a.pem&ca=b.pem", "twice"),
        ("tls//host", "did you mean tls://host"),
    ],
)
def test_anything_else_is_refused_with_what_would_do(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        gateway_address(text)


@given(st.text(max_size=60) | st.from_regex(r"(tcp|tls|rtutcp|rtu)://.{0,40}", fullmatch=True))
def test_an_accepted_address_is_its_own_spelling(text: str) -> None:
    try:
        address = gateway_address(text)
    except ValueError:
        return
    assert gateway_address(address) == address
