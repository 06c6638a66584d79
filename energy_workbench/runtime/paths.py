"""Paths of shipped files, in the source tree or inside an installed package, and names of files that are written."""

from __future__ import annotations

import os
from pathlib import Path

from energy_workbench.domain.errors import HomeError

AnyPath = str | os.PathLike[str]
"""What people may give as a file or a folder."""
NamedContent = tuple[str, bytes]
"""A file that is in memory: what it is called, and its bytes."""

PACKAGE = Path(__file__).resolve().parent.parent


def shipped(relative: str) -> Path:
    """Path of a shipped file or folder, such as `"notebooks/apps"` or `"Procfile"`.

    Raises
    ------
    HomeError
        If the installation lacks it.
    """
    for root in (PACKAGE.parent, PACKAGE / "shipped"):
        if (root / relative).exists():
            return root / relative
    raise HomeError(f"the installation lacks {relative!r}: install the project again")


def file_name(text: str) -> str:
    """Text as a part of a path: nothing in it can leave the folder or surprise a shell."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in text).lstrip(".") or "_"
