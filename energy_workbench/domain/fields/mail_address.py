"""Addresses of mail."""

from __future__ import annotations

import re
from typing import Final

_ADDRESS: Final = re.compile(r"[^\s@<>\"(),;:\\\[\]]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


def mail_address(text: str) -> str:
    """An address of mail.

    Raises
    ------
    ValueError
        If it is none, or could smuggle a line into a mail's head.
    """
    if not text.isprintable() or not text.isascii() or not _ADDRESS.fullmatch(text) or ".." in text:
        raise ValueError(f"{text[:60]!r} is no mail address, such as anna@example.com")
    return text
