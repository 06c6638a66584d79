"""Synchronisation of this machine's clock, as the kernel knows it."""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Final

UNSYNCHRONISED: Final = 5
"""TIME_ERROR of adjtimex(2): no NTP keeps the clock."""
_ROOM: Final = 1024
"""More than struct timex takes on any machine [bytes]."""


def synchronised() -> bool | None:
    """What the kernel says of its clock; None where it cannot be asked."""
    try:
        libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
        state = int(libc.adjtimex(ctypes.create_string_buffer(_ROOM)))  # all zeros: only asked
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != UNSYNCHRONISED
