"""Which units can print a PDF: Chromium and its sandbox run under what they allow, not under what others do."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.confined import NOBODY
from tests.deploy.test_units import COMMON, UNITS, read, tool
from tests.waiting import patience

PRINTING = ("service", "schedule", "schedule@", "lab")
"""The processes that print: sheets and labels, reports of the scheduler's workers, and an analyst in JupyterLab."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the user who prints may write, on a machine where users may make namespaces."""
    try:
        ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("no libseccomp on this machine: units cannot be imitated")
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    possible = subprocess.run(
        [tool("unshare"), "--user", "--pid", "--net", "--fork", "true"],
        capture_output=True,
        check=False,
        timeout=patience(30),
        **user,
    )  # type: ignore[call-overload]
    if possible.returncode != 0:
        pytest.skip("users may make no namespaces on this machine: Chromium has no sandbox here in any case")
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o777)
        yield Path(made)


def unit(name: str) -> tuple[list[str], list[str]]:
    """Namespaces that a unit may make, and system calls that it may use."""
    common, own = read(COMMON)["Service"], read(UNITS / f"energy-workbench-{name}.service")["Service"]
    assert "RestrictNamespaces" not in common  # it would win
    namespaces = own["RestrictNamespaces"]
    calls = f"{own.get('SystemCallFilter', '')} {common['SystemCallFilter']}".split()
    return [] if namespaces == "yes" else namespaces.split(), sorted(spelled(*calls))


def spelled(*calls: str) -> set[str]:
    """System calls, with systemd's sets of them resolved."""
    found = {call for call in calls if not call.startswith("@")}
    if sets := [call for call in calls if call.startswith("@")]:
        listed = subprocess.run(
            [tool("systemd-analyze"), "syscall-filter", *sets],
            capture_output=True,
            text=True,
            check=True,
            timeout=patience(30),
        ).stdout
        lines = [line.strip() for line in listed.splitlines() if line.startswith(" ")]
        found |= spelled(*(line for line in lines if line and not line.startswith("#")))
    return found


def printed(name: str, chromium: str, folder: Path) -> tuple[bytes, str]:
    """A PDF that Chromium printed, confined as a unit is, and what it said."""
    namespaces, calls = unit(name)
    confined = [
        sys.executable,
        str(Path(__file__).with_name("confined.py")),
        " ".join(namespaces),
        " ".join(calls),
        "--",
    ]
    done = subprocess.run(
        [*confined, chromium, "--headless", "--disable-gpu", "--disable-dev-shm-usage",
         f"--user-data-dir={folder}/profile", f"--print-to-pdf={folder}/page.pdf", "data:text/html,<h1>Energy</h1>"],
        env={**os.environ, "HOME": str(folder)}, capture_output=True, text=True, check=False, timeout=patience(60),
    )  # fmt: skip
    page = folder / "page.pdf"
    return page.read_bytes() if page.exists() else b"", done.stderr


@pytest.mark.parametrize("name", PRINTING)
def test_what_prints_may_start_chromium_with_its_sandbox(name: str, chromium: str, folder: Path) -> None:
    pdf, said = printed(name, chromium, folder)
    assert pdf.startswith(b"%PDF"), said[-2000:]


def test_what_prints_nothing_may_not(chromium: str, folder: Path) -> None:
    pdf, said = printed("dashboards", chromium, folder)
    assert not pdf
    assert "No usable sandbox" in said


def test_only_what_prints_may_make_namespaces_and_only_those_of_the_sandbox() -> None:
    for path in UNITS.glob("*.service"):
        own, name = read(path)["Service"], path.stem.removeprefix("energy-workbench-")
        wanted = ("user pid net", "chroot") if name in PRINTING else ("yes", None)
        assert (own["RestrictNamespaces"], own.get("SystemCallFilter")) == wanted, name
