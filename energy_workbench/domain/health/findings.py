"""Data quality as a value: what was found, where, in words, and the numbers that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Evidence = Mapping[str, float | str | list[str] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One piece of evidence about the quality of a meter's data.

    Readings never change because of a finding; what is made of them leaves out what it says is wrong.

    Attributes
    ----------
    name : str
        Dotted, the general before the special: `value.power_factor`, `counter.rollover`.
    meter : int
        The lake's key.
    start, end : datetime
        Aware; the first and the last instant of it, the same where it was one.
    text : str
        What is wrong and by which rule, for people.
    quantity : str
        Canonical name; empty where the whole meter is meant.
    evidence : mapping of str to float or str or None
        The numbers behind the text, by name; those of a value are primary.
    """

    name: str
    meter: int
    start: datetime
    end: datetime
    text: str
    quantity: str = ""
    evidence: Evidence = field(default_factory=dict)

    @property
    def identity(self) -> tuple[int, str, str, datetime]:
        """What makes two the same case, of which the later knows more."""
        return self.meter, self.name, self.quantity, self.start
