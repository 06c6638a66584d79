"""What is said of a field of a schedule, wherever it is stored, asked for, sent or shown."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar

from energy_workbench.domain.fields.field import AnyField, default_of
from energy_workbench.domain.fields.kinds import Recipients, Several
from energy_workbench.domain.schedules import ParameterValue, Recipient, Schedule

Plain = ParameterValue | list[str] | list[dict[str, str]] | dict[str, ParameterValue]
"""A value of a field as it is stored and sent."""


class Group(StrEnum):
    """Groups of the form, in its order."""

    WHAT = "what"
    WHEN = "when"
    WHOM = "whom"


@dataclass(frozen=True, slots=True)
class ScheduleField(AnyField):
    """A field of a schedule that people can set; its type and default are those of `Schedule`.

    Its `help` is that of its option on the command line.

    Attributes
    ----------
    option : str
        Of the command line; empty: it has none there.
    group : Group or None
        Of the form; None: the form does not ask for it, or in a way of its own.
    suggests : tuple of str
        Suggestions while one types.
    otherwise : str
        Label of the line for an answer that is none of the choices; empty: there is no such line.
    """

    since: int = field(default=7, kw_only=True)
    option: str = field(default="", kw_only=True)
    group: Group | None = field(default=None, kw_only=True)
    suggests: tuple[str, ...] = field(default=(), kw_only=True)
    otherwise: str = field(default="", kw_only=True)

    subject: ClassVar[str] = "schedule"
    first: ClassVar[int] = 7

    @property
    def default(self) -> Any:
        """Where nobody says anything; `dataclasses.MISSING` of one that must be said."""
        return {each.name: default_of(each) for each in fields(Schedule)}[self.name]

    def plain(self, schedule: Schedule) -> Plain:
        """Its value of a schedule, as JSON."""
        value = getattr(schedule, self.name)
        match self.kind:
            case Several():
                return list(value)
            case Recipients():
                return [{"address": each.address, "language": each.language} for each in value]
        plain: Plain = value
        return plain

    def typed(self, plain: Any) -> Any:
        """A plain value as `Schedule` holds it."""
        match self.kind:
            case Several():
                return tuple(plain)
            case Recipients():
                return tuple(Recipient(**each) for each in plain)
        return plain

    def texts(self) -> dict[str, str]:
        """With that of the line beside the menu."""
        # Not `super()`: a dataclass with slots is another class than the one that this was defined in.
        return AnyField.texts(self) | {"otherwise": self.otherwise}
