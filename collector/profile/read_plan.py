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
        Those whose value is complete with this read, its exponent too: two reads are of two instants.
    optional : bool
        Only holds registers that some variants of the model lack.
    """

    registers: tuple[Register, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class _Span:
    """Words that must come in one read: a value with its exponent, or all places of one number."""

    optional: bool
    function_code: int
    start: int
    stop: int
    registers: tuple[Register, ...]

    @classmethod
    def of(cls, registers: tuple[Register, ...]) -> _Span:
        """All words of registers."""
        first = registers[0]
        starts = [min(r.address, r.address if r.scale_register is None else r.scale_register) for r in registers]
        stops = [
            max(r.address + r.wire.words, 0 if r.scale_register is None else r.scale_register + 1) for r in registers
        ]
        return cls(first.optional, first.function_code, min(starts), max(stops), registers)

    def fits(self, profile: Profile, start: int) -> bool:
        """Whether a read that begins there can have it as well."""
        page = profile.page
        return self.stop - start <= profile.max_block and (page is None or start // page == (self.stop - 1) // page)


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
        crosses a page, or mixes optional registers with others. A left-to-right sweep is the fewest: who begins
        first must be in some read, and of the reads that have it none reaches further than the one that begins there.
        Where a value and its exponent reach over others, two reads may have the same words.

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
    cut = _sweep(profile, request.registers, bridge=False, places=False)
    if len(cut) > 1:
        return cut
    single = tuple(
        part for register in request.registers for part in _sweep(profile, (register,), bridge=False, places=False)
    )
    return single if len(single) > 1 else (request,)


def _sweep(
    profile: Profile, registers: tuple[Register, ...], bridge: bool, *, places: bool = True
) -> tuple[PlannedRead, ...]:
    requests: list[PlannedRead] = []
    left = _spans(profile, registers, bridge=bridge, places=places)
    while left:
        first, stop = left[0], left[0].stop
        group: list[_Span] = []
        later: list[_Span] = []
        for span in left:
            alike = (span.optional, span.function_code) == (first.optional, first.function_code)
            together = span is first or (alike and span.fits(profile, first.start) and (bridge or span.start <= stop))
            (group if together else later).append(span)
            stop = max(stop, span.stop) if together else stop
        held = tuple(register for span in group for register in span.registers)
        requests.append(PlannedRead(first.function_code, first.start, stop - first.start, held, first.optional))
        left = later
    return tuple(requests)


def _spans(profile: Profile, registers: tuple[Register, ...], *, bridge: bool, places: bool) -> list[_Span]:
    left = {register.quantity: register for register in registers}
    spans: list[_Span] = []
    for name in profile.positional if places else ():
        parts = tuple(left[part] for part in profile.derived[name] if part in left)
        if len({(part.optional, part.function_code) for part in parts}) == 1:
            span = _Span.of(parts)
            words = {at for part in parts for _, at in (*part.cells, *((part.scale_cell,) if part.scale_cell else ()))}
            if span.fits(profile, span.start) and (bridge or len(words) == span.stop - span.start):
                spans.append(span)
                for part in parts:
                    del left[part.quantity]
    spans += [_Span.of((register,)) for register in left.values()]
    return sorted(spans, key=lambda s: (s.optional, s.function_code, s.start, s.stop))
