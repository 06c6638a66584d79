"""The fewest reads that fetch a set of registers; pure.

With `max_block` 10, registers of two words at 0, 2 and 8, and an optional one at 4:

    bridging allowed    read 0‥9 (0, 2, 8)          read 4‥5 (optional, alone)
    bridging forbidden  read 0‥3 (0, 2), read 8‥9   read 4‥5
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collector.profile.profile import Profile
from collector.profile.register import Register
from collector.wire.read_request import ReadRequest


@dataclass(frozen=True, slots=True)
class PlannedRead(ReadRequest):
    """One read, and what comes of it.

    Attributes
    ----------
    registers : tuple of Register
        Those whose value is complete with this read (an exponent may come with another one).
    optional : bool
        Only holds registers that some variants of the model lack.
    """

    registers: tuple[Register, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class _Span:
    """Words that must come in one read: a value, or an exponent (which belongs to no register)."""

    optional: bool
    function_code: int
    start: int
    stop: int
    register: Register | None


def plan(
    profile: Profile, quantities: Iterable[str] | None = None, bridge: bool | None = None
) -> tuple[PlannedRead, ...]:
    """The fewest reads for these quantities.

    Parameters
    ----------
    quantities : iterable of str, optional
        The profile's `poll` by default.
    bridge : bool, optional
        Whether a read may cover addresses that hold none of the registers; the profile knows by default.

    Returns
    -------
    tuple of PlannedRead
        Ordered by function code and address, the optional ones last. None is longer than `max_block`,
        crosses a page, or mixes optional registers with others. A left-to-right sweep is the fewest,
        because values neither overlap nor may be cut.

    Raises
    ------
    InputError
        If the profile lacks a quantity.
    """
    return _sweep(profile, profile.needed(quantities), profile.bridge_gaps if bridge is None else bridge)


def split(profile: Profile, request: PlannedRead) -> tuple[PlannedRead, ...]:
    """Smaller reads for the same registers, for a device that refuses this one; itself where nothing is smaller.

    A read over a gap is cut at its gaps, one without gaps into its registers.
    """
    cut = _sweep(profile, request.registers, bridge=False)
    if len(cut) > 1:
        return cut
    single = tuple(part for register in request.registers for part in _sweep(profile, (register,), bridge=False))
    return single if len(single) > 1 else (request,)


def _sweep(profile: Profile, registers: tuple[Register, ...], bridge: bool) -> tuple[PlannedRead, ...]:
    requests: list[PlannedRead] = []
    group: list[_Span] = []

    def close() -> None:
        if group:
            first, last = group[0], group[-1]
            held = tuple(span.register for span in group if span.register)
            requests.append(
                PlannedRead(first.function_code, first.start, last.stop - first.start, held, first.optional)
            )
            group.clear()

    for span in _spans(registers):
        if group:
            first, last = group[0], group[-1]
            together = (
                (span.optional, span.function_code) == (first.optional, first.function_code)
                and span.stop - first.start <= profile.max_block
                and (bridge or span.start == last.stop)
                and (profile.page is None or first.start // profile.page == (span.stop - 1) // profile.page)
            )
            if not together:
                close()
        group.append(span)
    close()
    return tuple(requests)


def _spans(registers: tuple[Register, ...]) -> list[_Span]:
    spans = [_Span(r.optional, r.function_code, r.address, r.address + r.wire.words, r) for r in registers]
    exponents: dict[tuple[int, int], bool] = {}
    for register in registers:
        if cell := register.scale_cell:
            # An exponent is as indispensable as the most needed of its values.
            exponents[cell] = exponents.get(cell, True) and register.optional
    spans += [_Span(optional, code, address, address + 1, None) for (code, address), optional in exponents.items()]
    return sorted(spans, key=lambda s: (s.optional, s.function_code, s.start))
