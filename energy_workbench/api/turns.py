"""Fair queueing: few requests at once, callers in turn, with limits of how many wait and for how long."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from energy_workbench.domain.errors import CrowdedError, TooManyError


class Turns:
    """Places for work that takes long; of one event loop.

    Parameters
    ----------
    places : int
        How many work at once; one caller has all but one of them at most, so that another finds one free.
    each, together : int
        How many may wait: of one caller, and of all.
    patience : float
        Longest wait for a place [s].
    """

    def __init__(self, places: int, *, each: int, together: int, patience: float) -> None:
        self._free, self._most = places, max(1, places - 1)
        self._each, self._together, self._patience = each, together, patience
        self._working: dict[str, int] = {}
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, caller: str, left: asyncio.Future[None]) -> AsyncIterator[None]:
        """A place, kept for the length of the block.

        Parameters
        ----------
        left : asyncio.Future
            Done when the caller has gone: then nobody waits any more.

        Raises
        ------
        TooManyError
            If too many of this caller wait already.
        CrowdedError
            If too many wait altogether, or none was free for too long.
        """
        queue = self._waiting.get(caller, ())
        if len(queue) >= self._each:
            raise TooManyError(f"{len(queue)} of your questions wait already: ask again when they are answered")
        if sum(map(len, self._waiting.values())) >= self._together:
            raise CrowdedError("too many questions wait: ask again later")
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(place)
        self._hand_out()
        try:
            await asyncio.wait({place, left}, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._leave(caller, place)
            raise
        if not place.done():
            self._leave(caller, place)
            raise CrowdedError(f"no answer could be begun within {self._patience:g} s: ask again later")
        try:
            yield
        finally:
            self._done(caller)

    def _leave(self, caller: str, place: asyncio.Future[None]) -> None:
        if place.done():
            self._done(caller)
            return
        self._waiting[caller].remove(place)
        if not self._waiting[caller]:
            del self._waiting[caller]

    def _done(self, caller: str) -> None:
        self._free += 1
        self._working[caller] -= 1
        if not self._working[caller]:
            del self._working[caller]
        self._hand_out()

    def _hand_out(self) -> None:
        """Give free places to the oldest of each caller, who then goes to the end of the round."""
        while self._free:
            caller = next((name for name in self._waiting if self._working.get(name, 0) < self._most), None)
            if caller is None:
                return
            place = self._waiting[caller].popleft()
            if self._waiting[caller]:
                self._waiting.move_to_end(caller)
            else:
                del self._waiting[caller]
            self._free -= 1
            self._working[caller] = self._working.get(caller, 0) + 1
            place.set_result(None)
