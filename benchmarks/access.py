"""What it costs that each call asks the registry who the caller is: a call with each proof ÷ one with the home's token.

Usage: python -m benchmarks access

In turns against one running service over one kept connection, the median of `ROUNDS`: with the home's own token, with
one that was made, with the cookie of a browser's visit, and the health call, which asks nobody. Then the look-up alone.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.runtime.secret import SESSION
from energy_workbench.services.workbench import Workbench
from tests.workbench.served import served

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
ROUNDS = 101
CALL = "/api/Energy/meters/status-summary"


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        wb = Workbench.at(shutil.copytree(SAMPLE, Path(folder) / "home"))
        own = tokens_of(wb.settings).viewer
        named = wb.registry.create_token("bench", "viewer")
        with served(wb.settings) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            visit = wb.registry.begin_session(named)
            ways: dict[str, tuple[str, dict[str, str]]] = {
                "no check (health)": ("/api/Energy/health", {}),
                "the home's token": (CALL, {"Authorization": f"Bearer {own}"}),
                "a token of a person": (CALL, {"Authorization": f"Bearer {named}"}),
                "a visit's cookie": (CALL, {"Cookie": f"{SESSION}={visit}"}),
            }
            took: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, (path, headers) in ways.items():
                    begun = time.perf_counter()
                    client.get(path, headers=headers).raise_for_status()
                    took[name].append(1000 * (time.perf_counter() - begun))
            alone = []
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                wb.registry.holder(named)
                alone.append(1000 * (time.perf_counter() - begun))
    found = {name: statistics.median(times) for name, times in took.items()}
    base = found["the home's token"]
    for name, median in found.items():
        print(f"{name:<22} {median:7.2f} ms  {median / base:5.2f} × a call with the home's token")
    lookup = statistics.median(alone)
    print(f"{'the look-up alone':<22} {lookup:7.2f} ms  {lookup / base:5.2f}")
