"""How many examples a law is tried with whose examples are dear: few in each run of the suite, many in `make soak`."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))


def examples(few: int) -> int:
    """So many, or as many times more as are wanted."""
    return few * TIMES
