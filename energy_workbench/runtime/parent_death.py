"""Parent-death signal: a process ends when the one that started it does, however that one ended (prctl(2), Linux)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
# Looked up before anybody forks: a child may have nobody left to hand it a lock.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def end_with(parent: int, how: signal.Signals) -> None:
    """Let the kernel send this process a signal when its parent ends, even by SIGKILL (prctl(2), Linux).

    For a child right after the fork, whose parent has one thread: the signal is sent when that thread ends.

    Parameters
    ----------
    parent : int
        Who that should be; where it has ended already, this process ends at once.
    how : signal.Signals
        What is sent.
    """
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
