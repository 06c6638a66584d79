"""Annotations of a parameter beside its type, and how they are read: `Annotated[str, Help("…"), Kind.INSTANT]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from energy_workbench.domain.time.as_written import EveryLike, InstantLike, PeriodLike

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
class Each:
    """In Python it may be several, each of which is asked: the answers are a `Several`."""


@dataclass(frozen=True, slots=True)
class ByPosition:
    """It is given by its name; an earlier version took it by its place behind the others too."""


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
    REASON = auto()
    """Why it is done: of a change that may alter numbers of a locked month."""
    REVISION = auto()
    """The revision that a change was made from: the header `If-Match`."""


class Kind(Enum):
    """What a text or number means."""

    PERIOD = auto()
    """A period as people write it: in REST also `from` and `to`."""
    EDGE = auto()
    """`start` or `end` of the period, in its place: `from` and `to` of REST."""
    DAYS = auto()
    """How many days a period has."""
    INSTANT = auto()
    """An instant: ISO text, in the site's zone where it has no offset."""
    EVERY = auto()
    """Length of a row."""
    LIMIT = auto()
    """Most rows; None is all of them."""
    OFFSET = auto()
    """Rows left out at the beginning."""


Period = Annotated[PeriodLike, Kind.PERIOD]
Edge = Annotated[InstantLike | None, Kind.EDGE]
Instant = Annotated[str, Kind.INSTANT]
Every = Annotated[EveryLike, Kind.EVERY]
Limit = Annotated[int, Kind.LIMIT]
Offset = Annotated[int, Kind.OFFSET]
Revision = Annotated[int | None, As.REVISION]
Reason = Annotated[
    str | None,
    As.REASON,
    Help("Why, where numbers of a locked month are altered; also a member of a body that has fields."),
]
Fields = Annotated[Mapping[str, Any], As.BODY]
Many = list[str] | tuple[str, ...]
"""Numbers or ids of several meters."""
MeterRef = Annotated[str, Existing(), Named("id"), Help("Id (`mtr_12`) or number (`UNIT-A`) of the meter.")]


def plain(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type, and what is noted at it, also where it may be None: `Annotated[str, …] | None`."""
    if get_origin(hint) is Annotated:
        within, *notes = get_args(hint)
        kind, more = plain(within)
        return kind, (*notes, *more)
    if optional(hint):
        parts = [plain(each) for each in get_args(hint)]
        return Union[tuple(kind for kind, _ in parts)], tuple(note for _, notes in parts for note in notes)  # noqa: UP007
    return hint, ()


def optional(hint: Any) -> bool:
    """Whether a type allows None."""
    return get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint)


def on_the_wire(kind: Any, notes: tuple[Any, ...]) -> Any:
    """What goes over the wire of a parameter that Python takes in several ways: text."""
    written = Kind.PERIOD in notes or Kind.EVERY in notes or any(isinstance(note, Each) for note in notes)
    if not written:
        return kind
    return str | None if optional(kind) else str


Note = TypeVar("Note")
Place = Literal["path", "query", "body", "member", "revision", "reason"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a method.

    Attributes
    ----------
    name, wire : str
        In Python; in REST.
    place : {"path", "query", "body", "member", "revision", "reason"}
        Where it stands in the call.
    type : Any
        Its type on the wire, without what is noted at it.
    default : Any
        `inspect.Parameter.empty` where it must be given.
    notes : tuple
        What is noted at it.
    many : bool
        It takes as many values as are given: `*names`.
    """

    name: str
    wire: str
    place: Place
    type: Any
    default: Any
    notes: tuple[Any, ...]
    many: bool = False

    def note(self, kind: type[Note]) -> Note | None:
        """What of that kind is noted at it."""
        return next((note for note in self.notes if isinstance(note, kind)), None)

    @property
    def help(self) -> str:
        """A line of the reference."""
        told = self.note(Help)
        return told.text if told else ""
