"""Cost of a cycle of live state: 92 meters of 30 values, in one transaction.

Usage: python -m benchmarks.state
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from energy_workbench.domain.entities import Live
from energy_workbench.domain.status import Communication
from energy_workbench.registry import StateStore

METERS = 92
ROUNDS = 50


def main() -> None:
    """Print the least and the median time of a cycle."""
    with tempfile.TemporaryDirectory() as folder:
        state = StateStore(f"sqlite:///{Path(folder)}/state.db")
        state.migrate()
        values = {f"quantity_{index}": index * 1.2345 for index in range(30)}
        live = Live(communication=Communication.ONLINE, last_seen=datetime.now(UTC), values=values)
        cycle = dict.fromkeys(range(METERS), live)
        seconds = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            state.write(cycle)
            seconds.append(time.perf_counter() - begin)
        seconds.sort()
        print(f"{METERS} meters: least {seconds[0] * 1e3:.1f} ms, median {seconds[ROUNDS // 2] * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
