"""A process that holds more descriptors than `select` can name, as a collector of a thousand gateways does."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

SELECT_KNOWS = 1024
ROOM = 200


@contextmanager
def crowded() -> Iterator[None]:
    """All that is opened meanwhile has a number above those that `select` knows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = SELECT_KNOWS + ROOM
    with ExitStack() as stack:
        if soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        number = 0
        while number < SELECT_KNOWS:
            number = os.open(os.devnull, os.O_RDONLY)
            stack.callback(os.close, number)
        yield
