"""The word to the supervisor: what is said, how often, and to which kinds of sockets."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from tornado.ioloop import IOLoop

from energy_workbench.runtime import notify
from energy_workbench.runtime.notify import Alive
from energy_workbench.widgets.site import alive
from tests.deploy.supervisor import Supervisor


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    address = str(tmp_path / "n")
    found = Supervisor(address)
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "1500000")
    yield found
    found.close()


def test_it_is_told_at_least_twice_in_the_watchdogs_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for usec, every in (("6000000", 2.0), ("60000000", notify.OFTEN), ("", notify.OFTEN), ("soon", notify.OFTEN)):
        monkeypatch.setenv("WATCHDOG_USEC", usec)
        assert Alive().every == every


def test_a_status_is_told_when_it_changes_and_in_one_line(supervisor: Supervisor) -> None:
    alive = Alive()
    for status in ("5 of 6\nmeters", "5 of 6\nmeters", "6 of 6 meters"):
        alive.turn(status)
    supervisor.hears("STATUS=6 of 6 meters")
    told = [word for word in supervisor.heard if word.startswith("STATUS=")]
    assert told == ["STATUS=5 of 6 meters", "STATUS=6 of 6 meters"]


def test_an_abstract_socket_is_heard_and_none_at_all_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"@energy-workbench-test-{os.getpid()}"
    heard = Supervisor(address)
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    assert notify.tell("READY=1")
    heard.hears("READY=1")
    heard.close()
    monkeypatch.setenv("NOTIFY_SOCKET", "/no/such/socket")
    assert not notify.tell("READY=1")
    monkeypatch.delenv("NOTIFY_SOCKET")
    assert not notify.tell("READY=1")


def test_jupyters_server_is_ready_once_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(notify, "tell", lambda *words: said.append(words[0]))

    async def starts() -> None:
        # As `jupyter_server` does: extensions are loaded first, and it asks its loop to listen afterwards.
        alive._load_jupyter_server_extension(SimpleNamespace(port=8888))
        IOLoop.current().add_callback(said.append, "listens")
        while len(said) < 2:
            await asyncio.sleep(0)

    asyncio.run(starts())
    assert said == ["listens", "READY=1"]
