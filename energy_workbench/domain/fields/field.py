"""What is said of any field that people can set: its kind, its words, and since when it is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field
from typing import Any, ClassVar

from energy_workbench.domain.fields.kinds import Kind


@dataclass(frozen=True, slots=True)
class AnyField:
    """A field, wherever it is stored, asked for, sent or shown.

    Attributes
    ----------
    name : str
        In files, REST, SQL and Python.
    kind : Kind
        What a value may be.
    label : str
        Without the unit.
    unit : str
        Of a number.
    help : str
        What a file's template, a command's option or the reference says of it.
    since : int
        Migration of the registry from which on it is stored. What was there before it says the default.
    check : str
        What the database holds its column to besides, as SQL after the name.
    hint : str
        Beside its input in a form.
    choices : mapping of str to str
        What a menu shows, by the answer.
    proposed : str
        Answer of a new form, where that is not the default.
    """

    name: str
    kind: Kind
    label: str
    unit: str = ""
    help: str = ""
    since: int = field(kw_only=True)
    check: str = field(default="", kw_only=True)
    hint: str = field(default="", kw_only=True)
    choices: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    proposed: str = field(default="", kw_only=True)

    subject: ClassVar[str]
    """Whose field it is: how the ids of its texts begin."""
    first: ClassVar[int]
    """Migration that made the table of its subject."""

    @property
    def held_as(self) -> str:
        """Attribute of what holds it."""
        return self.name

    @property
    def default(self) -> Any:
        """Where nobody says anything; `dataclasses.MISSING` of one that must be said."""
        raise NotImplementedError

    @property
    def required(self) -> bool:
        """Whether nothing can be without it."""
        return self.default is MISSING

    def message(self, part: str) -> str:
        """Id of one of its texts: `meter.serial.label`."""
        return f"{self.subject}.{self.name}.{part}"

    def texts(self) -> dict[str, str]:
        """Its texts by their part; those that are empty are none."""
        return {"label": self.label, "help": self.help, "hint": self.hint} | {
            f"option.{answer}": words for answer, words in self.choices.items()
        }

    def messages(self) -> Iterator[tuple[str, str]]:
        """Its texts by their ids."""
        return ((self.message(part), words) for part, words in self.texts().items() if words)


def default_of(held: Field[Any]) -> Any:
    """The default of an attribute of a dataclass; `dataclasses.MISSING` where it has none."""
    return held.default if held.default_factory is MISSING else held.default_factory()
