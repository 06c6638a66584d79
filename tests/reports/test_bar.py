"""The progress of a report on a real terminal: drawn in place, gone afterwards, and ended by Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.reports.conftest import NOW
from tests.services.test_catalogue import notebook
from tests.waiting import eventually, patience

COLUMNS = 40
SECONDS = f"600.{os.getpid()}"
"""How long a process sleeps that the notebook starts: by that it is known."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two reports: one that is written at once, one that would take ten minutes."""
    period = 'period: str = "yesterday"  # Period'
    notebook(tmp_path / "quick.ipynb", period, "1 + 1")
    notebook(tmp_path / "endless.ipynb", period, f"import subprocess\nsubprocess.run(['sleep', '{SECONDS}'])")
    return tmp_path


def report(
    home: Path, name: str, folder: Path, act: Callable[[int, bytes], bool] = lambda _, __: True
) -> tuple[int, str]:
    """Write a report on a terminal; its exit code and everything that the terminal was told.

    Parameters
    ----------
    act : callable
        Given the terminal and what it was told so far, until it is true.
    """
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    call = "from energy_workbench.cli.main import main; main()"
    command = [sys.executable, "-c", call, "report", name, "--notebooks", str(folder), "--format", "html"]
    # xdist tells its workers a width of its own, which programs believe rather than the terminal.
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")} | {
        "ENERGY_WORKBENCH_HOME": str(home),
        "ENERGY_WORKBENCH_NOW": NOW,
        "TERM": "xterm-256color",
    }
    process = subprocess.Popen(
        [*command, "--out", str(folder / "out")],
        stdin=terminal, stdout=terminal, stderr=terminal, env=environment, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(terminal)
    told, acted = b"", False

    def closed() -> bool:
        nonlocal told, acted
        acted = acted or act(screen, told)
        if not select.select([screen], [], [], 0.1)[0]:
            return False
        try:
            told += os.read(screen, 65_536)
        except OSError:
            return True
        return False

    try:
        eventually(closed, lambda: f"the terminal's other end to be closed; it said {told.decode()}", 120, every=0)
    finally:
        os.close(screen)
    return process.wait(patience(30)), told.decode()


def lines(told: str) -> list[str]:
    """What stood on each line at some time, without colours."""
    return re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", told))


def asleep() -> list[psutil.Process]:
    return [each for each in psutil.process_iter() if SECONDS in _arguments(each)]


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_a_bar_is_drawn_in_place_on_a_narrow_terminal_and_gone_afterwards(plant_home: Path, folder: Path) -> None:
    code, told = report(plant_home, "quick", folder)
    assert code == 0, told
    drawn = [line for line in lines(told) if "━" in line]
    assert drawn
    assert max(map(len, drawn)) < COLUMNS - len("^C")
    assert any(line.startswith("quick: ") for line in drawn)
    # Erased with its line, and the cursor is there again.
    assert "━" not in told.rpartition("\x1b[2K")[2]
    assert told.rindex("\x1b[?25h") > told.rindex("\x1b[?25l")
    assert any("quick-2026-11-02.html" in line for line in lines(told.replace("\r\n", "")))


def test_ctrl_c_ends_a_report_with_all_that_it_started_and_one_line(plant_home: Path, folder: Path) -> None:
    pressed: list[bool] = []

    def press(screen: int, told: bytes) -> bool:
        if asleep():
            os.write(screen, b"\x03")
            pressed.append(True)
        return bool(pressed)

    code, told = report(plant_home, "endless", folder, press)
    assert code == 130, told
    assert "Traceback" not in told
    assert [line for line in lines(told) if line.startswith("error: ")] == [
        "error: the report endless was cancelled; nothing of it was written"
    ]
    assert not [path for path in (folder / "out").rglob("*") if path.is_file()]
    eventually(lambda: not asleep(), "what the notebook started to end")
