"""Where a command ends: an error of the workbench is one clear message and an exit code, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

from energy_workbench.domain.errors import HomeError, WorkbenchError


def run(command: Callable[[], object]) -> None:
    """Run a command; what goes wrong on purpose, or because a disk refuses, is said in one line."""
    try:
        command()
    except WorkbenchError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"error: {error.strerror or error}{where}", file=sys.stderr)
        sys.exit(HomeError.exit_code)
