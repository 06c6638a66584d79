"""Names of a report's files and folders."""

from __future__ import annotations


def file_name(text: str) -> str:
    """Text as a part of a path: nothing in it can leave the folder or surprise a shell."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in text).lstrip(".") or "_"
