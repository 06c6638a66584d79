"""Poller of the service: it asks at intervals while the page is visible, and pauses while it is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Poller(Generic[Answer]):
    """Repeats a request while a browser says that its page is in front.

    A silent browser (closed, asleep, gone) ends the polling, so that the server sees an idle kernel and ends it.

    Parameters
    ----------
    question : callable
        Called in the event loop; gives the callable that asks, which runs in a thread.
    take, fail : callable
        Get the answer or the error, in the event loop.
    every : float
        Pause between questions [s].
    patience : float
        How long after the browser's last word it still counts as looking [s].
    ease : float
        The pause is at least this many times as long as the question took: large sites are asked less often [1].
    """

    def __init__(
        self,
        question: Callable[[], Callable[[], Answer]],
        take: Callable[[Answer], None],
        fail: Callable[[Exception], None],
        *,
        every: float = 5.0,
        patience: float = 65.0,
        ease: float = 0.0,
    ) -> None:
        self._question, self._take, self._fail = question, take, fail
        self.every, self._patience, self._ease = every, patience, ease
        self._heard = float("-inf")
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether it polls."""
        return self._task is not None and not self._task.done()

    def heard(self, visible: bool) -> None:
        """Take a message of the browser: in front, or not any more."""
        self._heard = time.monotonic() if visible else float("-inf")
        if visible and not self.running:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def poke(self) -> None:
        """Ask at once: something was chosen."""
        self._wake.set()

    async def _run(self) -> None:
        while time.monotonic() - self._heard < self._patience:
            self._wake.clear()
            began = time.monotonic()
            try:
                self._take(await asyncio.to_thread(self._question()))
            except Exception as error:  # noqa: BLE001 -- handed to the boundary
                self._fail(error)
            try:
                pause = max(self.every, self._ease * (time.monotonic() - began))
                await asyncio.wait_for(self._wake.wait(), pause)
            except TimeoutError:
                pass
