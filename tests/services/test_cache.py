"""Answers are made once, however many ask."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from energy_workbench.services.cache import Cache
from tests.waiting import patience


def test_many_that_ask_at_once_cost_as_much_as_one() -> None:
    cache, made, gate = Cache(), [], threading.Event()

    def make() -> int:
        made.append(1)
        gate.wait(patience(5))
        return 42

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(cache.get, "key", make) for _ in range(8)]
        gate.set()
        assert [one.result(5) for one in asked] == [42] * 8
    assert len(made) == 1


def test_a_failure_is_told_to_all_and_not_kept() -> None:
    cache = Cache()

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get("key", fail)
    assert cache.get("key", lambda: 1) == 1


def test_what_was_not_asked_for_longest_goes_first() -> None:
    cache = Cache(most=2)
    for key in ("a", "b", "a", "c"):
        cache.get(key, lambda key=key: key)  # type: ignore[misc]
    assert cache.get("a", lambda: "new") == "a"
    assert cache.get("b", lambda: "new") == "new"
