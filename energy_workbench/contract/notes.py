"""Annotations of a parameter beside its type: `Annotated[str, Help("…"), Kind.INSTANT]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Annotated, Any

BEGINNING = "beginning"
"""The word for the beginning of time, where an instant is written as text."""


@dataclass(frozen=True, slots=True)
class Help:
    """What it is, in a line of the reference."""

    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """What it is called in REST, where that is another name."""

    wire: str


@dataclass(frozen=True, slots=True)
class Between:
    """The least and the greatest number that it may be."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Longest:
    """How many characters a text has at most."""

    characters: int


@dataclass(frozen=True, slots=True)
class Existing:
    """What it names is there, or the call is refused with a NotFoundError."""


@dataclass(frozen=True, slots=True)
class Of:
    """Of which kind of answer a payload is."""

    result: type


@dataclass(frozen=True, slots=True)
class Sent:
    """Of which kind a mapping is that a call sends."""

    kind: Any


@dataclass(frozen=True, slots=True)
class Words:
    """The words that it is one of."""

    words: tuple[str, ...]

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        """How the reference says it; asked where the service describes itself, nowhere else."""
        return {**handler(core), "enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Unit:
    """In which unit it is; 1 is a share or a factor."""

    unit: str

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        """How the reference says it."""
        return {**handler(core), "x-unit": self.unit}


class As(Enum):
    """How it stands in a call: in the path or the query, where nothing is noted."""

    BODY = auto()
    """It is the body."""
    MEMBER = auto()
    """A member of the body."""
    REVISION = auto()
    """The revision that a change was made from: the header `If-Match`."""


class Kind(Enum):
    """What a text or number means."""

    PERIOD = auto()
    """A period as people write it: in REST also `from` and `to`."""
    INSTANT = auto()
    """An instant: ISO text, in the site's zone where it has no offset."""
    EVERY = auto()
    """Length of a row."""
    LIMIT = auto()
    """Most rows; None is all of them."""
    OFFSET = auto()
    """Rows left out at the beginning."""


Period = Annotated[str, Kind.PERIOD]
Instant = Annotated[str, Kind.INSTANT]
Every = Annotated[str, Kind.EVERY]
Limit = Annotated[int, Kind.LIMIT]
Offset = Annotated[int, Kind.OFFSET]
Revision = Annotated[int | None, As.REVISION]
Fields = Annotated[Mapping[str, Any], As.BODY]
MeterRef = Annotated[str, Existing(), Named("id"), Help("Id (`mtr_12`) or number (`UNIT-A`) of the meter.")]
