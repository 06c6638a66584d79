"""Layout of a spooled row: its quantities, and the order and width in which their values are packed."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from typing import NamedTuple

from energy_workbench.lake.columns import is_wide


class Shape(NamedTuple):
    """Which quantities a row holds, and how its bytes are laid out: 64-bit columns first.

    Attributes
    ----------
    wide, narrow : tuple of str
        Quantities stored in 64 and in 32 bits.
    packer : struct.Struct
    """

    wide: tuple[str, ...]
    narrow: tuple[str, ...]
    packer: struct.Struct

    @property
    def names(self) -> tuple[str, ...]:
        """All quantities in the order of the bytes."""
        return self.wide + self.narrow

    @classmethod
    def of(cls, quantities: Iterable[str]) -> Shape:
        """The layout of these quantities."""
        names = list(quantities)
        wide = tuple(n for n in names if is_wide(n))
        narrow = tuple(n for n in names if not is_wide(n))
        return cls(wide, narrow, struct.Struct(f"<{len(wide)}d{len(narrow)}f"))

    def unpack(self, blob: bytes) -> dict[str, float | None]:
        """The values by quantity."""
        values = zip(self.names, self.packer.unpack(blob), strict=True)
        return {name: None if math.isnan(value) else value for name, value in values}


class Row(NamedTuple):
    """A row as spooled."""

    seq: int
    meter: int
    slot_us: int
    offset_ms: int
    shape: int
    blob: bytes
