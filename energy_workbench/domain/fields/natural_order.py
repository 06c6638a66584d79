"""Order of numbers and names as people sort them: M2 before M10, 1.2 before 1.10, case and accents aside."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NaturalKey = tuple[tuple[str | tuple[int, str], ...], str]
"""Texts and numbers by turns, and what was written, which decides where all else is equal."""

_DIGITS = re.compile(r"(\d+)")


@lru_cache(maxsize=16_384)
def natural(text: str) -> NaturalKey:
    """Key by which texts are sorted: runs of digits by the number they are, letters whatever their case and accents.

    Parameters
    ----------
    text : str
        Such as the number of a meter; digits of any script count.
    """
    # Only marks that combine: a vowel sign of an Indic script is a letter of its own.
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    # Every second part is digits, so that text is always compared with text and number with number.
    parts = _DIGITS.split(plain.casefold())
    return tuple(_number(part) if place % 2 else part for place, part in enumerate(parts)), text


def _number(digits: str) -> tuple[int, str]:
    """A number of any length, to be compared with others: the longer one is greater."""
    plain = "".join(str(unicodedata.decimal(digit)) for digit in digits).lstrip("0")
    return len(plain), plain
