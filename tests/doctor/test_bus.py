"""The rules of the bus: what the counts say, and what to do about it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.analytics.bus import of_gateway, of_meter
from energy_workbench.analytics.bus_facts import Finding, GatewayFacts, MeterFacts, Outage, Verdict, worst

TCP, RTUTCP, SERIAL = "tcp://10.0.0.5:502", "rtutcp://10.0.0.5:4001", "rtu:///dev/ttyUSB0"


def meter(number: str = "A", **known: Any) -> MeterFacts:
    return MeterFacts(**{"number": number, "unit": 3, "online": True, "polls": 100, "complete": 100, **known})


def silent(number: str = "A", kind: str = "no_answer", **known: Any) -> MeterFacts:
    return meter(number, online=False, complete=0, errors={kind: 50}, **known)


def gateway(*meters: MeterFacts, url: str = TCP, **known: Any) -> GatewayFacts:
    return GatewayFacts(url=url, meters=meters, **{"connected": True, **known})


def test_a_bus_that_answers_is_good_and_needs_nothing() -> None:
    found = gateway(meter("A"), meter("B"), wanted=0.4, requests=200)
    assert of_gateway(found) == Finding(Verdict.GOOD, "2 of 2 meters answer")
    assert of_meter(found.meters[0], found) == Finding(Verdict.GOOD, "answers")


@pytest.mark.parametrize(
    ("url", "advice"),
    [(TCP, "rtutcp:// instead of tcp://"), (RTUTCP, "tcp:// instead of rtutcp://"), (SERIAL, "RS485 adapter")],
)
def test_all_meters_silent_is_the_bus(url: str, advice: str) -> None:
    found = of_gateway(gateway(silent("A"), silent("B"), url=url))
    assert found.verdict is Verdict.PROBLEM
    assert "none of its 2 meters" in found.text
    assert "A and B swapped" in found.advice
    assert advice in found.advice


def test_one_silent_meter_is_that_device() -> None:
    bus = gateway(silent("A"), meter("B"))
    found = of_meter(bus.meters[0], bus)
    assert found.verdict is Verdict.PROBLEM
    assert "its neighbours answer" in found.advice
    assert "unit id 3" in found.advice
    assert of_gateway(bus) == Finding(Verdict.WARNING, "1 of 2 meters silent: A", "see the meters")


@pytest.mark.parametrize(
    ("known", "text", "advice"),
    [
        ({"kind": "refused", "exceptions": {"2": 50}}, "exception 2", "wrong profile"),
        ({"kind": "refused", "exceptions": {"4": 50}}, "does not answer", "look at its display"),
        ({"kind": "target_silent", "exceptions": {"11": 50}}, "behind the gateway is silent", "not at the network"),
        ({"kind": "garbled"}, "garbled", "two masters"),
        ({"kind": "internal"}, "does not answer", "collector's log"),
    ],
)
def test_the_kind_of_error_decides_what_to_look_at(known: dict[str, Any], text: str, advice: str) -> None:
    bus = gateway(silent("A", **known), meter("B"))
    found = of_meter(bus.meters[0], bus)
    assert text in found.text
    assert advice in found.advice


def test_devices_that_refuse_everything_are_no_cable_fault() -> None:
    bus = gateway(*(silent(name, "refused", exceptions={"2": 9}) for name in "AB"))
    assert "none of its" not in of_gateway(bus).text
    assert of_gateway(bus).advice == "see the meters"


def test_a_gateway_out_of_reach_is_told_once_and_its_meters_point_to_it() -> None:
    for url, advice in ((TCP, "firewall"), (SERIAL, "dialout")):
        bus = gateway(silent("A", "unreachable"), url=url, connected=False, errors={"unreachable": 9})
        assert of_gateway(bus).verdict is Verdict.PROBLEM
        assert advice in of_gateway(bus).advice
        assert of_meter(bus.meters[0], bus).advice == "see the gateway"


def test_a_connection_that_was_lost_for_a_while_is_told_once_at_the_gateway() -> None:
    bus = gateway(*(meter(name, complete=90, errors={"unreachable": 12}) for name in "ABC"))
    assert {of_meter(each, bus).verdict for each in bus.meters} == {Verdict.GOOD}
    found = of_gateway(bus)
    assert (found.verdict, found.text) == (Verdict.WARNING, "30 of 300 polls found no connection")
    assert "cable" in found.advice


def test_a_meter_that_was_not_asked_since_its_gateway_is_back_is_no_devices_fault() -> None:
    waiting = of_meter(silent("A", "unreachable"), gateway(silent("A", "unreachable"), meter("B")))
    assert waiting.verdict is Verdict.WARNING
    assert waiting.advice == "wait for its next poll"
    ends_them = silent("A", "unreachable", failures=3)
    assert "it is this device" in of_meter(ends_them, gateway(ends_them, meter("B"))).advice


def test_registers_that_a_device_lacks_ask_for_its_profile_and_not_for_its_cable() -> None:
    found = of_meter(meter(lacks=("frequency", "current_n")), gateway(meter("B")))
    assert (found.verdict, found.text) == (Verdict.WARNING, "answers, but refuses frequency, current_n")
    assert f"profiles probe {TCP} 3" in found.advice
    assert "optional: true" in found.advice


def test_a_device_that_answers_too_late_asks_for_a_longer_time_out_and_not_for_its_cable() -> None:
    slow = silent("A", late=40)
    found = of_meter(slow, gateway(slow, meter("B")))
    assert (found.verdict, found.text) == (Verdict.PROBLEM, "answers, but after its time-out: 40 times")
    assert "longer time-out" in found.advice
    sometimes = meter(complete=90, errors={"no_answer": 10}, late=10)
    assert "10 answers came after their time-out" in of_meter(sometimes, gateway(sometimes)).advice


WIRING = ("swapped", "A and B", "termination", "screen", "baud")


def test_who_answered_before_was_wired_right() -> None:
    """A gateway that hangs, a bus without power and a device without any are not looked for in the terminals."""
    hung = gateway(silent("A", answered=200.0), silent("B", answered=190.0), silent_polls=8, answered=190.0)
    found = of_gateway(hung)
    assert (found.verdict, found.text) == (Verdict.PROBLEM, "none of its 2 meters answers")
    assert "they answered until 3 minutes ago" in found.advice
    assert of_meter(hung.meters[0], hung).advice == "see the gateway"
    alone = gateway(silent("A", answered=7300.0), meter("B"))
    said = of_meter(alone.meters[0], alone).advice
    assert "it answered until 2 hours ago" in said
    behind = silent("A", "target_silent", exceptions={"11": 50}, answered=50.0)
    found = of_meter(behind, gateway(behind, meter("B")))
    assert "not at the network" in found.advice
    for advice in (of_gateway(hung).advice, said, found.advice):
        assert not any(word in advice for word in WIRING)


def test_a_gateway_that_is_silent_is_told_before_all_of_its_meters_are_known_to_be() -> None:
    """Some were not asked since; the first that is offline has no neighbours that answer."""
    bus = gateway(silent("A", answered=30.0), meter("B", answered=30.0), silent_polls=4, answered=30.0)
    assert of_gateway(bus).verdict is Verdict.PROBLEM
    assert {of_meter(each, bus).advice for each in bus.meters} == {"see the gateway"}
    called = gateway(silent("A", called=True), meter("B"), silent_polls=4)
    assert of_meter(called.meters[0], called).verdict is not Verdict.PROBLEM


def test_what_was_lost_while_the_gateway_was_silent_is_told_once_and_blamed_on_no_cable_and_no_period() -> None:
    away = Outage(polls=30, missed=20, errors={"no_answer": 30})
    of_each = {"complete": 70, "missed": 20, "errors": {"no_answer": 30}, "outage": away, "late": 3}
    bus = gateway(
        *(meter(name, **of_each) for name in "ABC"), polls=300, requests=300, errors={"no_answer": 90},
        outage=Outage(polls=90, errors={"no_answer": 90}),
    )  # fmt: skip
    assert of_meter(bus.meters[0], bus) == Finding(Verdict.GOOD, "answers; its gateway was silent for 30 of 100 polls")
    found = of_gateway(bus)
    assert (found.verdict, found.text) == (
        Verdict.WARNING, "answers again; nothing came for 90 of 300 polls, some in a row"
    )  # fmt: skip
    assert "hung or restarted" in found.advice


def test_noise_beside_an_outage_is_still_noise() -> None:
    noisy = meter(complete=60, errors={"no_answer": 30, "garbled": 10}, outage=Outage(30, errors={"no_answer": 30}))
    found = of_meter(noisy, gateway(noisy, meter("B")))
    assert (found.verdict, found.text) == (Verdict.WARNING, "10 of 70 polls did not give everything")
    assert "two masters" in found.advice


def test_a_device_that_was_away_by_itself_is_asked_after_its_power() -> None:
    back = meter(complete=88, errors={"no_answer": 12}, outage=Outage(12, alone=12, errors={"no_answer": 12}), late=1)
    found = of_meter(back, gateway(back, meter("B")))
    assert found.verdict is Verdict.WARNING
    assert "answers again" in found.text
    assert "lose power" in found.advice


def test_a_meter_that_is_not_asked_yet_since_its_gateway_is_back_is_waited_for() -> None:
    waits = silent("A", awaited=True, answered=200.0)
    assert of_meter(waits, gateway(waits, meter("B"))).advice == "wait for its next poll"


def test_some_late_answers_after_an_outage_are_no_slow_device() -> None:
    away = silent("A", late=2, answered=60.0)
    assert "time-out" not in of_meter(away, gateway(away, meter("B"))).advice


def test_a_meter_of_which_nothing_is_available_is_a_warning() -> None:
    found = of_meter(meter(blank=True), gateway(meter("B")))
    assert found.verdict is Verdict.WARNING
    assert "not available" in found.text
    assert "voltage inputs" in found.advice


def test_a_call_just_now_counts_more_than_the_polls_before() -> None:
    bus = gateway(silent("A", called=True), meter("B"), reachable=True, connected=False, errors={"unreachable": 9})
    assert of_meter(bus.meters[0], bus).verdict is not Verdict.PROBLEM
    assert of_gateway(bus).verdict is not Verdict.PROBLEM


def test_a_noisy_line_is_a_warning_with_what_it_lost() -> None:
    bus = gateway(meter("A", complete=90, errors={"garbled": 10}), meter("B"), requests=200, errors={"garbled": 10})
    found = of_meter(bus.meters[0], bus)
    assert (found.verdict, found.text) == (Verdict.WARNING, "10 of 100 polls did not give everything")
    assert "termination" in found.advice
    assert "10 of 200 answers were garbled" in of_gateway(bus).text


def test_slow_answers_ask_for_a_longer_time_out() -> None:
    bus = gateway(meter("A", slow=0.93), meter("B"))
    found = of_meter(bus.meters[0], bus)
    assert "0.93 s" in found.text
    assert "time-out" in found.advice


def test_too_many_meters_get_the_period_that_fits() -> None:
    many = [meter(str(number), period=1.0) for number in range(40)]
    found = of_gateway(gateway(*many, wanted=2.6))
    assert found.verdict is Verdict.PROBLEM
    assert "260%" in found.text
    assert found.advice.startswith("a poll period of 5 s would fit")  # 2.6 / 0.8 = 3.25 s
    mixed = of_gateway(gateway(meter("A", period=1.0), meter("B", period=10.0), wanted=1.2))
    assert mixed.advice.startswith("1.5 times the present poll periods would fit")


def test_missed_cycles_are_blamed_on_who_takes_the_time() -> None:
    blamed = of_gateway(gateway(silent("DEAD", missed=0), meter("B", missed=20)))
    assert "20 of 220 cycles were missed" in blamed.text
    assert "DEAD do not answer" in blamed.advice
    crowded = of_gateway(gateway(meter("A", missed=20), meter("B")))
    assert "poll its meters less often" in crowded.advice


def test_what_nobody_polls_is_unknown() -> None:
    bus = gateway(meter("A", online=None, polls=0), connected=None)
    assert of_gateway(bus).verdict is of_meter(bus.meters[0], bus).verdict is Verdict.UNKNOWN
    young = gateway(meter("A", online=None, polls=0))
    assert of_gateway(young).text == "not polled yet"


def test_the_worst_verdict_is_the_one_that_needs_somebody() -> None:
    assert worst([]) is Verdict.GOOD
    assert worst([Verdict.WARNING, Verdict.PROBLEM, Verdict.GOOD]) is Verdict.PROBLEM


KINDS = st.dictionaries(
    st.sampled_from(["no_answer", "target_silent", "refused", "garbled", "unreachable", "internal"]), st.integers(0, 99)
)
METERS = st.builds(
    MeterFacts,
    number=st.text(max_size=5), unit=st.integers(0, 255), period=st.floats(0.1, 900), online=st.none() | st.booleans(),
    called=st.none() | st.booleans(), polls=st.integers(0, 99), complete=st.integers(0, 99), missed=st.integers(0, 99),
    errors=KINDS, exceptions=st.dictionaries(st.sampled_from(["1", "2", "4", "11"]), st.integers(0, 99)),
    slow=st.none() | st.floats(0, 9), said=st.text(max_size=9), awaited=st.booleans(),
    answered=st.none() | st.floats(0, 1e6), late=st.integers(0, 99),
    outage=st.builds(Outage, st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), KINDS),
)  # fmt: skip
BUSES = st.builds(
    GatewayFacts,
    url=st.sampled_from([TCP, RTUTCP, SERIAL]), meters=st.lists(METERS, max_size=4),
    connected=st.none() | st.booleans(), reachable=st.none() | st.booleans(),
    wanted=st.none() | st.floats(0, 9), requests=st.integers(0, 99), errors=KINDS, silent_polls=st.integers(0, 9),
    answered=st.none() | st.floats(0, 1e6), polls=st.integers(0, 99),
    outage=st.builds(Outage, st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), KINDS),
)  # fmt: skip


@given(BUSES)
def test_whatever_is_not_good_comes_with_something_to_do(bus: GatewayFacts) -> None:
    for found in [of_gateway(bus), *(of_meter(each, bus) for each in bus.meters)]:
        assert found.text
        assert bool(found.advice) == (found.verdict is not Verdict.GOOD)
