"""Communication follows from counted outcomes."""

from __future__ import annotations

import pytest

from collector.polling.communication import Tally
from energy_workbench.domain.status import Communication


@pytest.mark.parametrize(
    ("outcomes", "communication"),
    [
        ("", Communication.OFFLINE),
        ("+", Communication.ONLINE),
        ("-", Communication.TIMEOUT),
        ("+--", Communication.TIMEOUT),
        ("+---", Communication.OFFLINE),
        ("---+", Communication.ONLINE),
        ("+----+", Communication.ONLINE),
        ("+-+-+-+", Communication.TIMEOUT),
        ("-+", Communication.ONLINE),
        ("++p", Communication.TIMEOUT),
        ("pppp", Communication.TIMEOUT),
        # A gateway that froze within a poll, was frozen for two more, and is back.
        ("++p--+", Communication.ONLINE),
        ("+--+-++", Communication.ONLINE),
        ("+--+--+--+", Communication.TIMEOUT),
    ],
)
def test_communication_follows_from_counted_outcomes(outcomes: str, communication: Communication) -> None:
    tally = Tally()
    for outcome in outcomes:
        tally.count(outcome in "+p", outcome == "+")
    assert tally.communication is communication
