"""Exclusive lock of a table's one writer: on a file, released by the kernel when its process dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from energy_workbench.domain.errors import BusyError, LakeError


@contextmanager
def exclusive(path: Path, seconds: float = 120.0) -> Iterator[None]:
    """Hold the lock of that file, between processes and between threads.

    Raises
    ------
    BusyError
        If another writer holds it for longer than `seconds` [s].
    LakeError
        If the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise LakeError(f"the lock {path} cannot be opened: {error.strerror}") from None
    try:
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise BusyError(f"{path.parent} is being written by another process; try again later") from None
                time.sleep(0.01)
        yield
    finally:
        os.close(handle)
