"""Responses that may still come on a serial line are never taken for another's."""

from __future__ import annotations

import pytest

from collector.wire.framing import Question
from collector.wire.pending_responses import FORGIVEN_SECONDS, PendingResponses

ASKED = Question.read(3, 100, 4, 7)


def test_a_question_whose_response_is_pending_comes_after_one_of_another_length() -> None:
    pending = PendingResponses()
    pending.ask(ASKED)
    first = pending.unlike(ASKED)
    assert first == Question.read(3, 100, 3, 7)
    pending.ask(first)
    assert pending.unlike(ASKED).words == 2
    pending.answered(first)
    assert pending.unlike(ASKED) is None


def test_one_register_is_read_with_its_neighbour_and_the_last_alone() -> None:
    pending = PendingResponses()
    single, last = Question.read(3, 10, 1, 1), Question.read(3, 65_535, 1, 2)
    pending.ask(single)
    assert pending.unlike(single).words == 2
    pending.ask(last)
    assert pending.unlike(last) is None


def test_an_exception_leaves_in_doubt_what_it_was_for() -> None:
    pending = PendingResponses()
    pending.ask(ASKED)
    pending.refused(ASKED)
    assert pending.by(7) == set()
    pending.ask(ASKED)
    other = ASKED.of_length(3)
    pending.ask(other)
    pending.refused(other)
    assert pending.by(7) == {3}


def test_what_is_pending_for_long_is_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("collector.wire.pending_responses.time.monotonic", lambda: clock[0])
    pending = PendingResponses()
    pending.ask(ASKED)
    clock[0] += FORGIVEN_SECONDS - 1
    assert pending.by(7) == {4}
    clock[0] += 2
    assert pending.by(7) == set()


def test_a_device_that_owes_every_length_is_asked_again_for_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("collector.wire.pending_responses.time.monotonic", lambda: clock[0])
    pending = PendingResponses()
    for words in range(125, 0, -1):
        clock[0] += 0.01
        pending.ask(ASKED.of_length(words))
    assert pending.unlike(ASKED).words == 125
