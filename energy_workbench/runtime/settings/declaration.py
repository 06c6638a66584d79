"""What a setting is: type, unit, what it may be, the ids of its words; and how a value that was given is read."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from energy_workbench.domain.errors import WorkbenchError, printable

Value = int | float | str
Kind = TypeVar("Kind", int, float, str)

DECLARED: Final = "declared"
"""Of a field's metadata: what `setting` was told."""
HIDDEN: Final = "(hidden)"
"""Stands for a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting, declared.

    Attributes
    ----------
    name : str
        Key in the file; in upper case and behind the prefix the variable.
    default : int, float or str
        Its type is the setting's.
    unit : str
    least, most : float
        Bounds of a number, both allowed [unit].
    words : tuple of str
        What a text may be; empty: any.
    check : callable, optional
        Called with a text; raises ValueError or a WorkbenchError with the reason.
    distinct : str
        Settings that bear the same text here must differ, where they are not empty.
    secret : bool
        Whether the value is shown to nobody.
    """

    name: str
    default: Value
    unit: str = ""
    least: float = -math.inf
    most: float = math.inf
    words: tuple[str, ...] = ()
    check: Callable[[str], object] | None = None
    distinct: str = ""
    secret: bool = False

    @property
    def label(self) -> str:
        """Message id of its name for people."""
        return f"setting.{self.name}.label"

    @property
    def help(self) -> str:
        """Message id of what it does."""
        return f"setting.{self.name}.help"

    @property
    def allowed(self) -> str:
        """What it may be, in words: `1 to 31`."""
        if isinstance(self.default, str):
            return ", ".join(self.words)
        return f"{self.least:.12g} to {self.most:.12g}{f' {self.unit}' if self.unit else ''}"

    def shown(self, value: object) -> str:
        """A value as people may see it: a secret never, where there is one."""
        if self.secret and value != "":
            return HIDDEN
        try:
            return f"{value:.12g}" if isinstance(value, float) else printable(str(value))
        except ValueError:  # of an integer with more digits than Python writes
            return "…"

    def read(self, raw: object) -> Value:
        """A value out of the file, or the text of a variable.

        Raises
        ------
        ValueError
            If it cannot be; with the reason, and what it may be.
        """
        return self._text(raw) if isinstance(self.default, str) else self._number(raw)

    def _text(self, raw: object) -> str:
        if not isinstance(raw, str):
            raise ValueError("must be text, in quotes")
        if any(character < " " for character in raw):
            raise ValueError("must be one line, without control characters")
        if self.words and raw not in self.words:
            raise ValueError(f"is none of {self.allowed}")
        if self.check:
            try:
                self.check(raw)
            except WorkbenchError as error:
                raise ValueError(str(error)) from None
        return raw

    def _number(self, raw: object) -> int | float:
        whole = isinstance(self.default, int)
        try:
            # A yes or no is a number to Python, but to nobody else.
            value = (int if whole else float)(cast(Any, None if isinstance(raw, bool) else raw))
            sound = math.isfinite(value) and (value == raw or not isinstance(raw, float))
        except (TypeError, ValueError, OverflowError):
            sound = False
        if not sound:
            raise ValueError(f"is no {'whole ' if whole else ''}number: must be {self.allowed}")
        if not self.least <= value <= self.most:
            raise ValueError(f"must be {self.allowed}")
        return value


def setting(default: Kind, **declared: Any) -> Kind:
    """Declare a field of the settings: its default, and what `Setting` takes beside.

    To the type checker it is the default, as with `dataclasses.field`.
    """
    return field(default=default, metadata={DECLARED: declared})
