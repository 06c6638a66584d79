"""The process of the service: starts, answers, stops; and says why it cannot."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace

import httpx
import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.cli.processes.serve import listening
from energy_workbench.registry import StateStore
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.conftest import free_ports
from tests.waiting import eventually, patience


def _serve(home: Settings, port: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "ENERGY_WORKBENCH_HOME": str(home.home), "ENERGY_WORKBENCH_PORT": str(port)}
    command = [sys.executable, "-c", "from energy_workbench.cli.main import main; main()", "serve"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def _answers(port: int) -> bool:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/api/Energy/health", trust_env=False, timeout=patience(10))
    except httpx.TransportError:
        return False
    return bool(answer.json() == {"ok": True})


def test_the_process_answers_beats_and_stops_cleanly(home: Settings) -> None:
    (port,) = free_ports(1)
    process = _serve(home, port)
    try:
        eventually(lambda: process.poll() is not None or _answers(port), "the service")
        headers = {"Authorization": f"Bearer {tokens_of(home).viewer}"}
        address = f"http://127.0.0.1:{port}/api/Energy/meters"
        answer = httpx.get(address, headers=headers, trust_env=False, timeout=patience(10))
        assert answer.json()["total"] == 6
        assert "service" in StateStore(home.state_url).processes()
        process.send_signal(signal.SIGTERM)
        assert process.wait(patience(20)) in (0, -signal.SIGTERM)
        assert "Traceback" not in process.communicate()[1]
    finally:
        process.kill()
        process.wait()


def test_no_small_answer_waits_for_an_acknowledgement(home: Settings) -> None:
    """Held back until its head is acknowledged, the body of each answer after the first would come 40 ms later."""

    async def accepted() -> int:
        kept = asyncio.get_running_loop().create_future()
        server = await asyncio.start_server(lambda _, writer: kept.set_result(writer), sock=bound)
        async with server:
            _, asking = await asyncio.open_connection(*bound.getsockname())
            connection = (await kept).get_extra_info("socket")
            asking.close()
            return int(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    (port,) = free_ports(1)
    with listening(replace(home, port=port)) as bound:
        assert asyncio.run(accepted()) != 0


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


def test_a_service_that_ends_waits_for_what_it_began(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python would end a thread that is left over within DuckDB, and with it the process by SIGABRT."""
    begun, ended = threading.Event(), threading.Event()

    def overview(self: Workbench, period: str = "today") -> None:
        try:
            while True:
                self.reader.run("SELECT 1")
                begun.set()
        finally:
            ended.set()

    monkeypatch.setattr(Workbench, "overview", overview)
    with TestClient(create_app(home), base_url="http://127.0.0.1:3000"):
        eventually(begun.is_set, "the first answer is made")
        assert not ended.is_set()
    assert ended.is_set()
