"""Files take their place in one way: whole and on the disk, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from energy_workbench.runtime import disk


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """As most shells have it: all may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:o}"


@pytest.mark.parametrize(("private", "readable"), [(True, "600"), (False, "644")])
def test_a_file_takes_the_place_of_another(tmp_path: Path, private: bool, readable: str) -> None:
    path = tmp_path / "a"
    path.write_text("before")
    path.chmod(0o666)
    with disk.replaced(path, private=private) as draft:
        assert mode(draft) == readable, "nobody reads it while it is written, either"
        draft.write_text("after")
        assert path.read_text() == "before"
    assert (path.read_text(), mode(path), os.listdir(tmp_path)) == ("after", readable, ["a"])


def test_what_fails_within_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("before")

    def fail() -> None:
        with disk.replaced(path) as draft:
            draft.write_text("half")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert (path.read_text(), os.listdir(tmp_path)) == ("before", ["a"])


def test_of_two_that_make_a_file_the_first_wins(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with disk.made(path) as late:
        late.write_text("late")
        with disk.made(path) as early:
            early.write_text("early")
    assert (path.read_text(), mode(path), os.listdir(tmp_path)) == ("early", "600", ["a"])
