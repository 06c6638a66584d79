"""The exchange of a meter: what the old one counted last, and where the new one begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One meter taken out and another put in its place; the measuring point stays the same.

    Attributes
    ----------
    at : datetime
        UTC instant of the exchange.
    old_serial, new_serial : str
        Serial numbers of the two devices.
    closing : dict of str to float
        Last readings of the old device by quantity, as it showed them [the quantity's unit].
    opening : dict of str to float
        First readings of the new device by quantity, as it showed them [the quantity's unit].
    note : str
        Such as who did it, and the number of the seal.
    """

    at: datetime
    new_serial: str
    old_serial: str = ""
    closing: dict[str, float] = field(default_factory=dict)
    opening: dict[str, float] = field(default_factory=dict)
    note: str = ""
