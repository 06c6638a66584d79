"""Reads of one unit within a deadline: what is known is not asked twice, what was silent only to be sure."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable
from typing import TypeVar

from collector.profile.register import Cell
from collector.wire.client import GatewayClient
from collector.wire.errors import NOT_THERE, SILENT_TARGET, GarbledError, NoAnswerError, RefusedError, WireError
from collector.wire.read_request import ReadRequest

T = TypeVar("T")

SPARE_SECONDS = 0.5
"""So much before the end the reads end, to tell what has come [s]."""
PATIENCE, LEAST_PATIENCE = 5.0, 0.4
"""A device that has answered is given so many times its slowest answer, and no less than [s]."""
BELIEVED = 4
"""So many questions in a row that were put again and got no answer: the other silences are believed as well."""

Key = tuple[int, int, int]
"""Function code, address and count of a read."""


class ReadSession:
    """Reads of one unit that a `MeterReader` takes for those of its gateway.

    Parameters
    ----------
    client : GatewayClient
    end : float
        In the loop's time, when all must be told: the reads end a little earlier [s].
    seconds : float
        How long that was from the beginning [s].
    hurry : bool
        Whether a device that has answered is not waited for much longer than it took: many are silent on registers
        that they lack.

    Attributes
    ----------
    doubts : int
        How often it was told that nothing came, which may be for want of patience, or lost, and was not made sure of.
    """

    timeout = 1.0
    """Longest wait for an answer where a profile names no other [s]."""

    def __init__(self, client: GatewayClient, end: float, seconds: float, *, hurry: bool = False) -> None:
        self.client, self.hurry = client, hurry
        self.seconds, self.end = seconds, end - min(SPARE_SECONDS, seconds / 4)
        self.requests = self.silent = 0
        self.answered = False
        self._slowest, self._patience = 0.0, math.inf
        self._words: dict[Cell, int] = {}
        self._refusals: dict[Key, WireError] = {}
        self.doubts = 0
        self._doubtful: set[Key] = set()
        self._again, self._silent_again, self._slow = False, 0, False

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self.client.url

    @property
    def took(self) -> float:
        """How long the last read took that was put on the wire [s]."""
        return self.client.took

    @property
    def framed_by_id(self) -> bool:
        """As the client's."""
        return self.client.framed_by_id

    @property
    def paced(self) -> bool:
        """As the client's."""
        return self.client.paced

    @paced.setter
    def paced(self, kept: bool) -> None:
        self.client.paced = kept

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return asyncio.get_running_loop().time() >= self.end

    async def read(
        self, request: ReadRequest, unit: int, *, base: int = 0, timeout: float | None = None, pause: float = 0.0
    ) -> list[int]:
        """The words of one read, remembered where they, or its refusal, came before; as the client's `read`."""
        code, start, count = request.function_code, request.address + base, request.count
        cells = [(code, at) for at in range(start, start + count)]
        if all(cell in self._words for cell in cells):
            return [self._words[cell] for cell in cells]
        key = (code, start, count)
        doubtful = key in self._doubtful
        if (known := self._refusals.get(key)) and not (doubtful and self._unsure(unit)):
            self.doubts += doubtful
            raise known
        full = timeout or self.timeout
        wait = full if self._again else min(full, self._patience)
        try:
            words = await self._ask(self.client.read(request, unit, base=base, timeout=wait, pause=pause))
        except (RefusedError, NoAnswerError, GarbledError) as error:
            self._remember(key, error)
            raise
        if doubtful:
            self._doubtful.remove(key)
            self._refusals.pop(key)
            self._silent_again = 0
        self._words.update(zip(cells, words, strict=True))
        return words

    def ask_again(self) -> None:
        """From now on, ask with all patience, and put once more what got no answer."""
        self._again, self.doubts = True, 0

    def _unsure(self, unit: int) -> bool:
        """Whether a silence is made sure of now: enough that were say that the others are real."""
        self._slow = self._slow or self.client.late[unit] > 0
        return self._again and (self._slow or self._silent_again < BELIEVED)

    def _remember(self, key: Key, error: WireError) -> None:
        """What came instead of words; only that a register is not there is certain at once."""
        self._refusals[key] = error
        if isinstance(error, RefusedError) and error.code in NOT_THERE:
            self._doubtful.discard(key)
        elif self._again:
            self._doubtful.discard(key)
            self._silent_again += 1
        else:
            self._doubtful.add(key)
            self.doubts += 1

    async def read_alone(
        self, request: ReadRequest, unit: int, *, timeout: float | None = None, pause: float = 0.0
    ) -> list[int]:
        """Words that some devices only give to this very request; never out of the memory."""
        return await self._ask(self.client.read(request, unit, timeout=timeout or self.timeout, pause=pause))

    async def read_identification(self, unit: int) -> dict[int, str]:
        """As the client's."""
        return await self._ask(self.client.read_identification(unit, timeout=self.timeout))

    async def _ask(self, question: Awaitable[T]) -> T:
        self.requests += 1
        began = time.monotonic()
        try:
            async with asyncio.timeout_at(self.end):
                answer = await question
        except TimeoutError:
            raise NoAnswerError(f"{self.url} did not answer everything in {self.seconds:g} s") from None
        except NoAnswerError:
            self.silent += 1
            raise
        except RefusedError as error:
            self.silent += error.code in SILENT_TARGET
            if error.code in NOT_THERE:
                self._answered(time.monotonic() - began)
            raise
        self._answered(time.monotonic() - began)
        return answer

    def _answered(self, seconds: float) -> None:
        self.answered = True
        self._slowest = max(self._slowest, seconds)
        if self.hurry:
            self._patience = max(LEAST_PATIENCE, PATIENCE * self._slowest)
