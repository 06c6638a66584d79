"""Files of the environment that the pages' servers send."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SHARE: Final = Path(__file__).parent / "share"
"""Our own template and kernel."""
KINDS: Final = frozenset({".css", ".html", ".js", ".json", ".map", ".mjs", ".svg", ".txt", ".wasm"})
"""Endings of what gets smaller by compression; pictures and fonts are compressed already."""
LEAST: Final = 1000
"""Smaller files go out as they are [bytes]."""


def plotly_file() -> Path:
    """Plotly's script as its Python package ships it; the package itself is not imported."""
    return Path(str(importlib.metadata.distribution("plotly").locate_file("plotly/package_data/plotly.min.js")))


def files() -> Iterator[Path]:
    """What the pages' servers send, of a size and kind that are worth to be compressed."""
    share = Path(sys.prefix) / "share" / "jupyter"
    roots = [SHARE, share / "voila", share / "labextensions", share / "nbconvert" / "templates", plotly_file()]
    for root in roots:
        for file in [root] if root.is_file() else sorted(root.rglob("*")):
            if file.suffix in KINDS and file.is_file() and file.stat().st_size >= LEAST:
                yield file
