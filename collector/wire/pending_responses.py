"""Responses that a unit may still send: with serial framing only their length tells them from the one that is due."""

from __future__ import annotations

import time
from collections import defaultdict

from collector.wire.framing import MOST_WORDS, Question

FORGIVEN_SECONDS = 60.0
"""No device answers later than this [s]."""


class PendingResponses:
    """Lengths of unanswered questions by unit.

    A device answers in order. So a question of a length that it does not owe, once answered, says that nothing
    older is on its way any more.
    """

    def __init__(self) -> None:
        self._since: defaultdict[int, dict[int, float]] = defaultdict(dict)

    def by(self, unit: int) -> set[int]:
        """What the unit owes now [registers]."""
        since = self._since.get(unit)
        if not since:
            return set()
        oldest = time.monotonic() - FORGIVEN_SECONDS
        for words in [words for words, asked in since.items() if asked < oldest]:
            del since[words]
        return set(since)

    def ask(self, question: Question) -> None:
        """The question is sent, or may be answered once more."""
        if question.words:
            self._since[question.unit][question.words] = time.monotonic()

    def answered(self, question: Question) -> None:
        """Its answer came, and with it everything older."""
        self._since.pop(question.unit, None)

    def refused(self, question: Question) -> None:
        """An exception came, which has no length: for this question, or for an older one."""
        since = self._since.get(question.unit, {})
        if len(since) > 1 and question.words:
            self._since[question.unit] = {question.words: since[question.words]}
        else:
            self.answered(question)

    def unlike(self, question: Question) -> Question | None:
        """A question of another length to put first; None where the unit owes nothing that this one's answer fits.

        It is shorter if possible: registers behind may not exist.
        """
        pending = self.by(question.unit)
        if not question.words or question.words not in pending:
            return None
        room = min(MOST_WORDS, 0x10000 - question.address)
        lengths = [*range(question.words - 1, 0, -1), *range(question.words + 1, room + 1)]
        if not lengths:
            return None
        since = self._since[question.unit]
        # Where every length is pending, what was asked longest ago.
        return question.of_length(min(lengths, key=lambda words: since.get(words, 0.0)))
