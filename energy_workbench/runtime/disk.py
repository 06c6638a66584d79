"""Durability of files and folders: fsync, so that a power cut takes nothing back."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def sync(path: Path) -> None:
    """Make what was written to a file, or which names a folder has, durable.

    Raises
    ------
    OSError
        If the disk refuses; what was written may not be there after a power cut then.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Where to write what is to take a file's place: it does once it is whole and on the disk, else nothing is left.

    Raises
    ------
    OSError
        If the disk refuses; the file before stays then.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        draft.touch(exist_ok=False)
        yield draft
        sync(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
