"""Deciding on the setup page: the panel's model over a real home, without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.setup.review import markup
from energy_workbench.widgets.setup.review.model import DECIDED, OPEN, ReviewModel
from tests.energy.fallen import rebuild


class Panel:
    """A model, and what it told of."""

    def __init__(self, workbench: Any) -> None:
        self.told: list[tuple[str, str]] = []
        self.model = ReviewModel(workbench, AtOnce(), lambda *said: self.told.append(said))
        self.model.begin()


@pytest.fixture
def panel(wb: Workbench) -> Panel:
    return Panel(wb)


def look(panel: Panel) -> ReviewModel:
    panel.model.look(panel.model.cases[0]["id"])
    return panel.model


def test_a_step_is_looked_at_with_its_evidence_and_its_choices(panel: Panel) -> None:
    model = look(panel)
    assert model.row["choices"] == ["rollover", "reset", "exchange", "glitch"]
    shown = markup.evidence(model.row)
    assert "<dt>Reading before</dt><dd>9,495 kWh</dd>" in shown
    assert "<dt>Time between</dt><dd>0.25 h</dd>" in shown
    assert markup.option(model.row).startswith("GRID · ")
    assert set(markup.WORDS) >= set(model.row["choices"])


@pytest.mark.parametrize(
    ("choice", "fields"),
    [
        ("rollover", ("modulus", "reason")),
        ("reset", ("reason",)),
        ("exchange", ("closing", "opening", "reason")),
        ("glitch", ("until", "reason")),
    ],
)
def test_a_choice_asks_for_what_it_needs(panel: Panel, choice: str, fields: tuple[str, ...]) -> None:
    model = look(panel)
    assert model.fields == ()
    model.choose(choice)
    assert model.fields == fields


def test_a_decision_is_stored_listed_corrected_and_taken_back(panel: Panel, wb: Workbench, home: Settings) -> None:
    model = look(panel)
    model.choose("exchange")
    for name, text in (("closing", "9498"), ("opening", " 3499 "), ("reason", "job 12")):
        model.set(name, text)
    model.save()
    assert (model.cases, model.case, model.failure) == ([], "", "")
    assert "GRID was decided: exchange" in panel.told[0][0]
    rebuild(home)
    model.which = DECIDED
    (decided,) = model.cases
    assert (decided["decision"]["closing"], decided["decision"]["reason"]) == (9498.0, "job 12")
    model.look(decided["id"])
    assert (model.choice, model.values["opening"]) == ("exchange", "3499")
    model.set("opening", "3498")
    model.save()
    assert wb.review(decided=True)[0]["decision"]["opening"] == 3498.0
    model.look(decided["id"])
    model.withdraw()
    assert wb.review(decided=True) == []
    assert "taken back" in panel.told[-1][0]
    rebuild(home)
    model.which = OPEN
    assert len(model.cases) == 1


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_stored(panel: Panel, wb: Workbench) -> None:
    model = look(panel)
    model.save()
    assert model.failure == "Choose what it was."
    model.choose("exchange")
    model.set("closing", "100")
    model.set("opening", "many")
    model.set("reason", "job 12")
    model.save()
    assert model.problems == {"opening": "must be a number"}
    model.set("opening", "3400")
    model.save()
    assert "below the last reading" in model.problems["closing"]
    assert model.values["closing"] == "100"
    assert not model.busy
    assert wb.review(decided=True) == []


def test_a_name_stays_text() -> None:
    case = {
        "number": "<b>M</b>", "quantity": "energy_active_import", "from": "2026-10-05T10:00:00+05:30",
        "to": "2026-10-05T10:15:00+05:30", "text": "<i>fell</i>", "evidence": {"before": 2.0},
        "decision": {"choice": "real", "reason": "<script>"}, "count": 2,
    }  # fmt: skip
    shown = markup.cases([case], decided=True, known=True) + markup.evidence(case)
    assert not any(tag in shown for tag in ("<b>M", "<i>", "<script>"))
