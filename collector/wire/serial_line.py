"""A serial line: its settings, how long a message takes on it, and why it cannot be opened."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

SILENT_CHARACTERS = 3.5
"""Silence that ends a frame (MODBUS over Serial Line V1.02, section 2.5.1.1) [characters]."""
FASTEST_SILENCE = 0.00175
"""Above 19,200 baud that silence stays fixed [s]."""
REQUEST_BYTES = 8
"""A request to read: unit, function, address, count, CRC."""
ANSWER_BYTES = 5
"""An answer, without its words."""


@dataclass(frozen=True, slots=True)
class SerialLine:
    """Settings of one port, as its gateway address says them.

    Attributes
    ----------
    path : str
        The device file.
    baudrate : int
        [bit/s]
    parity : str
        N, E or O.
    """

    path: str
    baudrate: int = 9600
    parity: str = "N"
    bytesize: int = 8
    stopbits: int = 1

    @classmethod
    def of(cls, url: str) -> SerialLine | None:
        """The line that an address names; None for a network address."""
        parts = urlsplit(url)
        if parts.scheme != "rtu":
            return None
        options = dict(parse_qsl(parts.query))
        numbers = {name: int(text) for name, text in options.items() if name != "parity"}
        return cls(parts.path or parts.netloc, parity=options.get("parity", "N"), **numbers)

    @property
    def port(self) -> str:
        """The device file itself, whatever name it is called by: two names of it are one line."""
        return os.path.realpath(self.path)

    @property
    def character_seconds(self) -> float:
        """How long one byte takes [s]."""
        return (1 + self.bytesize + (self.parity != "N") + self.stopbits) / self.baudrate

    @property
    def silence(self) -> float:
        """Least pause before a request [s]."""
        return FASTEST_SILENCE if self.baudrate > 19_200 else SILENT_CHARACTERS * self.character_seconds

    def transfer_seconds(self, words: int) -> float:
        """How long question and answer take on the wire, the device's own time aside [s].

        Parameters
        ----------
        words : int
            Registers that are read.
        """
        return (REQUEST_BYTES + ANSWER_BYTES + 2 * words) * self.character_seconds

    def trouble(self) -> str:
        """Why the port does not open, in words."""
        if not Path(self.path).exists():
            return f"there is no {self.path}: is the adapter plugged in?"
        if not os.access(self.path, os.R_OK | os.W_OK):
            return f"{self.path} may not be used by this user: add it to the group of the device (often dialout)"
        return f"{self.path} does not open: another program holds it, or it is no serial port"
