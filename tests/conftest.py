"""What every test may use."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

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


def free_ports(count: int) -> list[int]:
    """Consecutive free ports on loopback, first to last."""
    for _ in range(200):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = probe.getsockname()[1]
        if first + count > 65_000:
            continue
        probes = []
        try:
            for port in range(first, first + count):
                held = socket.socket()
                probes.append(held)
                held.bind(("127.0.0.1", port))
            return list(range(first, first + count))
        except OSError:
            continue
        finally:
            for held in probes:
                held.close()
    raise RuntimeError("no free ports")
