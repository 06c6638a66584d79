"""Paths of shipped files: in the source tree, or inside an installed package."""

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
