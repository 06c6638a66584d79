"""Whether meters are there: one function, from what was written down and when readings came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from energy_workbench.domain.entities import Live, Meter, MeterType
from energy_workbench.domain.presence import Heard, colour_of, presence
from energy_workbench.domain.status import Colour, Communication, Health, Status

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def meter(key: int = 1, **more: object) -> Meter:
    return Meter(**{"key": key, "number": f"M-{key}", "name": "", "type": MeterType.UNIT, **more})  # type: ignore[arg-type]


def polled(key: int = 1, **more: object) -> Meter:
    return meter(key, **{"gateway": "tcp://a:502", "profile": "p", **more})


def of(it: Meter, live: Live | None = None, heard: Heard | None = None) -> tuple[str, str, str]:
    """Communication, health and colour of one meter."""
    found = presence([it], {it.key: live} if live else {}, {it.key: heard} if heard else {}, NOW)[it.key]
    return str(found.communication), str(found.health), str(colour_of(it, found))


def at(*minutes: float) -> Heard | None:
    """Readings so many minutes ago."""
    return Heard.of(NOW - each * MINUTE for each in minutes)


ONLINE = Live(communication=Communication.ONLINE, last_seen=NOW)


def test_without_gateway_and_reading_a_meter_is_not_connected() -> None:
    assert of(meter()) == ("not_connected", "unknown", "grey")
    assert of(meter(status=Status.INACTIVE)) == ("not_connected", "unknown", "red")
    assert of(meter(status=Status.FAULTY)) == ("not_connected", "unknown", "orange")
    assert of(meter(status=Status.MAINTENANCE)) == ("not_connected", "unknown", "grey")
    assert of(meter(type=MeterType.VIRTUAL)) == ("not_connected", "unknown", "grey")


def test_a_gateway_that_never_answered_is_offline_with_a_profile_and_without() -> None:
    assert of(polled()) == ("offline", "unknown", "red")
    assert of(polled(profile=None)) == ("offline", "unknown", "red")
    waiting = Live(communication=Communication.TIMEOUT, error="no answer")
    assert of(polled(), waiting)[1:] == ("unknown", "red")


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        ((44, 59, 74), "online"),
        ((46, 61, 76), "offline"),
        ((2.9, 3.9, 4.9), "online"),
        ((3.1, 4.1, 5.1), "offline"),
        ((20 * 1440, 50 * 1440, 80 * 1440), "online"),
        ((100 * 1440, 130 * 1440), "offline"),
        ((44,), "online"),
        ((46,), "offline"),
        # A pause among the readings is not their period.
        ((10, 25, 40, 4000, 4015), "online"),
        ((50, 65, 80, 4000, 4015), "offline"),
        # Another clock that is some minutes ahead.
        ((-5, 10, 25), "online"),
        # Several a second are not dead after three.
        ((0.5, 0.51, 0.52), "online"),
    ],
)
def test_a_fed_meter_is_online_while_its_newest_reading_is_younger_than_three_periods(
    ago: tuple[float, ...], expected: str
) -> None:
    assert of(meter(), heard=at(*ago)) == (expected, "good", "green" if expected == "online" else "red")


def test_a_meter_whose_gateway_was_taken_away_is_fed_and_goes_offline() -> None:
    before = Live(communication=Communication.ONLINE, last_seen=NOW - 60 * MINUTE, values={"voltage_l1": 230.0})
    assert of(meter(), before) == ("offline", "good", "red")
    assert of(meter(), before, at(1, 2, 3)) == ("online", "good", "green")


def test_values_of_an_older_reading_are_not_those_of_the_newest() -> None:
    before = Live(communication=Communication.ONLINE, last_seen=NOW - 60 * MINUTE, values={"active_power_total": 5.0})
    found = presence([meter()], {1: before}, {1: Heard(NOW)}, NOW)[1]
    assert (found.last_seen, found.values) == (NOW, {})


def test_readings_dated_far_ahead_are_no_sign_of_life() -> None:
    assert of(meter(), Live(last_seen=NOW + timedelta(days=400)))[0] == "offline"
    assert of(meter(), Live(last_seen=NOW + timedelta(days=400)), at(5, 20))[0] == "online"


def test_what_is_polled_is_what_polling_says_while_it_says_something() -> None:
    assert of(polled(), ONLINE) == ("online", "good", "green")
    silent = Live(communication=Communication.OFFLINE, last_seen=NOW, health=Health.WARNING)
    assert of(polled(), silent) == ("offline", "warning", "red")
    # The collector ended an hour ago: nobody knows that they answer.
    assert of(polled(), Live(communication=Communication.ONLINE, last_seen=NOW - 60 * MINUTE))[0] == "offline"
    slow = Live(communication=Communication.ONLINE, last_seen=NOW - 30 * MINUTE)
    assert of(polled(poll_seconds=900.0), slow)[0] == "online"


def test_an_inactive_meter_is_polled_by_nobody_and_red() -> None:
    before = Live(communication=Communication.ONLINE, last_seen=NOW - 60 * MINUTE)
    assert of(polled(status=Status.INACTIVE), before) == ("offline", "good", "red")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({2: ONLINE, 3: ONLINE}, ("online", "good", "green")),
        ({2: ONLINE, 3: Live(communication=Communication.TIMEOUT, last_seen=NOW)}, ("timeout", "good", "yellow")),
        ({2: ONLINE, 3: Live(last_seen=NOW)}, ("offline", "good", "red")),
        ({2: ONLINE}, ("offline", "unknown", "red")),
        (
            {2: Live(communication=Communication.ONLINE, last_seen=NOW, health=Health.CRITICAL), 3: ONLINE},
            ("online", "critical", "orange"),
        ),
    ],
)
def test_a_virtual_meter_takes_the_worst_of_its_parts(parts: dict[int, Live], expected: tuple[str, ...]) -> None:
    whole = meter(1, type=MeterType.VIRTUAL)
    tree = [whole, polled(2, parent=1), polled(3, parent=1)]
    found = presence(tree, parts, {}, NOW)[1]
    assert (found.communication, found.health, colour_of(whole, found)) == expected


def test_virtual_meters_are_made_of_virtual_ones_and_not_of_what_is_out_of_service() -> None:
    virtual = {"type": MeterType.VIRTUAL}
    tree = [meter(1, **virtual), meter(2, parent=1, **virtual), meter(3, parent=2), polled(4, parent=2)]
    assert presence(tree, {4: ONLINE}, {}, NOW)[1].communication == "not_connected"
    tree[2] = meter(3, parent=2, status=Status.INACTIVE)
    found = presence(tree, {4: ONLINE}, {}, NOW)
    assert (found[1].communication, found[1].health, found[1].last_seen) == ("online", "good", NOW)
    tree[3] = polled(4, parent=2, status=Status.INACTIVE)
    assert presence(tree, {}, {}, NOW)[1].communication == "offline"


def test_every_meter_has_a_state_and_every_state_a_colour() -> None:
    for status in Status:
        for health in Health:
            for communication in Communication:
                it = meter(status=status)
                assert colour_of(it, Live(communication=communication, health=health)) in Colour
