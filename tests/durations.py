"""Where the suite's time goes: seconds of each file that takes long, as a run of all tests has found them.

`make test PYTEST_ARGS=--junitxml=times.xml` measures them, and `python -m tests.durations times.xml` writes them down.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

TABLE = Path(__file__).with_suffix(".txt")
LONG_SECONDS = 10.0
"""Files that take less are not told: the order in which they run changes nothing."""


def known() -> dict[str, float]:
    """Seconds by file, as pytest names it [s]."""
    lines = (line.split() for line in TABLE.read_text("utf-8").splitlines())
    return {file: float(seconds) for seconds, file in lines}


def measured(report: Path) -> Counter[str]:
    """Seconds by file of a run, by its JUnit report [s]."""
    found: Counter[str] = Counter()
    for case in ElementTree.parse(report).iter("testcase"):
        found[case.attrib["classname"].replace(".", "/") + ".py"] += float(case.attrib["time"])
    return found


def main() -> None:
    found = measured(Path(sys.argv[1]))
    folders: Counter[str] = Counter()
    for file, seconds in found.items():
        folders["/".join(file.split("/")[:2])] += seconds
    for folder, seconds in folders.most_common():
        print(f"{seconds:6.0f} s  {folder}")
    long = [(seconds, file) for file, seconds in found.most_common() if seconds >= LONG_SECONDS]
    TABLE.write_text("".join(f"{seconds:.0f} {file}\n" for seconds, file in long), "utf-8")


if __name__ == "__main__":
    main()
