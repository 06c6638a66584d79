"""Status, health and communication of a meter, and the one colour people see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


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
    UNKNOWN = "unknown"
    """Before its first reading: nothing was said that could be good."""


LEVELS: Final = (Health.GOOD, Health.WARNING, Health.CRITICAL)
"""In the order of concern; an alarm's level is a place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCondition:
    """What one rule says of a meter's health, and what it is about to say.

    Attributes
    ----------
    level, wanted : int
        Places in `LEVELS`: what holds, and what the values have asked for lately.
    since, wanted_since : float
        From when on each does [s since 1970].
    seen : float
        When the rule last had a value [s since 1970].
    text : str
        Why, with number, unit and limit; empty while good.
    """

    level: int = 0
    wanted: int = 0
    since: float = 0.0
    wanted_since: float = 0.0
    seen: float = 0.0
    text: str = ""


HealthConditions = Mapping[str, HealthCondition]
"""By the rule's name; rules that are plainly good are left out."""


class Communication(StrEnum):
    """Whether readings come: by polling, or from elsewhere."""

    ONLINE = "online"
    OFFLINE = "offline"
    TIMEOUT = "timeout"
    NOT_CONNECTED = "not_connected"
    """No gateway, and no reading ever."""


class Colour(StrEnum):
    """Shown with an icon or a word beside it, never alone."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    GREY = "grey"


def colour(status: Status, health: Health, communication: Communication) -> Colour:
    """The colour of a meter: the first rule that holds wins."""
    return next((colour for state, colour in RULES if state in (status, health, communication)), Colour.GREEN)


def decisive(status: Status, health: Health, communication: Communication) -> State | None:
    """The state that gives a meter its colour; None where all is well."""
    return next((state for state, _ in RULES if state in (status, health, communication)), None)


State = Status | Health | Communication
RULES: Final[tuple[tuple[State, Colour], ...]] = (
    (Status.INACTIVE, Colour.RED),
    (Status.FAULTY, Colour.ORANGE),
    (Health.CRITICAL, Colour.ORANGE),
    (Communication.NOT_CONNECTED, Colour.GREY),
    (Communication.OFFLINE, Colour.RED),
    (Status.MAINTENANCE, Colour.YELLOW),
    (Health.WARNING, Colour.YELLOW),
    (Communication.TIMEOUT, Colour.YELLOW),
    (Health.UNKNOWN, Colour.GREY),
)
"""State → colour, the one that counts most first."""
