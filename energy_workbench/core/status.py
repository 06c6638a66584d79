"""Status, health and communication of a meter, and the one colour people see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """What people say of the meter."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    MAINTENANCE = "maintenance"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """What was said of a meter, from an instant on.

    Attributes
    ----------
    status : Status
    reason : str
        In the words of who said so; empty where none was given.
    valid_from : datetime or None
        UTC; None is the beginning of time.
    by : str
        Who said so.
    """

    status: Status
    reason: str = ""
    valid_from: datetime | None = None
    by: str = ""


class Health(StrEnum):
    """What its values say of what it measures."""

    GOOD = "good"
    WARNING = "warning"
    CRITICAL = "critical"


class Communication(StrEnum):
    """What polling says of the wire."""

    ONLINE = "online"
    OFFLINE = "offline"
    TIMEOUT = "timeout"


class Colour(StrEnum):
    """Shown with an icon or a word beside it, never alone."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


def colour(status: Status, health: Health, communication: Communication) -> Colour:
    """The colour of a meter: the first rule that holds wins."""
    if status is Status.INACTIVE:
        return Colour.RED
    if status is Status.FAULTY or health is Health.CRITICAL:
        return Colour.ORANGE
    if communication is Communication.OFFLINE:
        return Colour.RED
    if status is Status.MAINTENANCE or health is Health.WARNING or communication is Communication.TIMEOUT:
        return Colour.YELLOW
    return Colour.GREEN
