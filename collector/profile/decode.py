"""Register words decoded to values in the workbench's units, and encoded back; pure."""

from __future__ import annotations

import math
import struct
from collections.abc import Container, Iterable, Mapping, Sequence
from math import isfinite
from operator import itemgetter
from typing import Any

from collector.profile.power_factor import read_power_factor, write_power_factor
from collector.profile.profile import Profile
from collector.profile.register import Cell, Register
from collector.profile.wire_types import FLOATS, swapped

MOST_EXPONENT = 10
"""SunSpec bounds exponents to ±10; anything else, as 0x8000 for "not implemented", is none
(SunSpec Device Information Model Specification, type sunssf)."""


def decode(
    profile: Profile, words: Mapping[Cell, int], registers: Iterable[Register] | None = None
) -> dict[str, float | None]:
    """Values of registers whose words were read.

    Parameters
    ----------
    words : mapping of (function code, PDU address) to int
        16-bit words, as they came.
    registers : iterable of Register, optional
        Those to decode; all of the profile by default. One whose words are not there is left out.

    Returns
    -------
    dict of str to float or None
        By quantity, in its unit; None is what the meter marks as not available. Power factors are
        signed by active power where that was read too, and bare magnitudes otherwise. Sums that the
        profile derives are there when all of their parts are.
    """
    there = readable(profile.registers if registers is None else registers, words)
    return Decoder(profile, there, tuple(words))(tuple(words.values()))


def readable(registers: Iterable[Register], words: Container[Cell]) -> list[Register]:
    """Registers whose words, and exponent, are all there."""
    return [
        register
        for register in registers
        if all(cell in words for cell in register.cells)
        and (register.scale_cell is None or register.scale_cell in words)
    ]


class Decoder:
    """Decodes the same registers of the same reads again and again: all of their words go through one `struct`.

    Parameters
    ----------
    registers : sequence of Register
        All of their words must be among the cells.
    cells : sequence of (function code, PDU address)
        What the words that it is called with are.
    origins : mapping of str to int, optional
        By quantity, where the words of its own read begin: a cell that several reads fetched, as an exponent of many
        values, is taken from the one in which the value stands.
    """

    def __init__(
        self,
        profile: Profile,
        registers: Sequence[Register],
        cells: Sequence[Cell],
        origins: Mapping[str, int] | None = None,
    ) -> None:
        first = {cell: place for place, cell in reversed(list(enumerate(cells)))}
        twice = len(first) < len(cells)

        def place_of(register: Register, cell: Cell) -> int:
            return cells.index(cell, (origins or {}).get(register.quantity, 0)) if twice else first[cell]

        plain = [register for register in registers if _plain(register)]
        scaled = [register for register in registers if register not in plain and _scaled(register)]
        others = [register for register in registers if register not in plain and register not in scaled]
        ordered = [*plain, *scaled, *others]
        picked = [place_of(register, cell) for register in ordered for cell in register.cells]
        # One more, so that it always gives a tuple.
        self._pick = itemgetter(*picked, *picked[:1]) if picked else None
        self._pack = struct.Struct(f">{len(picked)}H").pack
        self._turn = _turning(ordered)
        self._unpack = struct.Struct(">" + "".join(register.wire.codes for register in ordered)).unpack
        self._plain = tuple(register.quantity for register in plain)
        self._scaled = [(register.quantity, register.numerator, register.denominator) for register in scaled]
        self._others = [
            (r, len(r.wire.codes), place_of(r, r.scale_cell) if r.scale_cell else None) for r in others
        ]  # fmt: skip
        names = {register.quantity for register in registers}
        self._encoding = profile.pf_encoding
        self._power_factors = [name for name in profile.power_factors if name in names]
        self._sums = {name: parts for name, parts in profile.derived.items() if names.issuperset(parts)}

    def __call__(self, words: Sequence[int]) -> dict[str, float | None]:
        """The values; see `decode`."""
        values: dict[str, Any] = {}
        if self._pick is None:
            return values
        raw = self._pack(*self._pick(words)[:-1])
        numbers = self._unpack(bytes(self._turn(raw)) if self._turn else raw)
        values.update(zip(self._plain, numbers, strict=False))
        if not isfinite(sum(values.values())):  # one of them is no number
            values = {name: value if isfinite(value) else None for name, value in values.items()}
        at = len(self._plain)
        for name, numerator, denominator in self._scaled:
            number = numbers[at]
            values[name] = number * numerator / denominator if isfinite(number) else None
            at += 1
        for register, count, place in self._others:
            parts = numbers[at : at + count]
            values[register.quantity] = _value(register, parts, 0 if place is None else words[place])
            at += count
        for name in self._power_factors:
            if (factor := values[name]) is not None:
                values[name] = read_power_factor(self._encoding, name, factor, values)
        for name, parts in self._sums.items():
            summands = [values[part] for part in parts]
            values[name] = None if None in summands else sum(value for value in summands if value is not None)
        return values


def _turning(registers: Sequence[Register]) -> itemgetter[Any] | None:
    """Bytes of the words of these registers, each with its high byte first; None where they are so already."""
    little = [register.byte_order == "little" for register in registers for _ in register.cells]
    if not any(little):
        return None
    return itemgetter(*(at for word, turned in enumerate(little) for at in (2 * word + turned, 2 * word + 1 - turned)))


def _plain(register: Register) -> bool:
    """A float already in its unit, whose marks of "not available" are no numbers anyway."""
    return register.wire.floating and register.numerator == register.denominator == 1 and _scaled(register)


def _scaled(register: Register) -> bool:
    """A number with a factor, and no mark of "not available" that is a number too."""
    return (
        register.scale_cell is None
        and len(register.wire.codes) == 1
        and not register.wire.base
        and not any(low != high or _is_number(register, low) for low, high in register.not_available)
    )


def _is_number(register: Register, bits: int) -> bool:
    wire = register.wire
    return not wire.floating or isfinite(FLOATS[wire.words].unpack(bits.to_bytes(2 * wire.words, "big"))[0])


def _value(register: Register, parts: Sequence[float], exponent: int) -> float | None:
    number = register.wire.joined(parts)
    if number is None:
        return None
    if register.not_available:
        bits = register.wire.bits(parts)
        if any(low <= bits <= high for low, high in register.not_available):
            return None
    if register.scale_cell is None:
        return number * register.numerator / register.denominator
    exponent = swapped(exponent) if register.byte_order == "little" else exponent
    exponent -= 0x10000 if exponent > 0x7FFF else 0
    if not -MOST_EXPONENT <= exponent <= MOST_EXPONENT:
        return None
    if exponent < 0:
        return number * register.numerator / (register.denominator * 10**-exponent)
    return number * 10**exponent * register.numerator / register.denominator


def encode(profile: Profile, values: Mapping[str, float | None]) -> dict[Cell, int]:
    """Words with which a meter of that profile would say these values: the inverse of `decode`.

    Parameters
    ----------
    values : mapping of str to float or None
        By quantity, in its unit. None becomes the meter's "not available" (zero where it has no such
        mark). Quantities the profile lacks are left out; a derived sum is split over its parts.

    Returns
    -------
    dict of (function code, PDU address) to int
        Rounded to the register's step. Counters wrap at the register's modulus, gauges stop at its limits.
    """
    values = _split_sums(profile, values)
    exponents = _exponents(profile, values)
    words: dict[Cell, int] = {}
    for name, value in values.items():
        register = profile.by_quantity.get(name)
        if register is None:
            continue
        if value is not None and register.pf:
            value = write_power_factor(profile.pf_encoding, name, value, values)
        exponent = exponents[register.scale_cell] if register.scale_cell else 0
        raw = _mark(register) if value is None else _raw(register, value, exponent)
        little = register.byte_order == "little"
        for cell in reversed(register.cells):
            words[cell] = swapped(raw & 0xFFFF) if little else raw & 0xFFFF
            raw >>= 16
        if register.scale_cell:
            words[register.scale_cell] = swapped(exponent & 0xFFFF) if little else exponent & 0xFFFF
    return words


def _raw(register: Register, value: float, exponent: int) -> int:
    wire = register.wire
    number = value * register.denominator / register.numerator / 10.0**exponent
    if not wire.floating:
        number = round(number)
        if not register.counter:
            number = max(wire.least, min(wire.counts - 1, number))
        elif number >= 0 or not wire.signed:
            number %= register.rolls
    return wire.written(number)


def _mark(register: Register) -> int:
    if register.not_available:
        return register.not_available[0][1]
    if register.wire.floating:
        return register.wire.written(math.nan)
    return 0


def _split_sums(profile: Profile, values: Mapping[str, float | None]) -> dict[str, float | None]:
    """Give the parts of a derived sum what they can hold in whole steps, the last part the rest."""
    split = dict(values)
    for name, parts in profile.derived.items():
        if name not in values or any(part in values for part in parts):
            continue
        rest = values[name]
        for part in parts[:-1]:
            register = profile.by_quantity[part]
            step = 0.0 if register.wire.floating else register.numerator / register.denominator
            share = None if rest is None else (math.floor(rest / step + 1e-9) * step if step else rest)
            split[part] = share
            rest = None if rest is None or share is None else rest - share
        split[parts[-1]] = rest
    return split


def _exponents(profile: Profile, values: Mapping[str, float | None]) -> dict[Cell, int]:
    """The finest exponent of each scale register with which all of its values fit."""
    exponents: dict[Cell, int] = {}
    for name, value in values.items():
        register = profile.by_quantity.get(name)
        if register is None or register.scale_cell is None:
            continue
        # Accumulators count whole units; two decimals are what real meters give for the rest.
        exponent = exponents.get(register.scale_cell, -2 if register.wire.words == 1 else 0)
        limit = register.wire.counts - 2
        size = abs(value or 0.0) * register.denominator / register.numerator
        while not register.counter and size / 10.0**exponent > limit and exponent < MOST_EXPONENT:
            exponent += 1
        exponents[register.scale_cell] = exponent
    return exponents
