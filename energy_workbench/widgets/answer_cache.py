"""Cache of the last answers to a page's requests, each for some seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class AnswerCache:
    """The last answers to a few requests; a page makes one after the other, in a thread.

    Parameters
    ----------
    most : int
        Answers that are kept; the oldest goes first.
    """

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._answers: dict[Hashable, tuple[float, Any]] = {}

    def get(self, question: Hashable, seconds: float, ask: Callable[[], Answer]) -> Answer:
        """The answer, requested again where the cached one is older than so many seconds."""
        now = time.monotonic()
        known = self._answers.get(question)
        if known and now - known[0] < seconds:
            kept: Answer = known[1]
            return kept
        answer = ask()
        self._answers.pop(question, None)
        self._answers[question] = now, answer
        while len(self._answers) > self._most:
            del self._answers[next(iter(self._answers))]
        return answer
