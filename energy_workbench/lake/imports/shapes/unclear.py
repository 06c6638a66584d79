"""What a file leaves open: refused with the place, the reason and what to state; and what it was read as."""

from __future__ import annotations

from dataclasses import dataclass, field

from energy_workbench.domain.errors import InputError, Problem


class UnclearError(InputError):
    """A file can be read in more than one way, and nothing in it proves which: somebody must state it.

    `reading` is how it was read so far.
    """

    def __init__(self, name: str, where: str, column: str, value: str, reason: str) -> None:
        super().__init__(f"{name}: nothing was imported:", [Problem(where, column, value[:60], reason)])
        self.reading: Reading | None = None


@dataclass
class Reading:
    """How a file was read, for people.

    Attributes
    ----------
    shape : str
        What kind of file it is.
    notes : list of str
        What was concluded, what is left out.
    columns : dict of str to str
        Heading → what it was taken for, as a mapping states it.
    """

    shape: str
    notes: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Say it once."""
        if text not in self.notes:
            self.notes.append(text)
