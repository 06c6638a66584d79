"""Failpoints: where tests make a process die, around every fsync, commit and trim.

`ENERGY_WORKBENCH_FAILPOINT=spool.trim.before:3` kills the process (SIGKILL) the third time it comes by that one.
Without the variable each costs one comparison.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "ENERGY_WORKBENCH_FAILPOINT"

FAILPOINTS = (
    "spool.commit.before", "spool.commit.after", "spool.trim.before", "spool.trim.after",
    "lake.write.before", "lake.write.after", "lake.fsync.before", "lake.fsync.after",
    "lake.compact.before", "lake.vacuum.before", "lake.checkpoint.before", "lake.checkpoint.after",
    "intervals.state.before", "intervals.state.after", "rollups.write.before",
    "lake.thin.before", "lake.thin.after",
    "mend.before", "mend.written", "mend.moved", "mend.after",
)  # fmt: skip
"""Every one there is."""

_name, _, _times = os.environ.get(VARIABLE, "").partition(":")
_left = int(_times or 1)


def failpoint(name: str) -> None:
    """Die here, if that was asked for."""
    if name == _name:
        global _left
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
