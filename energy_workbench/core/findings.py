"""Findings: pieces of evidence about the quality of data, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One piece of evidence about the data of a meter.

    Attributes
    ----------
    name : str
        Dotted: what of, then what, such as `counter.rollover`.
    meter : int
        Key of the meter.
    quantity : str
        Canonical name; empty where no single one is meant.
    start, end : datetime
        UTC instants between which it happened, both meant.
    text : str
        What happened, in words and numbers, for people.
    evidence : dict of str to float
        The numbers that speak for it.
    """

    name: str
    meter: int
    quantity: str
    start: datetime
    end: datetime
    text: str
    evidence: Mapping[str, float | None] = field(default_factory=dict)
