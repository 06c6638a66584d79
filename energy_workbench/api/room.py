"""A thread pool with a queue of its own for requests that take long, so that no other waits behind them."""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from fastapi import Request, Response

from energy_workbench.api.turns import Turns
from energy_workbench.runtime import cancellation

Answer = TypeVar("Answer")

MARK = "has_a_room_of_its_own"

LEFT = 499
"""Status of an answer that nobody reads: the caller has closed the connection."""


class Room:
    """Few work at once, callers in turn; who leaves ends what is done for them.

    Parameters
    ----------
    name : str
        Of its threads.
    places, each, together, patience
        As `Turns`.
    """

    def __init__(self, name: str, places: int, *, each: int, together: int, patience: float) -> None:
        self._turns = Turns(places, each=each, together=together, patience=patience)
        self._threads = ThreadPoolExecutor(places, thread_name_prefix=name)

    async def run(self, request: Request, caller: str, work: Callable[[threading.Event], Answer]) -> Answer:
        """What `work` returns; its event is set when the caller has gone.

        Raises
        ------
        CrowdedError
            If too many wait already, or no place was free for too long.
        """
        # One token is shared by many machines, and the one of the pages by their kernels.
        whose = f"{caller} {request.client.host if request.client else ''}"
        gone, left = threading.Event(), asyncio.ensure_future(_left(request))
        left.add_done_callback(lambda _: gone.set())
        try:
            async with self._turns.turn(whose, left):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work, gone)
        finally:
            left.cancel()

    def close(self) -> None:
        """Take no more work."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def lasting() -> Room:
    """Where questions over long times are answered: as many at once as bring the machine something."""
    return Room("lasting", 2 + (os.cpu_count() or 1), each=200, together=1000, patience=120)


def apart(answer: Callable[..., Response]) -> Callable[..., Awaitable[Response]]:
    """A call that may take long: it has a room of its own, so that no other waits behind it for a thread.

    Who leaves ends it at its next question of the lake.

    The endpoint must have a parameter of type `Caller`, called `_` or `by`.
    """
    signature = inspect.signature(answer)

    @functools.wraps(answer)
    async def answered(request: Request, **given: Any) -> Response:
        room: Room = request.app.state.lasting
        who = given["_"] if "_" in given else given["by"]

        def work(gone: threading.Event) -> Response:
            with cancellation.work_for(gone):
                cancellation.check()
                return answer(**given)

        try:
            return await room.run(request, getattr(who, "name", who), work)
        except cancellation.GoneError:
            return Response(status_code=LEFT)

    own = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    setattr(answered, MARK, True)
    answered.__signature__ = signature.replace(parameters=[*signature.parameters.values(), own])  # type: ignore[attr-defined]
    return answered


def is_apart(endpoint: Callable[..., Any]) -> bool:
    """Whether a call has a room of its own."""
    return getattr(endpoint, MARK, False)
