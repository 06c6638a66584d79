"""What is said of a field of a meter, wherever it is stored, asked for, sent or shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from typing import Any, ClassVar

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.fields.field import AnyField, default_of
from energy_workbench.domain.fields.kinds import Words, YesNo
from energy_workbench.domain.fields.plain import Scalar
from energy_workbench.domain.ratios import Ratio


class Stored(Enum):
    """What holds a field: the meter itself, its dated CT/PT ratio, or its dated place in the tree."""

    METER = Meter
    RATIO = Ratio
    PLACEMENT = None


class Group(StrEnum):
    """Groups of the form, in its order."""

    BASIC = "basic"
    CT = "ct"
    PT = "pt"
    APPLIED = "applied"
    CONNECTION = "connection"
    POLLING = "polling"
    DEVICE = "device"
    ACCURACY = "accuracy"
    ENERGY = "energy"
    ALLOCATION = "allocation"


class Section(StrEnum):
    """Sections of a meter's details."""

    BASIC = "basic"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class Detail:
    """How the details show a field.

    Attributes
    ----------
    section : Section
    line : str
        Heading of its line, where that is another than the label; fields with one heading share the line.
    phrase : str
        What stands around the value, as `str.format` writes it; empty: the value with its unit.
    absent : str
        What is shown where there is no value; empty: nothing.
    unless : str
        A value that goes without saying.
    """

    section: Section
    line: str = ""
    phrase: str = ""
    absent: str = ""
    unless: str = ""


@dataclass(frozen=True, slots=True)
class MeterField(AnyField):
    """A field of a meter that people can set; its type and default are those of `Meter` and `Ratio`.

    Its `help` is what its column of the meter file says; `since` is the order of columns in files, rows and views, so
    that a new one moves none.

    Attributes
    ----------
    stored : Stored
    attribute : str
        Of what holds it, where that is another than the name.
    individual : bool
        Whether each meter has its own: neither copy nor template takes it over.
    group : Group or None
        Of the form; None: the form does not ask for it.
    aside : str
        In brackets after the label in the form.
    empty : str
        What a menu shows for no answer; empty: there must be one.
    detail : Detail or None
        How the details show it; None: they do not, or in words of their own.
    example : str
        In the template of a meter file.
    """

    since: int = field(default=1, kw_only=True)
    stored: Stored = field(default=Stored.METER, kw_only=True)
    attribute: str = field(default="", kw_only=True)
    individual: bool = field(default=False, kw_only=True)
    group: Group | None = field(default=None, kw_only=True)
    aside: str = field(default="", kw_only=True)
    empty: str = field(default="", kw_only=True)
    detail: Detail | None = field(default=None, kw_only=True)
    example: str = field(default="", kw_only=True)

    subject: ClassVar[str] = "meter"
    first: ClassVar[int] = 1

    @property
    def held_as(self) -> str:
        """Attribute of what holds it."""
        return self.attribute or self.name

    @property
    def default(self) -> Any:
        """Where nobody says anything; `dataclasses.MISSING` of one that must be said."""
        holder = self.stored.value
        return None if holder is None else {each.name: default_of(each) for each in fields(holder)}[self.held_as]

    def of(self, meter: Meter) -> Scalar:
        """Its value of a meter, plain: words are text."""
        return self.held_by(meter.ratio if self.stored is Stored.RATIO else meter)

    def held_by(self, holder: Meter | Ratio) -> Scalar:
        """Its value, plain, of what holds it."""
        value: Scalar = getattr(holder, self.held_as)
        return str(value) if isinstance(value, StrEnum) else value

    def typed(self, plain: Any) -> Any:
        """A plain value as `Meter` and `Ratio` hold it."""
        return self.kind.of(plain) if isinstance(self.kind, Words) and plain is not None else plain

    @property
    def options(self) -> Mapping[str, str]:
        """What a menu shows, by value; empty where it is no choice."""
        if isinstance(self.kind, Words):
            return {str(word): str(word).capitalize() for word in self.kind.of} | dict(self.choices)
        return (self.choices or {"true": "Yes", "false": "No"}) if isinstance(self.kind, YesNo) else {}

    def texts(self) -> dict[str, str]:
        """With those of the menu and of the details."""
        parts = {"label": self.label, "help": self.help, "hint": self.hint, "aside": self.aside, "empty": self.empty}
        if self.detail is not None:
            parts |= {"line": self.detail.line, "phrase": self.detail.phrase, "absent": self.detail.absent}
        return parts | {f"option.{value}": words for value, words in self.options.items()}
