"""No address that somebody gives leads to what only the machine itself should ask."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from energy_workbench.domain.errors import DeliveryError, InputError
from energy_workbench.domain.fields.network_address import trouble
from energy_workbench.domain.fields.web_address import web_address
from energy_workbench.registry.checks.conversions import gateway
from energy_workbench.reports.delivery import webhook

INWARD = [
    "169.254.169.254",
    "169.254.1.1",
    "fe80::1",
    "::ffff:169.254.169.254",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "fd00:ec2::254",
    "64:ff9b::169.254.169.254",
    "::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:5601:5601",
    "192.0.0.192",
    "168.63.129.16",
    "255.255.255.255",
]
NONE = r"link-local|of one machine"
OUTWARD = ["127.0.0.1", "192.168.1.20", "10.0.0.5", "2001:db8::1", "8.8.8.8", "hooks.example.com", "::1"]
OUTWARD += ["64:ff9b::8.8.8.8", "2002:808:808::1"]


@pytest.mark.parametrize("host", INWARD)
def test_what_only_a_machine_itself_asks_is_no_address(host: str) -> None:
    assert trouble(host)
    shown = f"[{host}]" if ":" in host else host
    with pytest.raises(ValueError, match=NONE):
        gateway(f"tcp://{shown}:502")
    with pytest.raises(ValueError, match=NONE):
        web_address(f"http://{shown}/latest/meta-data")
    with pytest.raises(DeliveryError, match="is not called") as refused:
        webhook.post(f"http://{shown}/latest/meta-data", "secret", {})
    assert not refused.value.temporary


@pytest.mark.parametrize("host", OUTWARD)
def test_others_are(host: str) -> None:
    assert trouble(host) == ""


@pytest.mark.parametrize("found", [["169.254.169.254"], ["192.168.1.5", "fe80::1"]])
def test_a_name_that_leads_there_is_refused_when_it_is_called(
    found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_up(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    with pytest.raises(DeliveryError, match="is not called"):
        webhook.post("http://rebound.example/", "secret", {})


def test_a_probe_goes_to_no_such_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from energy_workbench.runtime.settings import Settings
    from energy_workbench.services.commands import probing

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("169.254.169.254", 502))])
    with pytest.raises(InputError) as refused:
        probing.suggest(Settings(home=tmp_path), {"gateway": "tcp://rebound.example:80", "unit_id": 1})
    assert "link-local" in str(refused.value)
