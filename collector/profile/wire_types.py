"""Types of values in registers: how many words each takes, and what its bits mean; pure.

A value of several words is joined high word first here: word and byte order are turned before.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

DIGITS_OF_A_WORD = {10_000: 1, 10: 4}
"""How many digits of a base a word holds: Mod10 one below ten thousand, BCD four below ten."""
FLOATS = {1: struct.Struct(">e"), 2: struct.Struct(">f"), 4: struct.Struct(">d")}
"""By words: IEEE 754 half, single and double precision."""
GREATEST_FLOATS = {1: 65_504.0, 2: (2 - 2.0**-23) * 2.0**127, 4: math.inf}
"""What fits at most."""


@dataclass(frozen=True, slots=True)
class WireType:
    """How many words a value takes and how its bits are read.

    Attributes
    ----------
    words : int
    codes : str
        Of `struct`, with which its words become the parts that `joined` takes, high word first.
    floating, signed : bool
    base : int
        Of a number that is written in decimal digits: 10,000 (a word a digit) or 10 (four digits a word); 0 for others.
    """

    words: int
    codes: str
    floating: bool = False
    signed: bool = False
    base: int = 0

    @property
    def counts(self) -> int:
        """How many different numbers from zero up fit: a counter without a modulus of its own begins again there."""
        if self.base:
            return int(self.base ** (self.words * DIGITS_OF_A_WORD[self.base]))
        return 1 << 16 * self.words - self.signed

    @property
    def least(self) -> int:
        """The least whole number that fits."""
        if not self.signed:
            return 0
        return 1 - self.counts if self.base else -self.counts

    def joined(self, parts: Sequence[float]) -> float | None:
        """The number of the parts of its words; None where a digit is none, or a float is no number."""
        if self.base == 10:
            return _decimal(int(self.bits(parts)), 4 * self.words)
        if self.base:
            whole = 0
            for part in parts:
                if not -self.base < part < self.base:
                    return None
                whole = whole * self.base + int(part)
            return whole
        if len(parts) == 2:
            return (int(parts[0]) << 32) + int(parts[1])
        return None if self.floating and not math.isfinite(parts[0]) else parts[0]

    def bits(self, parts: Sequence[float]) -> int:
        """The raw bits of the parts of its words."""
        if self.floating:
            return int.from_bytes(FLOATS[self.words].pack(parts[0]), "big")
        if not self.base:
            number = parts[0] if len(parts) == 1 else (int(parts[0]) << 32) + int(parts[1])
            return int(number) & ((1 << 16 * self.words) - 1)
        raw = 0
        for part in parts:
            raw = raw << 16 | int(part) & 0xFFFF
        return raw

    def written(self, number: float) -> int:
        """The raw bits that mean a number, which must fit where it is a whole one."""
        if self.floating:
            most = GREATEST_FLOATS[self.words]
            fits = math.copysign(most, number) if abs(number) > most else number
            return int.from_bytes(FLOATS[self.words].pack(fits), "big")
        whole = round(number)
        if not self.base:
            return whole & ((1 << 16 * self.words) - 1)
        sign, rest, raw = (-1 if whole < 0 else 1), abs(whole), 0
        width = 16 // DIGITS_OF_A_WORD[self.base]
        for place in range(self.words * DIGITS_OF_A_WORD[self.base]):
            rest, digit = divmod(rest, self.base)
            raw |= (sign * digit & ((1 << width) - 1)) << width * place
        return raw


def _decimal(raw: int, digits: int) -> int | None:
    text = f"{raw:0{digits}x}"
    return int(text) if text.isdecimal() else None


TYPES: dict[str, WireType] = {
    "int16": WireType(1, "h", signed=True),
    "uint16": WireType(1, "H"),
    "enum16": WireType(1, "H"),
    "int32": WireType(2, "i", signed=True),
    "uint32": WireType(2, "I"),
    "acc32": WireType(2, "I"),
    "float32": WireType(2, "f", floating=True),
    "int64": WireType(4, "q", signed=True),
    "uint64": WireType(4, "Q"),
    "float64": WireType(4, "d", floating=True),
    "float16": WireType(1, "e", floating=True),
    "int48": WireType(3, "hI", signed=True),
    "uint48": WireType(3, "HI"),
    "int32_m10k": WireType(2, "hh", signed=True, base=10_000),
    "uint32_m10k": WireType(2, "HH", base=10_000),
    "int48_m10k": WireType(3, "hhh", signed=True, base=10_000),
    "uint48_m10k": WireType(3, "HHH", base=10_000),
    "int64_m10k": WireType(4, "hhhh", signed=True, base=10_000),
    "uint64_m10k": WireType(4, "HHHH", base=10_000),
    "bcd16": WireType(1, "H", base=10),
    "bcd32": WireType(2, "HH", base=10),
    "bcd48": WireType(3, "HHH", base=10),
    "bcd64": WireType(4, "HHHH", base=10),
}
"""Types of a value; `acc32` and `enum16` are SunSpec's accumulators and enumerations, `…_m10k` is Mod10."""


def swapped(word: int) -> int:
    """A word with its two bytes the other way round."""
    return (word & 0xFF) << 8 | word >> 8
