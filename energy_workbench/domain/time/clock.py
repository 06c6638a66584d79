"""Current time in UTC, by one function that a test or a report can fix."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from energy_workbench.domain.errors import SettingsError

FIXED_NOW = "ENERGY_WORKBENCH_NOW"
"""Environment variable with an ISO instant that stands for now: tutorials and reproduced reports."""


def now() -> datetime:
    """The present instant, UTC, with microseconds.

    Raises
    ------
    SettingsError
        If `ENERGY_WORKBENCH_NOW` is set and is no ISO instant with an offset.
    """
    fixed = os.environ.get(FIXED_NOW)
    if not fixed:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(fixed)
    except ValueError:
        raise SettingsError(f"{FIXED_NOW}={fixed!r} is no ISO instant, such as 2026-10-31T12:00:00+05:30") from None
    if instant.tzinfo is None:
        raise SettingsError(f"{FIXED_NOW}={fixed!r} has no offset, such as +05:30 or Z")
    return instant.astimezone(UTC)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant, exactly."""
    delta = instant - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(micros: int) -> datetime:
    """The UTC instant of microseconds since 1970, exactly."""
    from datetime import timedelta

    return EPOCH + timedelta(microseconds=micros)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
