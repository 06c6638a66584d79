"""Calls of the service in threads, so that the event loop of a page stays free."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from energy_workbench.widgets.boundary import explain

Answer = TypeVar("Answer")
Failed = Callable[[Exception], None]


class Doer(Protocol):
    """Runs a call and hands on its answer."""

    def do(
        self,
        ask: Callable[[], Answer],
        take: Callable[[Answer], None],
        fail: Failed | None = None,
        *,
        key: str = "",
        wait: float = 0.0,
    ) -> None:
        """Call `ask`, then `take` with its answer, or `fail` with its error.

        Parameters
        ----------
        ask : callable
            May take long.
        take, fail : callable
            Run where the widgets live. Without `fail`, the error boundary reports.
        key : str
            A later call of the same key makes an earlier answer void; empty for none.
        wait : float
            How long to wait for a later call before asking at all [s].
        """


class Background:
    """Runs calls in threads and hands their answers on in the event loop.

    Parameters
    ----------
    report : callable
        Gets the text of an error that nobody else takes.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._newest: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def do(
        self,
        ask: Callable[[], Answer],
        take: Callable[[Answer], None],
        fail: Failed | None = None,
        *,
        key: str = "",
        wait: float = 0.0,
    ) -> None:
        """As `Doer.do`."""
        order = self._newest[key] = self._newest.get(key, 0) + 1
        task = asyncio.get_running_loop().create_task(self._do(ask, take, fail, key, order, wait))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(
        self,
        ask: Callable[[], Answer],
        take: Callable[[Answer], None],
        fail: Failed | None,
        key: str,
        order: int,
        wait: float,
    ) -> None:
        def void() -> bool:
            return bool(key) and self._newest[key] != order

        try:
            if wait:
                await asyncio.sleep(wait)
            if void():
                return
            try:
                answer = await asyncio.to_thread(ask)
            except Exception as error:
                if fail is None:
                    raise
                if not void():
                    fail(error)
                return
            if not void():
                take(answer)
        except Exception as error:  # noqa: BLE001 -- the boundary
            self._report(explain(error))


class AtOnce:
    """Runs calls at once, for programs without an event loop."""

    def do(
        self,
        ask: Callable[[], Answer],
        take: Callable[[Answer], None],
        fail: Failed | None = None,
        *,
        key: str = "",  # noqa: ARG002 -- nothing is ever late
        wait: float = 0.0,  # noqa: ARG002
    ) -> None:
        """As `Doer.do`."""
        try:
            answer = ask()
        except Exception as error:
            if fail is None:
                raise
            fail(error)
            return
        take(answer)
