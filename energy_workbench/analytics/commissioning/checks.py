"""The checks of a commissioning sheet: what each says, of what, and by which evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a check came to."""

    OK = "ok"
    WRONG = "wrong"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a sheet.

    Attributes
    ----------
    check : str
        `connection`, `profile`, `phases`, `ct`, `pt` or `display`.
    of : str
        What it is about: a phase, a register; empty for the meter.
    verdict : Verdict
    text : str
        In words, with the numbers that it was told by.
    """

    check: str
    of: str
    verdict: Verdict
    text: str


def worst(checks: Sequence[Check]) -> Verdict:
    """What all of them come to: wrong where one is, right where one at least could be told."""
    found = {each.verdict for each in checks}
    return next((each for each in (Verdict.WRONG, Verdict.OK) if each in found), Verdict.CANNOT_TELL)
