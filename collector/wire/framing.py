"""Modbus frames, TCP and RTU: requests as bytes, responses found among bytes; pure, but for the clock of late answers.

A framing knows the question that is open, and takes nothing else for its answer: neither a late answer, nor a
repetition, nor noise. What it takes is one whole frame with the right id or checksum, function and unit.
"""

from __future__ import annotations

import random
import re
import struct
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from typing import Final, NamedTuple, Protocol

from collector.wire.errors import READING_FUNCTIONS

IDENTIFY: Final = 0x2B
"""Encapsulated interface transport; only its reading type 0x0E is ever sent."""
READ_IDENTIFICATION: Final = 0x0E
MOST_WORDS: Final = 125
"""Registers of one read (MODBUS Application Protocol Specification V1.1b3, section 6.3)."""
MOST_SURPLUS: Final = 65_536
"""A peer that says more than this without being asked is cut off [bytes]."""
SHORTEST_FRAME: Final = 5
"""An exception with its checksum [bytes]."""
_LONGEST_FRAME: Final = 256
_NOBODY: Final = (0, 255)
"""Unit ids that no meter of a bus has: gateways answer with them, and devices without a bus are asked by them."""
_STRIDE: Final = 25_033
"""From one transaction id to the next; prime to 65,535, so that all come before one comes again."""
_REMEMBERED: Final = 1024
"""Questions whose repeated or late answers are looked for within other answers. Hundreds are asked in the tenth of a
second that a gateway may sit on a copy."""
_GIVEN_UP: Final = 32
"""Questions without an answer whose late answers are counted."""
LATE_SECONDS: Final = 10.0
"""A slow device answers within this after it was given up; later, the gateway or its way was held up [s]."""
_CHANCE: Final = 2
"""So many answers under the same wrong unit id are refused before it is held for the gateway's way."""
_HEADER: Final = struct.Struct(">HHHB")
_CODES: Final = bytes(code | failed for code in sorted(READING_FUNCTIONS) for failed in (0, 0x80))
_WITHIN: Final = re.compile(rb"\0\0\0..[" + re.escape(_CODES) + rb"]", re.DOTALL)
"""What follows a transaction id in an answer: protocol 0, high and low byte of a length, unit and function."""


class Question(NamedTuple):
    """What is asked of a unit: a function code and its data."""

    unit: int
    body: bytes
    address: int = 0
    words: int = 0
    """Registers that it reads; 0 where it reads none."""

    @classmethod
    def read(cls, function_code: int, address: int, words: int, unit: int) -> Question:
        """Registers of a unit.

        Raises
        ------
        ValueError
            If no such question may be sent: the room only reads.
        """
        if not (address >= 0 and 1 <= words <= MOST_WORDS and address + words <= 0x10000):
            raise ValueError(f"{words} registers from {address} cannot be asked for")
        return cls(unit, struct.pack(">BHH", function_code, address, words), address, words)

    @classmethod
    def identify(cls, unit: int) -> Question:
        """What the device says of itself, its regular texts (section 6.21)."""
        return cls(unit, bytes((IDENTIFY, READ_IDENTIFICATION, 2, 0)))

    @property
    def code(self) -> int:
        """The function code."""
        return self.body[0]

    def of_length(self, words: int) -> Question:
        """The same question for another number of registers."""
        return Question.read(self.code, self.address, words, self.unit)


class Answer(NamedTuple):
    """What came for a question: function code and data, or why that is none."""

    body: bytes = b""
    trouble: str = ""


class Framing(Protocol):
    """How questions and answers are told apart on a connection.

    Attributes
    ----------
    broken : str
        Why nothing more can be understood on this connection; empty while it can.
    begun : bool
        Whether an answer has begun and not ended.
    stray : int
        Bytes that came with no question open, since the last one [bytes].
    late : list of int
        Units whose answers came after their questions were given up, but not long after, where that can be told; for
        whoever counts them to take away.
    """

    broken: str
    stray: int
    late: list[int]

    @property
    def begun(self) -> bool: ...

    def reset(self) -> None:
        """Begin anew on another connection; what was learned of the gateway stays."""

    def ask(self, question: Question, pending: Collection[int] = ()) -> bytes:
        """The bytes to send; the question is open from now on.

        Parameters
        ----------
        pending : collection of int
            Lengths of answers that may still come from earlier questions, and are none to this one [registers].
        """

    def close(self) -> None:
        """No question is open any more."""

    def feed(self, data: bytes) -> Answer | None:
        """Take what came; the answer to the open question once it is there."""


def refuse_writing(question: Question) -> None:
    """The last gate before the wire: nothing but a reading function passes.

    Raises
    ------
    ValueError
        If the question could change anything in a device.
    """
    body = question.body
    if body[0] not in READING_FUNCTIONS or (body[0] == IDENTIFY and body[1] != READ_IDENTIFICATION):
        raise ValueError(f"function {body[0]} is not sent: this room only reads")


class TcpFraming:
    """Modbus TCP: a transaction id says which question an answer is for (MODBUS Messaging on TCP/IP V1.0b, 3.1).

    Gateways rewrite unit ids: to one that no meter has, or always to the same. That is learned, and forgotten with
    the first answer under the right id; the id of another meter is never taken.

    Parameters
    ----------
    now : callable
        Seconds that only grow.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._transaction = random.randrange(0xFFFF)  # noqa: S311
        self._asked: set[int] = set()
        self._echoes = False
        self._foreign, self._times = 0, 0
        self.late: list[int] = []
        self.reset()

    def reset(self) -> None:
        self.broken, self.stray = "", 0
        self._open: Question | None = None
        self._buffer = b""
        self._surplus = 0
        self._recent: dict[int, tuple[int, int]] = {}  # transaction id: unit and function, oldest first
        self._given_up: deque[tuple[int, float]] = deque(maxlen=_GIVEN_UP)

    @property
    def begun(self) -> bool:
        return bool(self._buffer)

    def ask(self, question: Question, pending: Collection[int] = ()) -> bytes:  # noqa: ARG002
        refuse_writing(question)
        # 0 is what a careless device says always, and the next number what one that miscounts says too early.
        self._transaction = (self._transaction + _STRIDE) % 0xFFFF
        self._open, self._surplus, self.stray = question, 0, 0
        self._asked.add(question.unit)
        number = self._transaction + 1
        self._recent.pop(number, None)
        self._recent[number] = question.unit, question.code
        if len(self._recent) > _REMEMBERED:
            del self._recent[next(iter(self._recent))]
        return _HEADER.pack(number, 0, len(question.body) + 1, question.unit) + question.body

    def close(self) -> None:
        if self._open is not None:
            self._given_up.append((self._transaction + 1, self._now()))
        self._open = None

    def feed(self, data: bytes) -> Answer | None:
        buffer, at = self._buffer + data, 0
        answer = None
        while len(buffer) - at > _HEADER.size:
            transaction, protocol, length, unit = _HEADER.unpack_from(buffer, at)
            if protocol or not 2 <= length <= _LONGEST_FRAME - 2:
                self.broken = "what came is no Modbus TCP"
                break
            body = at + _HEADER.size
            # Some devices count an exception without its code.
            end = body + (2 if length == 2 and buffer[body] & 0x80 else length - 1)
            if len(buffer) < end:
                break
            if self._open is not None and transaction == self._transaction + 1:
                answer = self._judged(unit, buffer[body:end])
                if self._swallowed(buffer[body:end]):
                    answer = Answer(trouble="answered with another answer within the answer")
            else:
                self._surplus += end - at
                self._note_late(transaction, unit)
            at = end
        self._buffer = buffer[at:]
        if self._surplus > MOST_SURPLUS:
            self.broken = "it says more than it is asked"
        if self.broken and (self._open is not None or answer is not None):
            self._open, answer = None, Answer(trouble=f"said what cannot be read: {self.broken}")
        elif answer is not None and self._buffer:
            # A frame that was cut short has swallowed the beginning of this one.
            answer = Answer(trouble="answered with half a frame behind the answer")
        return answer

    def _judged(self, unit: int, body: bytes) -> Answer:
        question, self._open = self._open, None
        assert question is not None
        if unit == question.unit:
            self._echoes = self._echoes or unit not in _NOBODY
        elif not self._rewritten(question, unit, body):
            return Answer(trouble=f"answered as unit {unit}")
        return _checked(question, body)

    def _note_late(self, transaction: int, unit: int) -> None:
        """What came is no answer to the open question: to one that was given up not long ago?"""
        given_up = next((each for each in self._given_up if each[0] == transaction), None)
        if given_up and self._recent.get(transaction, (None,))[0] == unit:
            self._given_up.remove(given_up)
            if self._now() - given_up[1] <= LATE_SECONDS:
                self.late.append(unit)

    def _swallowed(self, body: bytes) -> bool:
        """Whether a late or repeated answer is within: a frame was cut short, or two were written at once."""
        at = 2
        while place := _WITHIN.search(body, at):
            at = place.start()
            kind = self._recent.get(int.from_bytes(body[at - 2 : at], "big"))
            if kind and (body[at + 4], body[at + 5] & 0x7F) == kind:
                return True
            at += 1
        return False

    def _rewritten(self, question: Question, unit: int, body: bytes) -> bool:
        """Whether the gateway wrote another unit id into an answer that is meant for this question."""
        if question.unit in _NOBODY:
            return True
        if unit in _NOBODY:
            return not self._echoes or body[0] > 0x80  # a gateway speaks of a silent meter in its own name
        self._times = self._times + 1 if unit == self._foreign else 1
        self._foreign = unit
        return self._times > _CHANCE and not self._echoes and unit not in self._asked


class RtuFraming:
    """Modbus RTU: unit id and checksum; no id says which question an answer is for.

    An answer of a pending length is passed over, and so is what other units say. Noise before and after a
    frame is common on RS-485, and the echo of the question with some adapters.
    """

    def __init__(self) -> None:
        self.late: list[int] = []
        self.reset()

    def reset(self) -> None:
        self.broken, self.stray = "", 0
        self._open: Question | None = None
        self._pending: Collection[int] = ()
        self._buffer = b""

    @property
    def begun(self) -> bool:
        return bool(self._buffer)

    def ask(self, question: Question, pending: Collection[int] = ()) -> bytes:
        refuse_writing(question)
        self._open, self._pending, self._buffer, self.stray = question, pending, b"", 0
        frame = bytes((question.unit,)) + question.body
        return frame + checksum(frame)

    def close(self) -> None:
        self._open, self._buffer = None, b""

    def feed(self, data: bytes) -> Answer | None:
        if self._open is None:
            self.stray += len(data)
            if self.stray > MOST_SURPLUS:
                self.broken = "it says more than it is asked"
            return None
        self._buffer = (self._buffer + data)[-4 * _LONGEST_FRAME :]
        answer = self._found(self._open)
        if answer is not None:
            self.close()
        return answer

    def _found(self, question: Question) -> Answer | None:
        frames: list[bytes] = []
        for frame in self._frames(question):
            if frame[1] == question.code and question.words and frame[2] / 2 in self._pending:
                continue
            frames.append(frame)
        if not frames:
            return None
        if any(frame != frames[0] for frame in frames):
            return Answer(trouble="answered twice, and differently")
        return _checked(question, frames[0][1:-2])

    def _frames(self, question: Question) -> Iterator[bytes]:
        """Whole frames of the unit, one behind the other."""
        buffer, at = self._buffer, 0
        while at + SHORTEST_FRAME <= len(buffer):
            size = _rtu_size(question, buffer, at)
            frame = buffer[at : at + size]
            if not size:
                at += 1
            elif len(frame) < size:
                if size == SHORTEST_FRAME + 2 * question.words:
                    return  # begun as it should: what its words look like is no frame
                at += 1
            elif checksum(frame[:-2]) == frame[-2:]:
                yield frame
                at += size
            else:
                at += 1


def _rtu_size(question: Question, buffer: bytes, at: int) -> int:
    """Length of the frame that begins here; 0 where none does [bytes]."""
    if buffer[at] != question.unit:
        return 0
    code = buffer[at + 1]
    if code == question.code | 0x80:
        return SHORTEST_FRAME
    if code != question.code:
        return 0
    if code != IDENTIFY:
        return SHORTEST_FRAME + buffer[at + 2]
    end = at + 8
    if len(buffer) >= end:
        for _ in range(buffer[at + 7]):
            end += 2 + (buffer[end + 1] if end + 1 < len(buffer) else 0)
    return end + 2 - at


def _checked(question: Question, body: bytes) -> Answer:
    code = body[0]
    if len(body) < 2:
        return Answer(trouble="answered nothing but a function code")
    if code == question.code | 0x80:
        return Answer(body[:2])
    if code != question.code:
        return Answer(trouble=f"answered function {code} where {question.code} was asked")
    if question.words and (body[1] != 2 * question.words or len(body) != 2 + body[1]):
        size = (len(body) - 2) // 2
        said = "" if body[1] == len(body) - 2 else f" (and announced {body[1]} bytes)"
        return Answer(trouble=f"answered {size} registers{said} where {question.words} were asked")
    return Answer(body)


def _table() -> Iterator[int]:
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
        yield value


_TABLE: Final = tuple(_table())


def checksum(frame: bytes) -> bytes:
    """CRC-16 of a serial frame (MODBUS over Serial Line V1.02, section 6.2.2)."""
    value = 0xFFFF
    for byte in frame:
        value = value >> 8 ^ _TABLE[(value ^ byte) & 0xFF]
    return value.to_bytes(2, "little")
