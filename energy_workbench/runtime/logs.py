"""Logging of a process: one line an event on standard error, as text or JSON, secrets redacted."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from datetime import UTC, datetime
from typing import Final

from energy_workbench.runtime.settings import PREFIX, Settings

FIELDS: Final = ("subject", "gateway", "meter", "failures", "seconds", "count")
"""Extra fields of an event that are shown."""
HIDDEN: Final = "(hidden)"
_SHAPES: Final = re.compile(
    r"""(token["']?\s*[=:]\s*["']?|authorization["']?\s*[=:]\s*["']?(?:bearer|token)\s+|bearer\s+)[^\s"'&,;)]{6,}"""
    r"""|(://[^\s/:@]*:)[^\s/@]+(?=@)""",
    re.IGNORECASE,
)
"""How secrets look that nobody told us: in an address, a header, a password before a host."""
_secrets: set[str] = set()


def hide(*secrets: str) -> None:
    """Never show these texts, whoever logs them."""
    _secrets.update(secret for secret in secrets if len(secret) >= 6)


def clean(line: str) -> str:
    """A line without what is secret."""
    for secret in _secrets:
        line = line.replace(secret, HIDDEN)
    return _SHAPES.sub(lambda match: f"{match[1] or match[2]}{HIDDEN}", line)


class Text(logging.Formatter):
    """`2026-10-05T14:30:00.123Z warning collector: did not answer (subject=meter A, failures=3)`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; line breaks inside are escaped, and what an exception adds is kept."""
        extra = ", ".join(f"{name}={value}" for name, value in _fields(record).items())
        parts = [f"{_at(record)} {record.levelname.lower()} {record.name}: {record.getMessage()}"]
        parts += [f"({extra})"] if extra else []
        parts += [self.formatException(record.exc_info)] if record.exc_info and record.exc_info[0] else []
        return clean(" ".join(parts).replace("\r", "").replace("\n", "\\n"))


class Json(logging.Formatter):
    """`{"at": …, "level": …, "logger": …, "message": …, "subject": …}`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        event: dict[str, str | float] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info and record.exc_info[0]:
            event["error"] = self.formatException(record.exc_info)
        return clean(json.dumps(event, ensure_ascii=False, default=str))


FORMATS: Final[dict[str, type[logging.Formatter]]] = {"text": Text, "json": Json}


def start(settings: Settings) -> None:
    """Make it the log of this process: in the format and from the level that the settings say."""
    hide(settings.token, settings.viewer_token, os.environ.get(f"{PREFIX}SERVICE_TOKEN", ""))
    for path in settings.installation.glob("*.token"):
        try:
            hide(path.read_text("utf-8").strip())
        except (OSError, UnicodeDecodeError):
            continue  # whoever needs it will say so
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATS[settings.log_format]())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    # Each request of a page is no event.
    for name in ("httpx", "httpcore", "uvicorn.access", "alembic", "pymodbus"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)


def jupyter(settings: Settings) -> dict[str, dict[str, dict[str, str]]]:
    """The same format as configuration of Jupyter's servers, which have handlers of their own."""
    kind = FORMATS[settings.log_format]
    return {"formatters": {"console": {"class": f"{kind.__module__}.{kind.__qualname__}"}}}


def _at(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, str | float]:
    return {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
