"""Workers share a folder's homes and servers, and end together."""

from __future__ import annotations

import re
from pathlib import Path

from tests import durations
from tests.dealt import choice, folder

ROOT = Path(__file__).parents[2]
SECONDS = {"tests/a/test_long.py": 50.0, "tests/a/test_more.py": 20.0, "tests/b/test_one.py": 60.0}
FILES = ["tests/a/test_more.py", "tests/c/test_short.py", "tests/a/test_long.py", "tests/b/test_one.py"]


def test_a_worker_goes_on_in_its_folder_then_begins_the_longest_and_helps_at_last() -> None:
    left = list(FILES)

    def next_one(mine: str, others: set[str]) -> str:
        left.remove(found := choice(left, mine, others, SECONDS))
        return found

    assert next_one("", set()) == "tests/a/test_long.py"
    assert next_one("", {"tests/a"}) == "tests/b/test_one.py"
    assert next_one("tests/b", {"tests/a"}) == "tests/c/test_short.py"
    assert next_one("tests/c", {"tests/a"}) == "tests/a/test_more.py"


def test_every_file_is_run_once_and_two_workers_end_together() -> None:
    seconds = durations.known()
    left, done, where = list(seconds), [0.0, 0.0], ["", ""]
    while left:
        worker = done.index(min(done))
        found = choice(left, where[worker], {where[1 - worker]}, seconds)
        left.remove(found)
        where[worker] = folder(found)
        done[worker] += seconds[found]
    assert sum(done) == sum(seconds.values())
    assert max(done) - min(done) <= 0.05 * sum(done)


def test_the_table_of_long_files_names_files_that_are_there() -> None:
    assert [file for file in durations.known() if not (ROOT / file).is_file()] == []


def test_the_lanes_of_the_makefile_name_what_is_there() -> None:
    lists = re.findall(r"\$\(addprefix tests/,([^)]*)\)", (ROOT / "Makefile").read_text("utf-8"))
    named = [name for each in lists for name in each.replace("\\\n", " ").split()]
    assert len(named) > 20
    assert [name for name in named if not (ROOT / "tests" / name).exists()] == []
