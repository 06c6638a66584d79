"""What it costs that users' SQL runs in a process of its own: an answer there ÷ the same in this process.

Usage: python -m benchmarks sql

Two queries on the sample home, in turns, the median of as many rounds as `ROUNDS`; then the memory of the process that
waits, and of one that answers, shared pages counted once.
"""

from __future__ import annotations

import io
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from energy_workbench.lake.user_sql import host as query_host
from energy_workbench.lake.user_sql import views
from energy_workbench.lake.user_sql.as_json import write_json
from energy_workbench.services.rows.meters import meter_view
from energy_workbench.services.workbench import Workbench

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
ROUNDS = 31
QUERIES = {
    "select 1": "SELECT 1",
    "energy by meter": "SELECT number, round(sum(energy_import_kwh), 3) AS kwh FROM intervals GROUP BY 1 ORDER BY 1",
}
SLOW = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range * b.range % 7 = 3"


def here(wb: Workbench, text: str) -> bytes:
    """The answer of a query that runs in this process."""
    reader = wb.reader
    snapshot, spooled = reader.pin(None, None, None)
    spooled = reader.typed(spooled, reader.names(snapshot, spooled))
    files = [[file.path for file in each.files] for each in (snapshot, reader.lake.intervals.snapshot())]
    connection = views.opened(meter_view(wb.meters().rows), spooled, *files)
    out = io.BytesIO()
    write_json(connection.sql(views.one_select(connection, text)).to_arrow_reader(10_000), out)
    connection.close()
    return out.getvalue()


def took(work: Callable[[], object]) -> float:
    """How long it took [ms]."""
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        wb = Workbench.at(shutil.copytree(SAMPLE, Path(folder) / "home"))
        host = query_host.shared()
        began = took(lambda: wb.sql_json("SELECT 1", max_rows=10))
        print(f"first answer, which starts the process: {began:.0f} ms")
        for name, text in QUERIES.items():
            assert here(wb, text) == wb.sql_json(text, max_rows=1000)
            pairs = [
                (took(lambda: wb.sql_json(text, max_rows=1000)), took(lambda: here(wb, text)))  # noqa: B023
                for _ in range(ROUNDS)
            ]
            apart, inside = (statistics.median(column) for column in zip(*pairs, strict=True))
            print(f"{name}: {apart:.0f} ms ÷ {inside:.0f} ms in this process = {apart / inside:.2f}")
        assert host._process is not None
        process, stop = psutil.Process(host._process.pid), threading.Event()
        asking = threading.Thread(target=_ask, args=(wb, stop))
        asking.start()
        while not (running := process.children()):
            time.sleep(0.01)
        time.sleep(1)
        waits, answers = (each.memory_full_info() for each in (process, running[0]))
        print(
            f"memory: the process that waits {waits.pss / 1e6:.0f} MB, one that answers {answers.uss / 1e6:.0f} MB more"
        )
        stop.set()
        asking.join()
        host.stop()


def _ask(wb: Workbench, stop: threading.Event) -> None:
    from energy_workbench.domain.errors import QueryError

    try:
        wb.sql_json(SLOW, max_rows=10, stop=stop)
    except QueryError:
        pass


if __name__ == "__main__":
    main()
