"""Cancellation of work in threads: it ends where nobody waits for its answer any more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_here = threading.local()


class GoneError(BaseException):
    """Nobody waits for this answer any more; no failure, so nothing that mends failures may take it for one."""


@contextmanager
def work_for(gone: threading.Event) -> Iterator[None]:
    """What this thread does in the block is for somebody who has gone once the event is set."""
    before = getattr(_here, "gone", None)
    _here.gone = gone
    try:
        yield
    finally:
        _here.gone = before


def check() -> None:
    """Between two steps of work.

    Raises
    ------
    GoneError
        If nobody waits for it.
    """
    gone = getattr(_here, "gone", None)
    if gone is not None and gone.is_set():
        raise GoneError
