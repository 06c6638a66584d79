"""Processes that are kept running: real ones, which end, crash, cannot start, and leave things behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from energy_workbench.services.doctor import supervised
from tests.waiting import eventually, patience

SUPERVISOR = """
import json, os, sys
from pathlib import Path
from energy_workbench.domain.errors import HomeError
from energy_workbench.services.doctor import supervised
from energy_workbench.cli.processes import supervisor
home = Path(sys.argv[1])
def wanted():
    try:
        return json.loads((home / "commands").read_text())
    except ValueError as error:
        raise HomeError(f"no list: {error}") from None
sys.exit(supervisor.Supervisor(wanted, os.environ, lambda known: supervised.write(home, known)).run())
"""
STEADY = "sleep 1000"


class Running:
    """A supervisor of some commands."""

    def __init__(self, home: Path, commands: dict[str, str]) -> None:
        self.home = home
        self.output = home / "output"
        with self.output.open("wb") as out:
            self.want(commands)
            program = [sys.executable, "-c", SUPERVISOR, str(home)]
            self.process = subprocess.Popen(program, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)

    def want(self, commands: dict[str, str] | str) -> None:
        """What should run from now on."""
        new = self.home / "commands.new"
        new.write_text(commands if isinstance(commands, str) else json.dumps(commands), "utf-8")
        new.replace(self.home / "commands")

    def said(self) -> str:
        return self.output.read_text("utf-8")

    def pid(self, name: str, not_: int | None = None) -> int:
        """Of a process that runs now, and is not that one."""

        def found() -> int | None:
            known = supervised.read(self.home).get(name)
            return known.pid if known and known.pid != not_ else None

        return eventually(found)


def lives(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], Running]]:
    """Starts a supervisor; it is ended with the test."""
    begun: list[Running] = []

    def run(commands: dict[str, str]) -> Running:
        begun.append(Running(tmp_path, commands))
        return begun[-1]

    yield run
    for each in begun:
        each.process.kill()
        each.process.wait()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_who_is_killed_comes_back_and_the_others_go_on(start: Any, how: signal.Signals) -> None:
    running = start({"acquires": STEADY, "shows": STEADY})
    acquires, shows = running.pid("acquires"), running.pid("shows")
    os.kill(shows, how)
    assert running.pid("shows", not_=shows) != shows
    assert running.pid("acquires") == acquires
    assert lives(acquires)
    known = supervised.read(running.home)["shows"]
    assert (known.restarts, known.reason, known.state) == (1, f"killed ({how.name})", "running")
    assert known.ended is not None
    (line,) = [line for line in running.said().splitlines() if "shows ended" in line]
    assert how.name in line
    assert "the others go on" in line


def test_who_ends_well_comes_back_too(start: Any) -> None:
    running = start({"short": "true", "steady": STEADY})
    eventually(lambda: (short := supervised.read(running.home).get("short")) and short.restarts)
    assert "short ended" in running.said()
    assert "code 0" in running.said()


def test_pauses_grow(start: Any) -> None:
    running = start({"broken": "false", "steady": STEADY})
    said = eventually(lambda: (text := running.said()).count("broken ended") >= 3 and text)
    assert [f"started again in {seconds} s" in said for seconds in (1, 2, 4)] == [True] * 3


def test_a_wrong_setting_is_told_once_and_tried_slowly(start: Any) -> None:
    running = start({"wrong": "sh -c 'echo error: PORT must be a number; exit 2'", "steady": STEADY})
    eventually(lambda: "wrong ended" in running.said())
    lines = running.said().splitlines()
    (told,) = [line for line in lines if "wrong ended" in line]
    assert "code 2: a setting is wrong" in told
    assert "60 s" in told
    assert any("PORT must be a number" in line for line in lines[: lines.index(told)])
    # It is said first, and written down then.
    eventually(lambda: supervised.read(running.home)["wrong"].state == "waiting")
    assert lives(running.pid("steady"))


def test_what_it_left_behind_does_not_hold_its_place(start: Any, tmp_path: Path) -> None:
    """A child that keeps its parent's output open, and would keep its port."""
    note = tmp_path / "left"
    running = start({"parent": f"sh -c 'sleep 1000 & echo $! > {note}; wait'", "steady": STEADY})
    parent = running.pid("parent")
    left = int(eventually(lambda: note.exists() and note.read_text().strip()))
    os.kill(parent, signal.SIGKILL)
    running.pid("parent", not_=parent)
    eventually(lambda: not lives(left))


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_all_and_leaves_nobody(start: Any, how: signal.Signals, code: int) -> None:
    stubborn = f"{sys.executable} -c 'import time; print(1, flush=True); time.sleep(1000)'"
    running = start({"one": STEADY, "two": stubborn, "waiting": "false"})
    pids = [running.pid("one"), running.pid("two")]
    eventually(lambda: "waiting ended" in running.said())
    running.process.send_signal(how)
    assert running.process.wait(patience(60)) == code
    assert not [pid for pid in pids if lives(pid)]


def test_who_does_not_listen_is_killed(start: Any, tmp_path: Path) -> None:
    running = start({"deaf": "sh -c 'trap \"\" TERM INT; echo deaf; while true; do sleep 1; done'"})
    pid = running.pid("deaf")
    eventually(lambda: "| deaf" in running.said())
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(patience(60)) == 0
    eventually(lambda: not lives(pid))


def test_killing_the_supervisor_leaves_nobody(start: Any) -> None:
    running = start({"one": STEADY, "two": STEADY})
    pids = [running.pid("one"), running.pid("two")]
    running.process.kill()
    running.process.wait()
    eventually(lambda: not [pid for pid in pids if lives(pid)])
    # What it wrote is nobody's word any more.
    assert supervised.read(running.home) == {}


def test_lines_are_shown_with_their_process(start: Any) -> None:
    running = start({"talks": "sh -c 'printf \"one\\ntwo\"; printf %070000d 7; sleep 1000'"})
    eventually(lambda: "two" in running.said())
    assert "talks  | one\n" in running.said()


def test_a_terminal_that_closed_ends_nobody(tmp_path: Path) -> None:
    (tmp_path / "commands").write_text(json.dumps({"talks": "yes", "steady": STEADY}), "utf-8")
    program = [sys.executable, "-c", SUPERVISOR, str(tmp_path)]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        known = eventually(lambda: (found := supervised.read(tmp_path)).get("steady") and found)
        os.kill(known["talks"].pid, signal.SIGKILL)
        eventually(lambda: supervised.read(tmp_path)["talks"].restarts == 1)
        assert process.poll() is None
        assert lives(known["steady"].pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(patience(60))


def test_what_is_wanted_later_is_started_and_what_is_wanted_no_more_is_ended(
    start: Callable[[dict[str, str]], Running],
) -> None:
    running = start({"one": STEADY, "two": STEADY})
    one, two = running.pid("one"), running.pid("two")
    running.want({"one": STEADY, "two": "sleep 2000", "three": STEADY})
    three, other = running.pid("three"), running.pid("two", not_=two)
    assert lives(three)
    assert lives(other)
    assert not lives(two)
    assert running.pid("one") == one
    running.want("no list")
    eventually(lambda: "cannot be told" in running.said())
    assert all(map(lives, (one, three, other)))
    running.want({"one": STEADY})
    eventually(lambda: set(supervised.read(running.home)) == {"one"})
    assert not lives(three)
    assert not lives(other)
    assert lives(one)
    assert running.said().count("cannot be told") == 1


def test_what_is_wanted_no_more_and_does_not_end_is_killed(start: Callable[[dict[str, str]], Running]) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(1000)"
    stubborn = f'{sys.executable} -c "{deaf}"'
    running = start({"one": stubborn, "two": STEADY})
    one = running.pid("one")
    eventually(lambda: "deaf" in running.said())
    running.want({"two": STEADY, "three": STEADY})
    # The new one waits until the old one is gone: both may want the same.
    running.pid("three")
    assert not lives(one)
    assert "is sent SIGKILL" in running.said()
