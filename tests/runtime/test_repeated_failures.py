"""Failures in the log: the first at once, repeats counted, recovery told."""

from __future__ import annotations

import logging

import pytest

from energy_workbench.runtime.repeated_failures import GRACE_SECONDS, REMIND_SECONDS, RepeatedFailures


def test_the_first_failure_is_loud_and_repeats_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    failures = RepeatedFailures(logging.getLogger("t"), lambda: now[0])
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            failures.failed("meter A", "no answer: 100 %")
            now[0] += 1
        assert [r.levelname for r in caplog.records] == ["WARNING"]
        now[0] += REMIND_SECONDS
        failures.failed("meter A", "no answer: 100 %")
        assert caplog.records[-1].getMessage() == "still: no answer: 100 %"
        assert caplog.records[-1].failures == 6
        failures.recovered("meter A")
        failures.recovered("meter A")
        assert [r.getMessage() for r in caplog.records[2:]] == ["works again"]


def test_what_comes_up_together_with_the_collector_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    now = [100.0]
    failures = RepeatedFailures(logging.getLogger("t"), lambda: now[0])
    with caplog.at_level(logging.INFO):
        for _ in range(10):
            failures.failed("tcp://a:502", "accepts no connection", patient=True)
            now[0] += 2
        failures.recovered("tcp://a:502")
        assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
            ("INFO", "not there yet: accepts no connection"),
            ("INFO", "answers"),
        ]


def test_what_stays_away_is_a_warning_after_the_grace(caplog: pytest.LogCaptureFixture) -> None:
    now = [100.0]
    failures = RepeatedFailures(logging.getLogger("t"), lambda: now[0])
    with caplog.at_level(logging.WARNING):
        failures.failed("spool", "the disk is full")
        failures.failed("tcp://a:502", "accepts no connection", patient=True)
        assert [r.getMessage() for r in caplog.records] == ["the disk is full"]
        now[0] += GRACE_SECONDS
        for _ in range(3):
            failures.failed("tcp://a:502", "accepts no connection", patient=True)
        failures.failed("meter B", "did not answer", patient=True)
        assert [r.getMessage() for r in caplog.records[1:]] == ["accepts no connection", "did not answer"]
