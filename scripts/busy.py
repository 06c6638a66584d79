"""Run a command while a loop keeps every core busy: python scripts/busy.py COMMAND ...

What holds then does not depend on how quick the machine is. The loops end with the command, and with this process.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys


def spin() -> None:
    """Use a core until the process that started this one is gone."""
    parent = os.getppid()
    while os.getppid() == parent:
        for _ in range(1_000_000):
            pass


def main() -> int:
    """Run the command of the arguments; its exit code."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    loops = [multiprocessing.Process(target=spin, daemon=True) for _ in range(cores)]
    for loop in loops:
        loop.start()
    try:
        return subprocess.run(sys.argv[1:], check=False).returncode
    finally:
        for loop in loops:
            loop.terminate()


if __name__ == "__main__":
    sys.exit(main())
