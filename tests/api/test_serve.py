"""The process of the service: starts, answers, stops; and says why it cannot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import httpx
import pytest

from energy_workbench.api.access import tokens_of
from energy_workbench.core.settings import Settings
from energy_workbench.registry import StateStore
from tests.conftest import free_ports


def _serve(home: Settings, port: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "ENERGY_WORKBENCH_HOME": str(home.home), "ENERGY_WORKBENCH_PORT": str(port)}
    command = [sys.executable, "-c", "from energy_workbench.cli import main; main()", "serve"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def test_the_process_answers_beats_and_stops_cleanly(home: Settings) -> None:
    (port,) = free_ports(1)
    process = _serve(home, port)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/api/Energy/health", trust_env=False).json() == {"ok": True}:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        headers = {"Authorization": f"Bearer {tokens_of(home).viewer}"}
        answer = httpx.get(f"http://127.0.0.1:{port}/api/Energy/meters", headers=headers, trust_env=False)
        assert answer.json()["total"] == 6
        assert "service" in StateStore(home.state_url).processes()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/Energy", headers=headers, trust_env=False) as client:
            fastest = min([client.get("/site").elapsed for _ in range(30)][1:])
        # Held back until its head is acknowledged, each body after the first would take 40 ms.
        assert fastest < timedelta(milliseconds=30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
        assert "Traceback" not in process.communicate()[1]
    finally:
        process.kill()
        process.wait()


def test_a_port_in_use_is_one_clear_message(home: Settings) -> None:
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        process = _serve(home, holder.getsockname()[1])
        message = process.communicate(timeout=60)[1]
    assert process.returncode == 4
    assert "ENERGY_WORKBENCH_PORT" in message
    assert len(message.strip().splitlines()) == 1


def test_a_home_that_was_not_made_is_one_clear_message(home: Settings, tmp_path: pytest.TempPathFactory) -> None:
    (home.home / "registry.db").unlink()
    process = _serve(home, free_ports(1)[0])
    message = process.communicate(timeout=60)[1]
    assert process.returncode == 3
    assert "init" in message
    assert "Traceback" not in message
