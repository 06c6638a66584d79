"""Text within a style sheet."""

from __future__ import annotations


def css_string(text: str) -> str:
    """A string of a style sheet; every character that could end it is written as its code."""
    return '"' + "".join(c if c.isalnum() or c in " -_.,:·–()/" else f"\\{ord(c):x} " for c in text) + '"'
