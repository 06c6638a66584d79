"""The metrics' server: no thread is held by who sends nothing, and no stranger's page reads it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.registry import CollectorRegistry

from collector import metrics_server
from energy_workbench.runtime.settings import Settings
from tests.conftest import free_ports
from tests.waiting import eventually, patience

SHORT = 0.3


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, metrics_port=free_ports(1)[0], host_names="box")


@pytest.fixture
def port(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(metrics_server, "HEAD_SECONDS", SHORT)
    monkeypatch.setattr(metrics_server, "AT_ONCE", 3)
    server, thread = metrics_server.start(settings, CollectorRegistry())
    yield settings.metrics_port
    server.shutdown()
    server.server_close()
    thread.join()


def connected(port: int) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", port))
    found.settimeout(patience(30))
    return found


def rest(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(4096):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def asked(port: int, host: str) -> bytes:
    with connected(port) as connection:
        connection.sendall(f"GET /metrics HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        return rest(connection)


@pytest.mark.parametrize("sent", [b"", b"GET /met", b"GET /metrics HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_a_head_that_does_not_end_ends_the_connection(port: int, sent: bytes) -> None:
    with connected(port) as connection:
        connection.sendall(sent)
        assert b" 200 " not in rest(connection)


def test_a_drop_now_and_then_does_not_hold_it(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
        connection.settimeout(SHORT / 20)

        def closed() -> bool:
            try:
                connection.sendall(b"a")
                return not connection.recv(4096)
            except TimeoutError:
                return False
            except OSError:
                return True

        eventually(closed, "the server closes", 30)


def test_idle_connections_leave_room_again(port: int) -> None:
    """More than it serves at once: the last ones are turned away, and once the first are given up all is well."""
    held = [connected(port) for _ in range(6)]
    eventually(lambda: b" 200 " in asked(port, "localhost"), "a scrape is answered", 30)
    for each in held:
        assert rest(each) == b""
        each.close()


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", b"200"), ("box:9108", b"200"), ("evil.example", b"421")])
def test_a_strangers_name_that_leads_here_is_refused(port: int, host: str, status: bytes) -> None:
    assert asked(port, host).split(b" ", 2)[1] == status


def test_where_all_may_come_they_may_by_any_name(settings: Settings) -> None:
    server, thread = metrics_server.start(replace(settings, host="0.0.0.0"), CollectorRegistry())
    try:
        assert b" 200 " in asked(settings.metrics_port, "scraped.by.some.alias")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
