"""A Modbus gateway that does wrong on purpose, and remembers what each register really was when it was asked.

No two answers are alike: every word depends on unit, function, address and the number of the question. So a word
list is right only if it is the answer to a question that the read itself sent.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from collector.wire.framing import checksum

UNITS = (1, 2, 3, 4)

FAULTS = (
    "late", "no answer", "duplicate", "garbage", "garbage before", "garbage after", "truncated", "rest late",
    "oversized", "shortened", "wrong unit", "wrong function", "length lies", "byte by byte", "stale before",
    "closed", "closed within", "exception", "deaf", "flood",
)  # fmt: skip
"""On every transport."""
_NOT_OF_A_LINE = ("closed", "closed within", "deaf", "duplicate", "stale before")
FAULTS_OF_A_LINE = tuple(fault for fault in FAULTS if fault not in _NOT_OF_A_LINE)
"""Where there is no connection that could end, and no segment that holds two answers together."""
FAULTS_BY_ID = ("wrong transaction", "transaction 0", "wrong protocol", "repeated later")
"""Where a transaction id tells answers apart."""

Key = tuple[int, int, int, int]
"""Unit, function code, address and count."""
Step = bytes | float | None
"""Bytes to write, seconds to wait, or the end of the connection."""


@dataclass
class Injector:
    """The gateway.

    Attributes
    ----------
    share : float
        Of the answers that get a fault, 0 to 1.
    patience : float
        The client's time-out, from which delays are taken [s].
    script : list of str or float
        What the next answers get before luck decides: a fault, or a delay [s].
    """

    rtu: bool = False
    seed: int = 1
    share: float = 0.0
    faults: tuple[str, ...] = ()
    patience: float = 0.05
    script: list[str | float] = field(default_factory=list)
    asked: list[tuple[Key, tuple[int, ...]]] = field(default_factory=list)
    """Each question with its true answer."""
    written: bytearray = field(default_factory=bytearray)
    """Every byte that clients sent."""
    done: dict[str, int] = field(default_factory=dict)
    port: int = 0

    def __post_init__(self) -> None:
        self.luck = random.Random(self.seed)
        self.faults = self.faults or FAULTS + (() if self.rtu else FAULTS_BY_ID)
        self._writer: asyncio.StreamWriter | None = None
        self._line = asyncio.Lock()
        self._before = b""
        self._deaf = 0

    def right(self, key: Key, words: list[int], since: int) -> bool:
        """Whether these words answer this question, sent after the first `since` ones."""
        return (key, tuple(words)) in self.asked[since:]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._deaf = 0
        tasks = set[asyncio.Task[None]]()
        with suppress(asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError, ssl.SSLError):
            while True:
                head = await reader.readexactly(1 if self.rtu else 7)
                body = await reader.readexactly(7 if self.rtu else 5)
                self.written += head + body
                code, address, count = struct.unpack(">BHH", body[:5])
                key = (head[-1], code, address, count)
                number = len(self.asked)
                words = tuple(hash((*key[:2], address + i, number)) & 0xFFFF for i in range(count))
                self.asked.append((key, words))
                task = asyncio.create_task(self._say(writer, head, key, words))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        writer.close()

    async def _say(self, writer: asyncio.StreamWriter, head: bytes, key: Key, words: tuple[int, ...]) -> None:
        async with self._line if self.rtu else asyncio.Lock():  # a bus answers in order
            for step in list(self._steps(head, key, words)):
                # Behind a transparent gateway it is the present connection that hears a late answer.
                out = self._writer if self.rtu and self._writer else writer
                if isinstance(step, float):
                    await asyncio.sleep(step)
                elif step is None:
                    out.close()
                    return
                elif not out.is_closing():
                    out.write(step)

    def _steps(self, head: bytes, key: Key, words: tuple[int, ...]) -> Iterator[Step]:
        good = self._frame(head, key, words)
        before, self._before = self._before, good
        if self._deaf:
            self._deaf -= 1
            if not self._deaf:
                yield None
            return
        if self.script:
            fault = self.script.pop(0)
            if isinstance(fault, float):
                yield fault
                yield good
                return
        elif self.luck.random() < self.share:
            fault = self.luck.choice(self.faults)
        else:
            yield good
            return
        self.done[fault] = self.done.get(fault, 0) + 1
        yield from self._wrong(fault, good, before, head, key, words)

    def _wrong(
        self, fault: str, good: bytes, before: bytes, head: bytes, key: Key, words: tuple[int, ...]
    ) -> Iterator[Step]:
        luck, (unit, code, address, count) = self.luck, key
        cut = luck.randrange(1, len(good))
        noise = luck.randbytes(luck.randrange(1, 40))
        others = tuple(word ^ 0x5555 for word in words)
        stranger = luck.choice([other for other in UNITS if other != unit])
        tid = int.from_bytes(head[:2], "big")
        match fault:
            case "late":
                yield luck.uniform(0.5, 4.0) * self.patience
                yield good
            case "duplicate":
                yield good + good
            case "repeated later":
                yield good
                yield luck.uniform(0.0, 0.01)
                yield good
            case "garbage":
                yield noise
            case "garbage before":
                yield noise + good
            case "garbage after":
                yield good + noise
            case "truncated":
                yield good[:cut]
            case "rest late":
                yield good[:cut]
                yield luck.uniform(0.5, 3.0) * self.patience
                yield good[cut:]
            case "oversized":
                yield self._frame(head, key, words + others)
            case "shortened":
                yield self._frame(head, key, others[:-1])
            case "wrong unit":
                yield self._frame(head, (stranger, code, address, count), others)
            case "wrong function":
                yield self._frame(head, (unit, 7 - code, address, count), others)
            case "length lies":
                at = 2 if self.rtu else 8
                lie = good[:at] + bytes([luck.randrange(256)]) + good[at + 1 :]
                yield lie[:-2] + checksum(lie[:-2]) if self.rtu and lie != good else lie
            case "byte by byte":
                for byte in good:
                    yield bytes([byte])
                    yield 0.0
            case "stale before":
                yield before + good
            case "closed":
                yield None
            case "closed within":
                yield good[:cut]
                yield None
            case "exception":
                body = bytes([code | 0x80, luck.choice((1, 2, 3, 4, 6, 10, 11))])
                yield self._wrapped(head, unit, body)
            case "deaf":
                self._deaf = luck.randrange(1, 4)
            case "flood":
                yield luck.randbytes(100_000)
            case "wrong transaction":
                yield self._frame(struct.pack(">H", tid + luck.choice((-1, 1)) & 0xFFFF) + head[2:], key, others)
            case "transaction 0":
                yield self._frame(b"\0\0" + head[2:], key, others)
            case "wrong protocol":
                yield good[:2] + b"\0\1" + good[4:]

    def _frame(self, head: bytes, key: Key, words: tuple[int, ...]) -> bytes:
        return self._wrapped(head, key[0], struct.pack(f">BB{len(words)}H", key[1], 2 * len(words) & 0xFF, *words))

    def _wrapped(self, head: bytes, unit: int, body: bytes) -> bytes:
        if self.rtu:
            frame = bytes([unit]) + body
            return frame + checksum(frame)
        return head[:4] + struct.pack(">HB", len(body) + 1, unit) + body


@asynccontextmanager
async def injecting(injector: Injector, security: ssl.SSLContext | None = None) -> AsyncIterator[Injector]:
    """Its server, on a free port."""
    server = await asyncio.start_server(injector.serve, "127.0.0.1", 0, ssl=security)
    injector.port = server.sockets[0].getsockname()[1]
    try:
        yield injector
    finally:
        server.close()
