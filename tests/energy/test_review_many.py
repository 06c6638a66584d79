"""Steps of one cause are one case: told once, decided, undone and taken back at once, or one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.lake import Lake, Reading
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.setup.review import markup
from energy_workbench.widgets.setup.review.model import ReviewModel
from tests.energy.fallen import ENERGY, FIRST, rebuild

FALLS = 12
HOURS = 4


@pytest.fixture
def many(home: Settings) -> Workbench:
    """UNIT-A, whose counter falls to a third of what it was every four hours for two days."""
    found = Workbench.at(home.home)
    key = found.registry.meter("UNIT-A").key
    rows, value = [], 9000.0
    for nth in range(4 * HOURS * (FALLS + 1)):
        value = 3000.0 if nth and nth % (4 * HOURS) == 0 else value + (6000.0 if nth % (4 * HOURS) == 1 else 5.0)
        rows.append(Reading(key, to_micros(FIRST + timedelta(minutes=15 * nth)), 0, {ENERGY: value}))
    found.spool.append(rows)
    Lake(home.lake_path).commit(found.spool)
    rebuild(home)
    return found


def test_they_are_one_case_and_others_are_their_own(many: Workbench) -> None:
    falls, rest = [], []
    for case in many.review():
        (falls if case["count"] > 1 and case["name"] == "counter.ambiguous" else rest).append(case)
    (case,) = falls
    assert (case["number"], case["count"], len(case["steps"])) == ("UNIT-A", FALLS, FALLS)
    assert case["choices"] == ["rollover", "reset", "glitch"]
    assert f"{FALLS} times" in case["text"]
    assert [each["number"] for each in rest if each["count"] == 1] == ["GRID"]
    assert f"· {FALLS} times" in markup.option(case)
    assert f"{FALLS}: the decision is on all of them" in markup.evidence(case)


def falls_of(wb: Workbench) -> list[str]:
    return [each["id"] for each in wb.review() if each["number"] == "UNIT-A" and each["name"] == "counter.ambiguous"]


def test_all_are_decided_undone_and_taken_back_at_once(many: Workbench, home: Settings) -> None:
    (case,) = falls_of(many)
    many.decide(case, "reset", "the logger forgets", by="asha")
    assert falls_of(many) == []
    rebuild(home)
    assert falls_of(many) == []
    (decided,) = many.review(decided=True)
    assert (decided["count"], decided["decision"]["reason"]) == (FALLS, "the logger forgets")
    many.undo(by="asha")
    assert many.review(decided=True) == []
    rebuild(home)
    assert falls_of(many) == [case]
    many.decide(case, "reset", "the logger forgets", by="asha")
    rebuild(home)
    (decided,) = many.review(decided=True)
    corrected = many.decide(decided["id"], "reset", "its battery is flat", by="asha")
    assert corrected["count"] == FALLS
    many.withdraw(decided["id"], by="asha")
    rebuild(home)
    assert falls_of(many) == [case]
    with pytest.raises(NotFoundError, match="nothing was decided"):
        many.withdraw(decided["id"])
    assert many.registry.audit_differences() == []


def test_one_of_them_is_decided_by_its_own_id(many: Workbench, home: Settings) -> None:
    (case,) = [each for each in many.review() if each["id"] in falls_of(many)]
    third = case["steps"][2]["id"]
    many.decide(third, "exchange", "job 12", closing=20_000.0, opening=0.0)
    rebuild(home)
    (left,) = [each for each in many.review() if each["id"] in falls_of(many)]
    assert left["count"] == FALLS - 1
    assert third not in [each["id"] for each in left["steps"]]
    many.decide(left["id"], "reset", "the logger forgets")
    assert falls_of(many) == []
    assert sorted(each["count"] for each in many.review(decided=True)) == [1, FALLS - 1]


@pytest.mark.parametrize(
    ("choice", "figures", "field"),
    [
        ("exchange", {"closing": 20_000.0, "opening": 0.0}, "choice"),
        ("glitch", {"until": "2026-10-12T12:00:00Z"}, "until"),
        ("rollover", {"modulus": 9100.0}, "modulus"),
    ],
)
def test_what_is_of_one_step_is_refused_of_many(
    many: Workbench, choice: str, figures: dict[str, object], field: str
) -> None:
    (case,) = falls_of(many)
    with pytest.raises(InputError) as refused:
        many.decide(case, choice, "because", **figures)
    assert field in [problem.field for problem in refused.value.problems]
    assert falls_of(many) == [case]


def test_the_panel_asks_for_no_end_of_many_glitches(many: Workbench) -> None:
    model = ReviewModel(many, AtOnce(), lambda *_: None)
    model.begin()
    model.look(falls_of(many)[0])
    model.choose("glitch")
    assert model.fields == ("reason",)
    model.set("reason", "another device answers")
    model.save()
    assert falls_of(many) == []
