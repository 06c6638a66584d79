"""Rows about profiles are of their types, and say what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.profile.report import checked, listed, shown
from collector.profile.rows import CheckedFile, ProfileDetails, ProfileRow, RefusedFile
from collector.profile.store import available, load
from tests.collector.profile.files import GOOD, write
from tests.collector.typed import is_of


def test_a_row_of_the_list_is_of_its_type_also_that_of_a_broken_file(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, "modell: x", "broken")
    rows = {row["id"]: row for row in listed([tmp_path])}
    assert len(rows) == len(available()) + 2
    for row in rows.values():
        assert is_of(ProfileRow, row)
    assert rows["mine"]["source"] == "own"
    assert "no such key" in rows["broken"]["error"]


@pytest.mark.parametrize("id", sorted(available()))
def test_a_profile_is_shown_as_its_type_says(id: str) -> None:
    details = shown(load(id))
    assert is_of(ProfileDetails, details)
    assert len(details["registers"]) == len(load(id).registers)
    assert is_of(CheckedFile, checked(available()[id]))


def test_a_file_that_describes_no_meter_is_refused_with_each_problem(tmp_path: Path) -> None:
    answer = checked(write(tmp_path, GOOD.replace("vendor:", "maker:")))
    assert is_of(RefusedFile, answer)
    assert [problem["field"] for problem in answer["problems"]] == ["maker", "vendor"]
