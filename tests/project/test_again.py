"""Which failures get a second try."""

from __future__ import annotations

import pytest

from tests.again import MOST, refusal

WAITING = ["tests/browser", "tests/api/test_serve.py"]


@pytest.mark.parametrize("failed", [["tests/browser/test_setup.py::test_a[x/y]"], ["tests/api/test_serve.py::test_b"]])
def test_what_waits_on_a_browser_or_a_process_gets_one(failed: list[str]) -> None:
    assert refusal(failed, WAITING) is None


@pytest.mark.parametrize(
    ("failed", "why"),
    [
        ([], "no test"),
        (["tests/energy/test_laws.py::test_a"], "waits on nothing"),
        (["tests/browser_like/test_a.py::test_a"], "waits on nothing"),
        (["tests/api/test_serve.py", "tests/api/test_dates.py::test_a"], "test_dates"),
        ([f"tests/browser/test_a.py::test_{number}" for number in range(MOST + 1)], "at most"),
    ],
)
def test_what_is_pure_or_fails_in_numbers_gets_none(failed: list[str], why: str) -> None:
    assert why in str(refusal(failed, WAITING))
