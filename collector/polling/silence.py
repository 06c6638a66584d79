"""Silences: polls in a row that gave nothing. The long ones are outages, and say nothing of how good the line is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

OUTAGE_POLLS: Final = 3
"""So many polls in a row that gave nothing are an outage; fewer are a noisy line."""
ALL_AT_ONCE: Final = 2
"""So many meters that fell silent with no answer of any other in between are their gateway's silence."""


@dataclass(slots=True)
class Share:
    """A part of what was counted: its polls, cycles missed by them, how long they took [s], and errors by kind."""

    polls: int = 0
    missed: int = 0
    busy_seconds: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, other: Share) -> None:
        """Put another part to it."""
        self.polls += other.polls
        self.missed += other.missed
        self.busy_seconds += other.busy_seconds
        self.errors.update(other.errors)


class Silence:
    """Of a meter, or of a gateway: the silence that lasts, and the sum of the outages before it.

    Attributes
    ----------
    present : Share
        Polls since it gave something last.
    outage : bool
        Whether that is one.
    shared : bool
        Whether a meter's outage is one of its gateway.
    past : Share
        Of the outages that are over.
    alone_polls : int
        Those of them that were the meter's own.
    fell : int
        Meters of a gateway that had answered, and fell silent in the present silence.
    """

    __slots__ = ("alone_polls", "fell", "outage", "past", "present", "shared")

    def __init__(self) -> None:
        self.past = Share()
        self.alone_polls = 0
        self._begin()

    def _begin(self) -> None:
        self.present, self.outage, self.shared, self.fell = Share(), False, False, 0

    def goes_on(self, poll: Share) -> None:
        """One more poll gave nothing."""
        self.present.add(poll)

    def ends(self) -> None:
        """Something came."""
        if self.outage:
            self.past.add(self.present)
            self.alone_polls += 0 if self.shared else self.present.polls
        self._begin()

    @property
    def outages(self) -> Share:
        """All outages, with the present one."""
        total = Share()
        total.add(self.past)
        if self.outage:
            total.add(self.present)
        return total

    @property
    def outage_polls(self) -> int:
        """Polls of all outages."""
        return self.past.polls + (self.present.polls if self.outage else 0)

    @property
    def outage_seconds(self) -> float:
        """How long they took [s]."""
        return self.past.busy_seconds + (self.present.busy_seconds if self.outage else 0.0)

    @property
    def outage_alone_polls(self) -> int:
        """Polls of outages that were the meter's own, with the present one."""
        return self.alone_polls + (self.present.polls if self.outage and not self.shared else 0)
