"""Durability of files and folders: fsync, so that a power cut takes nothing back."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

OWNERS: Final = 0o077
"""The umask by which files and folders of a home are their owner's alone, as under systemd."""


@contextmanager
def private() -> Iterator[None]:
    """Files and folders made in the block are for their owner only; for commands, as it holds for all threads."""
    before = os.umask(OWNERS)
    try:
        yield
    finally:
        os.umask(before)


def make_private(path: Path) -> None:
    """Make a file that only its owner can read, where there is none; SQLite makes the files beside a database like it.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def tighten(path: Path) -> None:
    """Let only its owner read a database that an earlier version made, and the files beside it.

    Raises
    ------
    OSError
        If it is another user's.
    """
    for each in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
        if each.exists() and each.stat().st_mode & OWNERS:
            each.chmod(each.stat().st_mode & ~OWNERS & 0o777)


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
def replaced(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Where to write what is to take a file's place: it does once it is whole and on the disk, else nothing is left.

    Parameters
    ----------
    private : bool
        Whether only its owner may read it, whatever the umask; else the umask says so.

    Raises
    ------
    OSError
        If the disk refuses; the file before stays then.
    """
    with _draft(path, private) as draft:
        yield draft
        sync(draft)
        draft.replace(path)
        sync(path.parent)


@contextmanager
def made(path: Path) -> Iterator[Path]:
    """The same for a file that only its owner may read, where there is none yet: of two that make it, the first wins.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    with _draft(path, private=True) as draft:
        yield draft
        sync(draft)
        with suppress(FileExistsError):
            os.link(draft, path)
        sync(path.parent)


@contextmanager
def _draft(path: Path, private: bool) -> Iterator[Path]:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        draft.touch(0o600 if private else 0o666, exist_ok=False)
        yield draft
    finally:
        draft.unlink(missing_ok=True)
