"""The poll queue of one gateway: whose turn it is, by deadline; pure: it is told what time it is.

Each meter is due at the multiples of its period, a phase later, so nothing drifts. Of those that are due, the one that
can wait least goes first: its deadline is when it was due, plus some of its periods where its priority is lower.
The *doubtful*, who did not answer well last time, come after all others of the cycle, and only

- when no other meter is due before their silence would be over, so that it costs nobody anything, or
- when another connection to the gateway stays free, or
- having waited for such a gap in vain, within a budget of a tenth of the gateway's time, so that a busy gateway
  still finds out who is back.

With meters A, B of 10 s, C dead with a time-out of 1 s, and a request of 60 ms:

    0.00 A   0.06 B   5.00 C (1 s, until 6.00)   10.00 A   10.06 B   …

Who gave nothing is asked again after `LONGEST_PAUSE_US` at the latest, however long its period is. Once one answers
again, all that fell silent since it was last heard are asked at once, before those that were silent already: they may
have been away with it, and be back with it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import count
from typing import Final, Generic, TypeVar

from collector.polling.circuit_breaker import LONGEST_PAUSE_US, Breaker
from collector.polling.slots import slot_at
from energy_workbench.domain.entities import Priority

DOUBTFUL_SHARE: Final = 10
"""Of a gateway's time, doubtful meters get at most one part in so many where that costs others something."""
LAST_US: Final = 5_000_000
"""How long after the others the doubtful are due, or half a period where that is less [µs]."""
WEIGHT: Final = {Priority.HIGH: 0, Priority.NORMAL: 1, Priority.LOW: 4}
"""Periods by which a meter's deadline comes after its due instant: who waits long enough is served all the same."""

Item = TypeVar("Item")
_Heap = list[tuple[int, int, "Turn[Item]"]]
"""By an instant, and a number so that no two are equal."""


class Turn(Generic[Item]):
    """A meter among the others of its gateway.

    Parameters
    ----------
    item : object
        What is read.
    period_us, phase_us : int
        It is due at the multiples of the period, the phase later [µs].
    cost_us : int
        How long its silence would take [µs].

    Attributes
    ----------
    due_us : int
        When it is due next, or was due if it is being read [µs].
    late_us : int
        How much later it was taken than it was due [µs].
    skipped : int
        Cycles before that in which it was due and not taken.
    doubtful : bool
        Whether it comes last.
    """

    __slots__ = (
        "_again_us", "_answered_us", "_at_us", "_first", "_hurried", "_silent_us", "breaker", "cost_us", "doubtful",
        "due_us", "gone", "item", "late_us", "new", "period_us", "phase_us", "skipped", "taken", "weight_us",
    )  # fmt: skip

    def __init__(
        self, item: Item, period_us: int, phase_us: int, cost_us: int, breaker: Breaker, priority: Priority
    ) -> None:
        self.item, self.period_us, self.phase_us, self.cost_us = item, period_us, phase_us, cost_us
        self.breaker, self.weight_us = breaker, WEIGHT[priority] * period_us
        self.doubtful = breaker.failures > 0
        self.due_us = self.late_us = self.skipped = self._at_us = 0
        self.new, self.taken, self.gone = True, False, False
        # When it gave something last, from when on it gives nothing, and when it is asked again then at the latest.
        self._answered_us = self._silent_us = self._again_us = 0
        self._hurried = self._first = False

    def cycle(self, now_us: int) -> int:
        """When it was due last [µs]."""
        return slot_at(now_us - self.phase_us, self.period_us) + self.phase_us

    def heard(self, now_us: int) -> None:
        """It gave something."""
        self._answered_us, self._silent_us, self._again_us, self._hurried = now_us, 0, 0, False

    def unheard(self, began_us: int, now_us: int) -> None:
        """It was asked from then until now, and gave nothing."""
        self._silent_us, self._again_us = self._silent_us or began_us, now_us + LONGEST_PAUSE_US

    def shift(self, step_us: int) -> None:
        """The clock was set by so much [µs]."""
        self.breaker.shift(step_us)
        self._answered_us += step_us
        if self._silent_us:
            self._silent_us, self._again_us = self._silent_us + step_us, self._again_us + step_us

    def hurry(self, now_us: int, since_us: int) -> None:
        """Ask it now, before others, where it fell silent after that instant; once in a silence."""
        if self._silent_us > since_us and not self._hurried and not self.taken:
            self.breaker.hurry(now_us)
            self._again_us, self._hurried, self._first = now_us, True, True


class PollQueue(Generic[Item]):
    """The turns of one gateway.

    Parameters
    ----------
    connections : int
        How many are read at once at most.
    """

    def __init__(self, connections: int = 1) -> None:
        self.connections = connections
        self.turns: list[Turn[Item]] = []
        self._coming: _Heap[Item] = []
        self._ready: _Heap[Item] = []
        self._last: _Heap[Item] = []
        self._number = count()
        self._budget_us = 0
        self._doubted = 0

    def follow(self, turns: Iterable[Turn[Item]], now_us: int) -> None:
        """These from now on: those that stay keep their times, new ones are due now."""
        turns = list(turns)
        staying = set(map(id, turns))
        for turn in self.turns:
            turn.gone = id(turn) not in staying
        for turn in turns:
            if turn.new:
                turn.due_us = turn.cycle(now_us)
        self.turns = turns
        self._plan()

    def jump(self, now_us: int, step_us: int) -> None:
        """The clock was set by so much: what would have been due meanwhile never was."""
        self._budget_us += step_us
        for turn in self.turns:
            turn.shift(step_us)
            cycle = turn.cycle(now_us)
            # Set forward, the cycle that has begun is served; set back, the one that was served does not come again.
            turn.due_us = min(max(turn.due_us, cycle), cycle + turn.period_us)
        self._plan()

    def take(self, now_us: int) -> Turn[Item] | None:
        """Who is read now; None where nobody is. Whoever is taken is given back when it was read."""
        while self._coming and self._coming[0][0] <= now_us:
            _, number, turn = heapq.heappop(self._coming)
            heapq.heappush(self._ready, (turn.due_us + turn.weight_us, number, turn))
        if self._last and self._last[0][0] <= now_us and self._affordable(self._last[0][2], now_us):
            turn = heapq.heappop(self._last)[2]
            self._budget_us = max(self._budget_us, now_us + DOUBTFUL_SHARE * turn.cost_us)
            self._doubted += 1
        elif self._ready:
            turn = heapq.heappop(self._ready)[2]
        else:
            return None
        turn.breaker.begin(now_us)
        turn.taken, turn._first = True, False
        if turn.new:
            turn.new, turn.late_us, turn.skipped = False, 0, 0
        else:
            # Asked before it is due again, it is the cycle in which it gave nothing that is served.
            turn.due_us = min(turn.due_us, turn.cycle(now_us))
            turn.skipped = max(0, (now_us - turn.due_us) // turn.period_us)
            turn.due_us += turn.skipped * turn.period_us
            turn.late_us = now_us - (turn._at_us if turn.doubtful else max(turn._at_us, turn.due_us))
        return turn

    def give_back(
        self, turn: Turn[Item], began_us: int, now_us: int, *, doubtful: bool, answered: bool, charged: bool = True
    ) -> None:
        """It was read; `answered`, and `doubtful` where it comes last from now on.

        What a doubtful one took is charged to the budget, unless it is well again, or the time was not its own
        (`charged`).
        """
        turn.taken = False
        returned = answered and bool(turn._silent_us or turn.breaker.failures)
        if turn.doubtful:
            self._doubted -= 1
            self._budget_us = began_us + (DOUBTFUL_SHARE * (now_us - began_us) if charged and doubtful else 0)
        turn.doubtful = doubtful
        turn.due_us += turn.period_us
        if returned:
            # Others that went silent with it may be back as well.
            self._budget_us = 0
            for other in self.turns:
                other.hurry(now_us, turn._answered_us)
        if answered:
            turn.breaker.succeeded()
            turn.heard(now_us)
        else:
            turn.unheard(began_us, now_us)
        if returned:
            self._plan()
        elif not turn.gone:
            self._enter(turn)

    def wake_us(self, now_us: int) -> int | None:
        """When there may be somebody to read, after `take` found nobody [µs]; None where nobody ever will be due."""
        times = [self._coming[0][0]] if self._coming else []
        if self._last:
            at = self._last[0][0]
            times.append(max(self._patience_us(self._last[0][2]), self._budget_us) if at <= now_us else at)
        return min(times, default=None)

    @staticmethod
    def _patience_us(turn: Turn[Item]) -> int:
        """How long it waits for a gap."""
        return turn._at_us + (0 if turn._first else min(turn.period_us, LAST_US))

    def _affordable(self, turn: Turn[Item], now_us: int) -> bool:
        if self._doubted < self.connections - 1:
            return True
        if now_us >= max(self._patience_us(turn), self._budget_us):
            return True
        if self._ready:
            return False
        # Where nobody is sound, nobody has to be spared.
        return not self._coming or (not self._doubted and self._coming[0][0] - now_us >= turn.cost_us)

    def _plan(self) -> None:
        """Everything anew."""
        self._coming, self._ready, self._last = [], [], []
        for turn in self.turns:
            if not turn.taken:
                self._enter(turn)

    def _enter(self, turn: Turn[Item]) -> None:
        last_us = min(turn.period_us // 2, LAST_US) if turn.doubtful else 0
        turn._at_us = turn.due_us + last_us
        if turn._silent_us:
            turn._at_us = min(turn._at_us, turn._again_us)
        if turn.breaker.until_us:
            turn._at_us = max(turn._at_us, turn.breaker.until_us)
        if turn.doubtful:
            # Of these, who may have come back with another goes first.
            heapq.heappush(self._last, (0 if turn._first else turn._at_us, next(self._number), turn))
        else:
            heapq.heappush(self._coming, (turn._at_us, next(self._number), turn))
