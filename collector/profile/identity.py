"""Identification registers of a device, and whether a profile expects what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from collector.profile.wire_types import swapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Registers that tell what a device is.

    Attributes
    ----------
    address, words : int
        First PDU address and number of words; read alone, in one request.
    type : str
        `string`, or a type of a register.
    meaning : str
        What people read beside it.
    function_code : int
        3 (holding) or 4 (input).
    byte_order : str
        `big` (high byte first in each word) or `little`.
    expected : tuple of (int, int) or str or None
        Bounds of the number, both included, or what the text holds, on every device that the profile means.
    """

    address: int
    type: str
    words: int
    meaning: str
    function_code: int = 3
    byte_order: str = "big"
    expected: tuple[int, int] | str | None = None

    def said(self, words: Sequence[int]) -> str:
        """The words as people read them."""
        words = self._turned(words)
        return text_of(words) if self.type == "string" else str(number_of(words))

    def fits(self, words: Sequence[int]) -> bool | None:
        """Whether such a device is meant; None where the profile expects nothing."""
        if self.expected is None:
            return None
        words = self._turned(words)
        if isinstance(self.expected, str):
            return self.expected.casefold() in text_of(words).casefold()
        low, high = self.expected
        return low <= number_of(words) <= high

    def told(self, words: Sequence[int]) -> str:
        """The words as people read them, with what was expected where that is something else."""
        if self.fits(words) is not False:
            return self.said(words)
        expected = self.expected if isinstance(self.expected, str) else _bounds(self.expected or (0, 0))
        return f"{self.said(words)} (expected {expected})"

    def _turned(self, words: Sequence[int]) -> Sequence[int]:
        return [swapped(word) for word in words] if self.byte_order == "little" else words


def number_of(words: Sequence[int]) -> int:
    """A whole number, high word first."""
    return int.from_bytes(b"".join(word.to_bytes(2, "big") for word in words), "big")


def text_of(words: Sequence[int]) -> str:
    """Printable text, up to its end."""
    raw = b"".join(word.to_bytes(2, "big") for word in words)
    text = raw.split(b"\0")[0].decode("utf-8", "replace")
    return "".join(c for c in text if c.isprintable() and c != "�").strip()


def _bounds(expected: tuple[int, int]) -> str:
    low, high = expected
    return str(low) if low == high else f"{low} to {high}"
