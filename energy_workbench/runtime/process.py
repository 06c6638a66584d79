"""Beginning of a long-running process of a home: its log, and files that are their owner's alone."""

from __future__ import annotations

import os

from energy_workbench.runtime import disk, logs
from energy_workbench.runtime.settings import Settings


def begin(settings: Settings) -> None:
    """Start the log as the settings say; what this process makes from now on only its owner can read."""
    os.umask(disk.OWNERS)
    logs.start(settings)
