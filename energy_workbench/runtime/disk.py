"""What survives the plug being pulled: a file once it was synced, its name once the folder was."""

from __future__ import annotations

import os
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
