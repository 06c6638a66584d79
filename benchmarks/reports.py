"""Reports: a large one against an empty notebook, a batch of 100 against plain papermill and a fresh Chromium each.

Both sides of a ratio are measured in turns in one run. Prints seconds and sizes as well.

Usage: python -m benchmarks.reports [--reports 100] [--plain 5]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
import papermill
import psutil
from nbformat import v4

import energy_workbench
from collector.plant.prepare import prepare
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.reports.publish import Ask, publish, publish_many
from energy_workbench.reports.rendering.mail import compose
from energy_workbench.reports.rendering.page import render
from energy_workbench.runtime.settings import Settings, load
from energy_workbench.typesetting.chromium import find

NOW = "2026-11-03T06:30:00+05:30"
PERIOD = "2026-10"
ROUNDS = 3
METER = Path(__file__).parent.parent / "notebooks" / "reports" / "meter.ipynb"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reports", type=int, default=100)
    parser.add_argument("--plain", type=int, default=5)
    options = parser.parse_args(sys.argv[1:] if sys.argv[0].endswith("reports.py") else [])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ[FIXED_NOW] = NOW
        settings = load(folder / "home")
        prepare(settings, lambda line: None, meters=92, days=65)
        _large(settings, folder)
        _batch(settings, folder, options.reports, options.plain)


def _large(settings: Settings, folder: Path) -> None:
    cell = v4.new_code_cell("x: int = 1", metadata={"tags": ["parameters"]})
    nbformat.write(v4.new_notebook(cells=[cell]), str(folder / "empty.ipynb"))
    for formats in (["html"], ["html", "pdf"]):
        times: dict[str, list[float]] = {"empty": [], "monthly": []}
        for _ in range(ROUNDS):
            for name, given in (("empty", {}), ("monthly", {"period": PERIOD})):
                begin = time.perf_counter()
                done = publish(settings, name, given, formats=formats, out=folder / "out", notebooks=[folder])
                times[name].append(time.perf_counter() - begin)
        ours, empty = (statistics.median(times[name]) for name in ("monthly", "empty"))
        what = " and ".join(formats).upper()
        print(
            f"monthly report of 92 meters to {what}: {ours:.2f} s; ÷ an empty notebook: {ours / empty:.2f}", flush=True
        )
    done = publish(settings, "monthly", {"period": PERIOD}, out=folder / "out")
    mail = compose(done.files["manifest"])
    size = len(mail.html) + sum(map(len, mail.images.values())) + sum(p.stat().st_size for p in mail.attachments)
    print(f"PDF {done.files['pdf'].stat().st_size / 1e6:.2f} MB, mail {size * 4 / 3 / 1e6:.2f} MB")


def _batch(settings: Settings, folder: Path, reports: int, plain: int) -> None:
    numbers = [row["number"] for row in energy_workbench.open(str(settings.home)).meters().records()]
    wanted = [numbers[n % len(numbers)] for n in range(reports)]
    slow = [_plain(settings, folder, number) for number in wanted[: -(-plain // 2)]]
    memory, begin = [], time.perf_counter()
    asks = [Ask("meter", {"period": PERIOD, "meter": number}) for number in wanted]
    for outcome in publish_many(settings, asks, formats=["html", "pdf"], out=folder / "batch"):
        if outcome.error is not None:
            raise outcome.error
        memory.append(_memory())
    each = (time.perf_counter() - begin) / reports
    slow += [_plain(settings, folder, number) for number in wanted[-(plain // 2) or len(wanted) :]]
    single = statistics.median(slow)
    print(f"{reports} reports of one meter to HTML and PDF: {each:.2f} s each; ÷ plain: {each / single:.3f}")
    print(f"plain papermill and a fresh Chromium: {single:.2f} s each (median of {len(slow)})")
    third = len(memory) // 3 or 1
    first, last = max(memory[:third]), max(memory[-third:])
    print(f"memory of all processes: at most {first:.0f} MB in the first third, {last:.0f} MB in the last")


def _plain(settings: Settings, folder: Path, number: str) -> float:
    """Seconds of the same notebook by papermill in a kernel of its own, and of printing it by a Chromium of its own."""
    begin = time.perf_counter()
    os.environ["ENERGY_WORKBENCH_HOME"] = str(settings.home)
    parameters = {"period": PERIOD, "meter": number}
    done = papermill.execute_notebook(METER, None, parameters, kernel_name="python3", progress_bar=False)
    html = folder / "plain.html"
    html.write_text(render(done, number), "utf-8")
    _print(html, ["--no-sandbox"] if os.geteuid() == 0 else [])
    return time.perf_counter() - begin


def _print(html: Path, flags: Sequence[str]) -> None:
    command = [
        str(find()),
        "--headless",
        "--disable-gpu",
        *flags,
        "--no-pdf-header-footer",
        "--virtual-time-budget=10000",
    ]
    with tempfile.TemporaryDirectory() as profile:
        pdf = html.with_suffix(".pdf")
        command += [f"--user-data-dir={profile}", f"--print-to-pdf={pdf}", html.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
        assert pdf.stat().st_size > 10_000


def _memory() -> float:
    """Of this process and all below it [MB]; pages they share count once for each."""
    found = 0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        try:
            found += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return found / 1e6


if __name__ == "__main__":
    main()
