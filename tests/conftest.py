"""What every test may use."""

from __future__ import annotations

import gc
import os
import random
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_timeout

from energy_workbench.runtime import iri_grammar
from tests.waiting import patience

# Each worker would build it, for tests that read a notebook or a schema.
iri_grammar.defer()

# Where a machine keeps no bytecode, each of the many processes that tests start would compile the workbench anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# How long an example takes tells how busy the machine is, and nothing of the law it tries.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: pytest_timeout.Settings) -> object:
    """A test that hangs is ended after what it may take on this machine, as busy as it is."""
    return pytest_timeout.pytest_timeout_set_timer(item, settings._replace(timeout=patience(settings.timeout)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Of a folder as much as can be is run by one worker, and what takes long comes first."""
    from tests.dealt import FolderScheduling

    return FolderScheduling(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """What was imported stays until the end: no collection of garbage need look through all of it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the developer's settings or home."""
    for name in list(os.environ):
        if name.startswith("ENERGY_WORKBENCH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; without one the test is skipped, but never in CI."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    for path in sorted(cache.glob("chromium-*/chrome-linux*/chrome")):
        return str(path)
    if os.environ.get("CI"):
        pytest.fail("no Chromium in CI: install Debian's `chromium`")
    pytest.skip("no Chromium on this machine: `python scripts/chromium.py` tries to install one")


LISTENING = range(12_000, 32_000)
"""Ports below those that systems lend to outgoing connections: one of those could be lent to another test, or even
to the caller's own attempt to connect to it, before the server that it was found for listens."""


def free_ports(count: int) -> list[int]:
    """Consecutive free ports on loopback, first to last."""
    luck = random.SystemRandom()
    for _ in range(200):
        ports = range(first := luck.choice(LISTENING), first + count)
        probes = []
        try:
            for port in ports:
                held = socket.socket()
                probes.append(held)
                held.bind(("127.0.0.1", port))
            return list(ports)
        except OSError:
            continue
        finally:
            for held in probes:
                held.close()
    raise RuntimeError("no free ports")
