"""Cache of answers by question and version, for all viewers together."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import TypeVar

from energy_workbench.runtime.cancellation import GoneError, check

Answer = TypeVar("Answer")


class Cache:
    """A bounded memory of answers by key, safe for threads.

    The key holds everything the answer depends on (revision of the configuration, version of the
    intervals, rounded time), so nothing is ever invalidated: old keys are just not asked again. When
    several threads ask for the same at once, one works and the others wait for it.

    Parameters
    ----------
    most : int
        Answers kept; the one not asked for longest goes first.
    """

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, Future[object]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer of that key, made now if it is not there; a failure is raised and not kept."""
        while True:
            try:
                return self._get(key, make)
            except GoneError:
                # Whoever made it for others too has left: it is made anew by one who still waits.
                check()

    def _get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        with self._lock:
            future = self._answers.get(key)
            mine = future is None
            if future is None:
                future = self._answers[key] = Future()
                while len(self._answers) > self._most:
                    self._answers.popitem(last=False)
            else:
                self._answers.move_to_end(key)
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    if self._answers.get(key) is future:
                        del self._answers[key]
                future.set_exception(error)
                raise
        return future.result()  # type: ignore[return-value]
