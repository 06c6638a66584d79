"""What a picture of an answer's figure is called: what it shows, of which meter, and of which days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

LONGEST = 120
"""[characters]"""
_MOMENT = timedelta(microseconds=1)


def picture_name(title: str, payload: Mapping[str, Any]) -> str:
    """The name without its ending: letters, digits and dashes, as in `Consumption-UNIT-A-2026-10-01_2026-10-31`.

    Parameters
    ----------
    payload : mapping
        Of an answer: its `number`, `from` and `to` are taken, where it has them; `to` itself is no part of the time.
    """
    words = re.sub(r"[^\w.]+", "-", f"{title} {payload.get('number') or ''}").strip("-.")[:LONGEST]
    return "-".join(filter(None, (words, _days(payload.get("from"), payload.get("to")))))


def _days(start: str | None, end: str | None) -> str:
    """First and last day, as the site's calendar has them."""
    if not start or not end:
        return ""
    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end) - _MOMENT
    return "_".join(dict.fromkeys(f"{each:%Y-%m-%d}" for each in (first, max(first, last))))
