"""What a page asked for and need not ask again yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any


class Kept:
    """The last answers to a few questions; a page asks one after the other, in a thread.

    Parameters
    ----------
    most : int
        Answers that are kept; the oldest goes first.
    """

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._found: dict[Hashable, tuple[float, Any]] = {}

    def get(self, question: Hashable, seconds: float, ask: Callable[[], Any]) -> Any:
        """The answer, asked for again where the kept one is older than so many seconds."""
        now = time.monotonic()
        known = self._found.get(question)
        if known and now - known[0] < seconds:
            return known[1]
        answer = ask()
        self._found.pop(question, None)
        self._found[question] = now, answer
        while len(self._found) > self._most:
            del self._found[next(iter(self._found))]
        return answer
