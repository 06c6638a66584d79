"""Locked months on the setup page without a browser: locking, unlocking, and the question why one is altered."""

from __future__ import annotations

from typing import Any

import pytest

from energy_workbench.domain.errors import InputError, LockedMonthError
from energy_workbench.domain.locks.locked_months import LockedChange, SentReport, stated
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.setup.page_model import SetupModel
from energy_workbench.widgets.setup.parts import SetupParts
from energy_workbench.widgets.setup.site.locks_markup import listing
from energy_workbench.widgets.setup.site.locks_view import LocksView
from energy_workbench.widgets.setup.why.view import WhyView
from tests.widgets.setup_stand_in import SetupStandIn

AT = "2026-11-02T09:00:00+05:30"
LOCK: dict[str, Any] = {
    "month": "2026-10", "at": AT, "by": "anna", "reason": "closed <b>", "reports": [],
    "changes": [
        {"months": ["2026-10"], "reason": "misread <b>", "at": AT, "by": "ram", "action": "ratio.correct",
         "subject": "mtr_1", "number": "UNIT-A",
         "reports": [{"run": 1, "name": "Board", "report": "monthly", "period": "2026-10", "sent_at": AT}]}
    ],
    "late": [{"meter": "mtr_2", "number": "DG", "text": "readings of 10:07 came after"}],
}  # fmt: skip


class StandIn(SetupStandIn):
    """Locks months, and lets no meter be moved in one without a reason."""

    def __init__(self) -> None:
        super().__init__(6)
        self.locks: list[dict[str, Any]] = [LOCK]
        self.refused = False

    def locked_months(self) -> list[dict[str, Any]]:
        return self.locks

    def lock_month(self, month: str, reason: str = "") -> dict[str, Any]:
        self.calls.append(("lock", month, reason))
        self.locks = [*self.locks, {**LOCK, "month": month, "changes": [], "late": []}]
        return self.locks[-1]

    def unlock_month(self, month: str, reason: str | None = None) -> None:
        self.calls.append(("unlock", month, reason))
        self.locks = [each for each in self.locks if each["month"] != month]

    def update_meter(self, *args: Any, **named: Any) -> dict[str, Any]:
        given = stated()
        change = LockedChange(
            months=("2026-10",),
            reason=given.reason,
            reports=(SentReport(run=1, name="Board", report="monthly", period="2026-10", sent_at=clock.now()),),
        )
        if not given.reason:
            raise LockedMonthError(change)
        given.changes.append(change)
        return super().update_meter(*args, **named)


def parts() -> SetupParts:
    return SetupParts(lambda handler: handler)


def visible(widget: Any) -> bool:
    return "ew-hidden" not in widget._dom_classes


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> SetupModel:
    monkeypatch.setenv(FIXED_NOW, AT)
    found = SetupModel(StandIn(), AtOnce())
    found.refresh()
    return found


def test_a_change_of_a_locked_month_is_asked_why_and_then_made(model: SetupModel) -> None:
    view = WhyView(model.why, parts(), lambda handler: handler)
    row = next(row for row in model.meters.rows.values() if row["parent_id"])
    model.choose(row["id"])
    model.question_about("move")
    model.ask.parent = ""
    model.ask.confirm()
    assert "2026-10 is locked" in model.ask.problem
    assert visible(view.widget)
    assert "Board 2026-10" in view.text.value
    view.confirm.click()
    assert "Say why" in view.note.value
    view.reason.value = "it was drawn wrong"
    view.confirm.click()
    assert not visible(view.widget)
    assert model.ask.question == ""
    assert "was moved to the top" in model.notice
    assert "2026-10 is locked and was changed" in model.notice
    assert "Board 2026-10" in model.notice


def test_who_leaves_it_changes_nothing(model: SetupModel) -> None:
    model.choose(next(row["id"] for row in model.meters.rows.values() if row["parent_id"]))
    model.question_about("move")
    model.ask.parent = ""
    model.ask.confirm()
    model.why.cancel()
    model.why.reason = "too late"
    model.why.confirm()
    assert model.ask.question == "move"
    assert "was changed" not in model.notice


def test_a_refusal_that_nobody_takes_is_asked_too(model: SetupModel) -> None:
    def refused() -> None:
        raise LockedMonthError(LockedChange(months=("2026-10",)))

    with pytest.raises(LockedMonthError):
        model.why.do(refused, lambda _: None)
    assert "2026-10" in model.why.question


def test_months_that_are_over_are_locked_and_unlocked_for_a_reason(model: SetupModel) -> None:
    view = LocksView(model.locks, parts(), lambda handler: handler)
    assert not visible(view.widget)
    model.open("site")
    assert visible(view.widget)
    months = [value for _, value in view.inputs["month"].options]
    assert months[:3] == ["", "2026-09", "2026-08"]
    assert months[-1] == "2026-10"
    view.lock.click()
    assert "Choose a month" in view.notes["month"].value
    view.inputs["month"].value = "2026-09"
    assert (visible(view.lock), visible(view.unlock)) == (True, False)
    view.lock.click()
    stand_in = model._workbench
    assert isinstance(stand_in, StandIn)
    assert ("lock", "2026-09", "") in stand_in.calls
    assert "2026-09 is locked." in model.notice
    view.inputs["month"].value = "2026-10"
    assert (visible(view.lock), visible(view.unlock)) == (False, True)
    view.unlock.click()
    assert "Say why" in view.notes["reason"].value
    view.inputs["reason"].value = "reopened"
    view.unlock.click()
    assert ("unlock", "2026-10", "reopened") in stand_in.calls
    assert view.inputs["reason"].value == ""


def test_what_the_service_refuses_stands_at_its_field(model: SetupModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise InputError("the month cannot be locked")

    monkeypatch.setattr(model._workbench, "lock_month", refuse)
    model.open("site")
    model.locks.set("month", "2026-09")
    model.locks.lock()
    assert model.locks.failure == "the month cannot be locked"


def test_the_list_tells_what_was_changed_why_and_what_came_late() -> None:
    shown = str(listing([LOCK]))
    late = "DG: readings of 10:07 came after"
    for told in (
        "2026-10",
        "anna",
        "closed &lt;b&gt;",
        "ratio of UNIT-A corrected",
        "misread &lt;b&gt;",
        "Board",
        late,
    ):
        assert told in shown
    assert "No month is locked" in str(listing([]))
