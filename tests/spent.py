"""Where the suite's processor time goes: what each folder of tests has used, and what for.

`make test PYTEST_ARGS="-p tests.spent"` prints it at the end. It is the time of the processor and not of the clock, so
that two runs can be compared however busy the machine is; and of every process below the tests, also of those that
nobody waits for, as a browser's are, and that `time` therefore does not count.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from typing import Any

import psutil
import pytest

from tests.dealt import folder

EVERY_SECONDS = 0.25
"""Between two looks at the processes [s]: what one uses after the last look at it is nobody's."""
OWN = "tests"
CAUSES = {
    "browser": r"chrom",
    "browser's driver": r"playwright/driver",
    "kernel": r"ipykernel",
    "PostgreSQL": r"postgres|initdb",
    "pages' server": r"main\(\)\W* (dashboards|editor)\b|energy-workbench (dashboards|editor)\b",
    "service": r"main\(\)\W* serve\b|energy-workbench serve\b",
    "command": r"energy[-_]workbench|collector",
}
"""What a process is there for, by what its command line has; the first that fits."""
Key = tuple[str, str]
"""A folder and a cause."""


def cause(line: str) -> str:
    """What a process is there for, by its command line."""
    return next((name for name, pattern in CAUSES.items() if re.search(pattern, line)), "other")


class Spent:
    """Looks at the processes below this one again and again.

    Attributes
    ----------
    seconds : Counter
        Used of the processor [s], by folder and cause.
    starts : Counter
        Processes that were seen for the first time.
    """

    def __init__(self) -> None:
        self.seconds: Counter[Key] = Counter()
        self.starts: Counter[Key] = Counter()
        self.folder = ""
        self._known: dict[psutil.Process, tuple[str, float]] = {}
        self._own = time.process_time()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def enter(self, where: str) -> None:
        """From now on it is for that folder."""
        if where != self.folder:
            self._look()
            self.folder = where

    def close(self) -> None:
        """Look for the last time."""
        self._over.set()
        self._thread.join()
        self._look()

    def _run(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        with self._lock:
            self._add(OWN, time.process_time() - self._own)
            # Whose parent has ended is nobody's child any more, and goes on.
            for each in {*psutil.Process().children(recursive=True), *self._known}:
                try:
                    line, used = " ".join(each.cmdline()), sum(each.cpu_times()[:2])
                except psutil.Error:
                    self._known.pop(each, None)
                    continue
                what, before = self._known.get(each, ("", 0.0))
                if not what or what == "other":
                    what = cause(line)  # Between fork and exec it is still its parent.
                    self.starts[self.folder, what] += each not in self._known
                self._add(what, used - before)
                self._known[each] = (what, used)
            self._own = time.process_time()  # To look costs the tests nothing.

    def _add(self, what: str, seconds: float) -> None:
        self.seconds[self.folder, what] += seconds  # type: ignore[assignment]


SPENT = pytest.StashKey[Spent]()
WORKERS: list[tuple[Counter[Key], Counter[Key]]] = []
"""What workers of pytest-xdist have told."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SPENT] = Spent()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    item.config.stash[SPENT].enter(folder(item.nodeid))


def pytest_sessionfinish(session: pytest.Session) -> None:
    found = session.config.stash[SPENT]
    found.close()
    if told := getattr(session.config, "workeroutput", None):
        told["spent"] = [list(found.seconds.items()), list(found.starts.items())]
    elif not session.config.getoption("numprocesses", None):
        WORKERS.append((found.seconds, found.starts))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    seconds, starts = ({tuple(key): number for key, number in rows} for rows in node.workeroutput["spent"])
    WORKERS.append((Counter(seconds), Counter(starts)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    seconds = sum((each for each, _ in WORKERS), Counter[Key]())
    starts = sum((each for _, each in WORKERS), Counter[Key]())
    terminalreporter.section("seconds of the processor, and processes")
    for at, title in ((1, "cause"), (0, "folder")):
        whole: Counter[str] = Counter()
        for key, number in seconds.items():
            whole[key[at]] += number  # type: ignore[assignment]
        for name, number in whole.most_common():
            begun = sum(count for key, count in starts.items() if key[at] == name)
            parts = Counter({key[1 - at]: number for key, number in seconds.items() if key[at] == name})
            most = ", ".join(f"{part or 'collection'} {number:.0f}" for part, number in parts.most_common(4))
            terminalreporter.write_line(f"{number:7.1f} {begun:5}  {title} {name or 'collection'}: {most}")
