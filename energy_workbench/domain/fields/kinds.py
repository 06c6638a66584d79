"""Kinds of fields: what a value of a field may be, whoever gives it and wherever it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

GATEWAY_FORMS: Final = (
    "write tcp://host:port, tls://host:port?ca=ca.pem, rtutcp://host:port or rtu:///dev/ttyUSB0?baudrate=9600&parity=N"
)
"""How the address of a gateway is written."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one line of so many characters at most."""

    longest: int


@dataclass(frozen=True, slots=True)
class MeterNumber(Text):
    """What people call a meter: no id, and no word that an address has for something else."""

    longest: int = 64


@dataclass(frozen=True, slots=True)
class ProfileId(Text):
    """The id of a register map."""

    longest: int = 64


@dataclass(frozen=True, slots=True)
class Gateway(Text):
    """The address at which a meter is read."""

    longest: int = 300


@dataclass(frozen=True, slots=True)
class MeteringPeriod(Text):
    """How often a register is read, and from which day on another period holds."""

    longest: int = 300


@dataclass(frozen=True, slots=True)
class AllocationKey(Text):
    """A number, zero or above, and from which day on another holds."""

    longest: int = 300


@dataclass(frozen=True, slots=True)
class MeterRef:
    """Another meter, by its number or id."""


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number within bounds; with `above`, the lower one is left out."""

    low: float
    high: float
    above: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar, as ISO text: `2026-10-05`."""


@dataclass(frozen=True, slots=True)
class Formula(Text):
    """A linear form of other meters, whose numbers stand in brackets."""

    longest: int = 2000


@dataclass(frozen=True, slots=True)
class Moment(Text):
    """A day, of which its first instant is meant, or an instant, as ISO text; without an offset in the site's zone."""

    longest: int = 40


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no."""


@dataclass(frozen=True, slots=True)
class Words:
    """One of the words of an enumeration."""

    of: type[StrEnum]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A class of accuracy: its limit [%] by its name."""

    known: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ScheduleName(Text):
    """What people call a schedule: no id."""

    longest: int = 200


@dataclass(frozen=True, slots=True)
class ReportName(Text):
    """The name of a report that there is."""

    longest: int = 100


@dataclass(frozen=True, slots=True)
class Cron(Text):
    """Times in the site's zone: minute, hour, day of the month, month and day of the week, as in cron(8)."""

    longest: int = 100


@dataclass(frozen=True, slots=True)
class PeriodRule(Text):
    """A period as people write it, such as `last month`."""

    longest: int = 100


@dataclass(frozen=True, slots=True)
class WebAddress(Text):
    """An http(s) address; empty for none."""

    longest: int = 500


@dataclass(frozen=True, slots=True)
class Addressee(Text):
    """An address of mail or of the web; empty for nobody."""

    longest: int = 500


@dataclass(frozen=True, slots=True)
class Several:
    """Some of these words, one at least."""

    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipients:
    """Addresses of mail, each with one of these languages."""

    languages: tuple[str, ...]
    most: int


@dataclass(frozen=True, slots=True)
class ReportParameters:
    """What a report is asked with, by name; its notebook says which there are, and of which types."""


Kind = Text | MeterRef | Number | Whole | Day | YesNo | Words | Accuracy | Several | Recipients | ReportParameters
