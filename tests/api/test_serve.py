"""The process of the service: starts, answers, stops; and says why it cannot."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from energy_workbench.api.access import tokens_of
from energy_workbench.core.settings import Settings
from energy_workbench.registry import StateStore
from tests.conftest import free_ports
from tests.waiting import eventually, patience


def _serve(home: Settings, port: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "ENERGY_WORKBENCH_HOME": str(home.home), "ENERGY_WORKBENCH_PORT": str(port)}
    command = [sys.executable, "-c", "from energy_workbench.cli import main; main()", "serve"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def _answers(port: int) -> bool:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/api/Energy/health", trust_env=False, timeout=patience(10))
    except httpx.TransportError:
        return False
    return bool(answer.json() == {"ok": True})


def _comes_whole(port: int, token: str) -> bool:
    """Whether the second small answer on a connection comes with its head, as one piece."""
    asked = f"GET /api/Energy/site HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port), timeout=patience(60)) as connection:
        for _ in range(2):
            connection.sendall(asked)
            first = connection.recv(65_536)
            head, _, body = first.partition(b"\r\n\r\n")
            whole = len(body) == int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # type: ignore[index]
            if not whole:
                return False
    return True


def test_the_process_answers_beats_and_stops_cleanly(home: Settings) -> None:
    (port,) = free_ports(1)
    process = _serve(home, port)
    try:
        eventually(lambda: process.poll() is not None or _answers(port), "the service")
        headers = {"Authorization": f"Bearer {tokens_of(home).viewer}"}
        answer = httpx.get(f"http://127.0.0.1:{port}/api/Energy/meters", headers=headers, trust_env=False)
        assert answer.json()["total"] == 6
        assert "service" in StateStore(home.state_url).processes()
        # Held back until its head is acknowledged, the body of each answer after the first would come by itself.
        assert any(_comes_whole(port, tokens_of(home).viewer) for _ in range(10))
        process.send_signal(signal.SIGTERM)
        assert process.wait(patience(20)) in (0, -signal.SIGTERM)
        assert "Traceback" not in process.communicate()[1]
    finally:
        process.kill()
        process.wait()


def test_a_port_in_use_is_one_clear_message(home: Settings) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        process = _serve(home, holder.getsockname()[1])
        message = process.communicate(timeout=patience(60))[1]
    assert process.returncode == 4
    assert "ENERGY_WORKBENCH_PORT" in message
    assert len(message.strip().splitlines()) == 1


def test_a_home_that_was_not_made_is_one_clear_message(home: Settings, tmp_path: pytest.TempPathFactory) -> None:
    (home.home / "registry.db").unlink()
    process = _serve(home, free_ports(1)[0])
    message = process.communicate(timeout=patience(60))[1]
    assert process.returncode == 3
    assert "init" in message
    assert "Traceback" not in message
