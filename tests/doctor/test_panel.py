"""The bus doctor's panel without a browser: what it asks, when, and what it shows."""

from __future__ import annotations

from typing import Any

import pytest

from energy_workbench.domain.errors import ServiceError
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.setup.doctor import markup, model
from energy_workbench.widgets.setup.doctor.model import ALL, ILL, DoctorModel
from energy_workbench.widgets.setup.doctor.view import DoctorView
from energy_workbench.widgets.setup.parts import SetupParts

COUNTED = {
    "polls": 9, "success_percent": 98.0, "missed": 0, "latency_p50_ms": 40.2, "latency_p95_ms": 61.0,
    "lateness_p95_ms": 1.0, "errors": {"no_answer": 2}, "exceptions": {"2": 1}, "last_error": "", "last_error_at": None,
}  # fmt: skip
URL, OTHER = "tcp://10.0.0.5:502", "rtu:///dev/ttyUSB0"


def row(number: str, verdict: str, gateway: str = URL) -> dict[str, Any]:
    return {
        "meter": f"mtr_{number}", "number": number, "gateway": gateway, "unit_id": 3, "profile": "p",
        "verdict": verdict, "text": f"{number} <is> {verdict}",
        "advice": "" if verdict == "good" else f"mend <{number}>",
        "breaker": "closed", "last_seen": None, **COUNTED,
    }  # fmt: skip


def examined() -> dict[str, Any]:
    gateway = {"verdict": "good", "text": "fine", "advice": "", "meters": 2, "online": 1, "connected": True}
    return {
        "at": "2026-10-05T09:00:05+00:00", "verdict": "problem", "live": True, "seconds": 900.0,
        "checks": [{"name": "spool", "verdict": "warning", "text": "late", "advice": "start it"},
                   {"name": "home", "verdict": "good", "text": "fine", "advice": ""}],
        "gateways": [{"url": url, **gateway, "utilisation": 0.31, **COUNTED} for url in (URL, OTHER)],
        "meters": [row("A", "good"), row("B", "warning"), row("C", "problem", OTHER), row("D", "unknown")],
    }  # fmt: skip


class Asked:
    """A workbench that notes what it is asked."""

    def __init__(self) -> None:
        self.thorough: list[bool] = []
        self.error: Exception | None = None

    def doctor(self, *, thorough: bool = False) -> dict[str, Any]:
        self.thorough.append(thorough)
        if self.error:
            raise self.error
        return examined()


@pytest.fixture
def opened() -> tuple[DoctorModel, Asked, DoctorView]:
    asked = Asked()
    made = DoctorModel(asked, AtOnce())
    view = DoctorView(made, SetupParts(lambda handler: handler), lambda: None, lambda handler: handler)
    return made, asked, view


Opened = tuple[DoctorModel, Asked, DoctorView]


def test_it_asks_when_it_is_opened_and_now_and_again_after_that(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, asked, _ = opened
    assert asked.thorough == []
    made.begin()
    made.refresh()
    assert asked.thorough == [False]
    monkeypatch.setattr(model, "OFTEN", 0.0)
    made.refresh()
    made.call()
    assert asked.thorough == [False, False, True]


def test_who_needs_somebody_comes_first_and_others_by_choice(opened: Opened) -> None:
    made, _, view = opened
    made.begin()
    assert [each["number"] for each in made.meters] == ["C", "B", "D"]
    view.choice.value = ALL
    assert [each["number"] for each in made.meters] == ["A", "B", "C", "D"]
    view.choice.value = OTHER
    assert [each["number"] for each in made.meters] == ["C"]
    made.examination = None
    made._take({**examined(), "gateways": []})
    assert made.choice == view.choice.value == ILL


def test_words_stand_beside_colours_and_everything_is_escaped(opened: Opened) -> None:
    made, _, view = opened
    made.begin()
    assert "Problem</span>" in view.head.value
    assert "last 15 min" in view.head.value
    assert "start it" in view.checks.value
    assert "Good: home" in view.checks.value
    assert URL in view.gateways.value
    assert "31%" in view.gateways.value
    assert "mend &lt;C&gt;" in view.meters.value
    assert "<C>" not in view.meters.value
    assert "no answer 2, exception 2: 1" in view.meters.value
    assert view.meters.value.index("C &lt;is&gt;") < view.meters.value.index("B &lt;is&gt;")


def test_a_service_that_is_away_is_told_and_forgotten_once_it_answers(opened: Opened) -> None:
    made, asked, view = opened
    asked.error = ServiceError("the service did not answer")
    made.begin()
    assert "does not answer just now" in view.failure.value
    asked.error = None
    made.call()
    assert view.failure.value == ""
    assert not view.call.disabled


def test_a_plant_without_meters_or_trouble_says_so() -> None:
    assert "No meter has a gateway" in markup.gateways([])
    assert "No meter needs anybody" in markup.meters([], ill=True)
    assert "no collector runs" in markup.head({**examined(), "live": False, "seconds": None})
    assert "Looking" in markup.head(None)
    assert "first 300 of 301" in markup.meters([row(str(n), "good") for n in range(301)], ill=False)
