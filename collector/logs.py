"""The process's log: one line an event, `key=value`, to standard error."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

FIELDS = ("subject", "gateway", "meter", "failures", "seconds", "count")
"""Extra fields that are shown."""


class Logfmt(logging.Formatter):
    """`at=… level=… message="…" subject=…`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; line breaks and quotes inside a value are escaped."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        pairs = [("at", at), ("level", record.levelname.lower()), ("message", record.getMessage())]
        pairs += [(name, getattr(record, name)) for name in FIELDS if hasattr(record, name)]
        if record.exc_info:
            pairs.append(("error", self.formatException(record.exc_info)))
        return " ".join(f"{name}={_quoted(str(value))}" for name, value in pairs)


def _quoted(text: str) -> str:
    if text and not any(c in text for c in ' "=\n\r\t'):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "") + '"'


def start(level: int = logging.INFO) -> None:
    """Send the collector's log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Logfmt())
    root = logging.getLogger("collector")
    root.handlers[:] = [handler]
    root.setLevel(level)
    root.propagate = False
