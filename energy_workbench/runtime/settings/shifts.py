"""Shifts of a site as people write them: `A 06:00, B 14:00, C 22:00`."""

from __future__ import annotations

from datetime import time
from typing import Final

from energy_workbench.domain.errors import InputError

SHIFTS: Final = "A 06:00, B 14:00, C 22:00"
"""Of a site that says nothing else."""


def parse_shifts(text: str) -> list[tuple[str, int]]:
    """Shifts from words, such as `"A 06:00, B 14:00, C 22:00"`: name and quarter of the day at which each begins.

    The last one ends where the first begins: it may run over midnight, and belongs to the day on which it began.

    Raises
    ------
    InputError
        If it cannot be understood, or two begin at the same time.
    """
    shifts: list[tuple[str, int]] = []
    for part in text.split(","):
        name, _, begins = part.strip().rpartition(" ")
        try:
            at = time.fromisoformat(begins)
        except ValueError:
            raise InputError(f"{part.strip()!r} is no shift: write name and time, as in {SHIFTS!r}") from None
        if not name or at.minute % 15 or at.second or at.microsecond or at.tzinfo:
            raise InputError(f"{part.strip()!r} is no shift: it needs a name, and begins on a quarter of an hour")
        shifts.append((name.strip(), at.hour * 4 + at.minute // 15))
    shifts.sort(key=lambda shift: shift[1])
    if len({begins for _, begins in shifts}) < len(shifts) or len({name for name, _ in shifts}) < len(shifts):
        raise InputError(f"{text!r}: two shifts have the same name or begin at the same time")
    return shifts
