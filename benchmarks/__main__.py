"""`make bench`: every benchmark, or those named. Each prints ratios, measured in one run on one machine.

Usage: python -m benchmarks [NAME ...]
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
from pathlib import Path


def names() -> list[str]:
    """Modules of this folder that have a `main`."""
    return sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name[0] != "_")


def main() -> int:
    wanted = sys.argv[1:] or names()
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    for name in wanted:
        print(f"\n## {name}", flush=True)
        begin = time.monotonic()
        importlib.import_module(f"benchmarks.{name}").main()
        print(f"({time.monotonic() - begin:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
