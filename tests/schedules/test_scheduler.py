"""Planning and claiming: once, by one, in order, and nothing forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from energy_workbench.domain.schedules import LEASE, PAUSES, RunState
from tests.schedules.conftest import Plant


def states(plant: Plant) -> list[tuple[str, str]]:
    return [(run.period, str(run.state)) for run in reversed(plant.registry.runs())]


def test_a_report_begins_when_it_is_planned_and_not_before(plant: Plant):
    plant.add()
    plant.scheduler.turn()
    plant.clock.turn(hours=17, minutes=59)
    plant.scheduler.turn()
    assert plant.begun == []
    plant.clock.turn(minutes=1)
    plant.scheduler.turn()
    assert [(run.period, run.occasion) for run in plant.begun] == [("2026-10-12", "")]
    plant.finish(plant.begun[0])
    for _ in range(5):
        plant.clock.turn(hours=1)
        plant.scheduler.turn()
    assert states(plant) == [("2026-10-12", "done")]


def test_ten_days_of_downtime_are_caught_up_once_with_the_newest(plant: Plant):
    plant.add()
    plant.clock.turn(days=10)
    plant.scheduler.turn()
    assert [run.period for run in plant.begun] == ["2026-10-21"]
    assert "caught up once: 9 earlier times" in plant.begun[0].reason
    plant.scheduler.turn()
    plant.another().turn()
    assert len(plant.registry.runs()) == 1


def test_two_schedulers_plan_and_begin_one_run(plant: Plant):
    plant.add()
    second = plant.another()
    plant.clock.turn(hours=18)
    for _ in range(3):
        plant.scheduler.turn()
        second.turn()
    assert len(plant.begun) == 1
    assert len(plant.registry.runs()) == 1


def test_a_finished_period_is_sent_once_however_often_it_is_planned(plant: Plant):
    plant.add(cron="0 * * * *", period="yesterday")
    for _ in range(30):
        plant.clock.turn(hours=1)
        plant.scheduler.turn()
        for run in plant.begun:
            if plant.registry.run(run.key).state == RunState.RUNNING:
                plant.finish(run)
    assert states(plant) == [("2026-10-11", "done"), ("2026-10-12", "done")]


def test_a_period_that_still_runs_is_sent_at_each_planned_time(plant: Plant):
    plant.add(cron="0 * * * *", period="this month")
    for _ in range(3):
        plant.clock.turn(hours=1)
        plant.scheduler.turn()
        plant.finish(plant.begun[-1])
    assert states(plant) == [("2026-10", "done")] * 3


def test_a_killed_worker_or_scheduler_is_taken_over_once(plant: Plant):
    plant.add()
    plant.clock.turn(hours=18)
    plant.scheduler.turn()
    (first,) = plant.begun
    others = [plant.another(), plant.another()]
    plant.clock.turn(seconds=LEASE.total_seconds() - 1)
    for other in others:
        other.turn()
    assert len(plant.begun) == 1
    plant.clock.turn(seconds=1)
    for other in others:
        other.turn()
    assert len(plant.begun) == 2
    # The one that was taken for dead cannot write any more.
    assert plant.registry.hold_run(first.key, first.holder, plant.clock.now) is None
    assert not plant.registry.let_go_run(first.key, first.holder, state=RunState.DONE)
    plant.clock.turn(seconds=LEASE.total_seconds())
    plant.another().turn()
    run = plant.registry.run(first.key)
    assert (run.state, run.told) == (RunState.FAILED, False)
    assert "twice" in run.reason


def test_a_worker_that_ends_without_a_word_is_tried_again_after_growing_pauses(plant: Plant):
    plant.add()
    plant.clock.turn(hours=18)
    waited = []
    for _ in PAUSES:
        plant.scheduler.turn()
        plant.workers[-1].code = -9
        plant.scheduler.turn()
        run = plant.registry.runs()[0]
        assert run.state == RunState.RETRYING
        assert "SIGKILL" in run.reason
        waited.append(run.due_at - plant.clock.now)
        plant.clock.now = run.due_at
    assert tuple(waited) == PAUSES
    plant.scheduler.turn()
    plant.workers[-1].code = -9
    plant.scheduler.turn()
    assert plant.registry.runs()[0].state == RunState.FAILED


@pytest.mark.parametrize("takes", [False, True])
def test_a_run_that_a_waiting_worker_did_not_live_to_take_has_not_failed(plant: Plant, takes: bool):
    plant.add()
    plant.clock.turn(hours=18)
    plant.scheduler.turn()
    (worker,), (first,) = plant.workers, plant.begun
    worker.free, worker.takes = True, takes
    assert plant.registry.let_go_run(first.key, first.holder, state="done", finished_at=plant.clock.now)
    plant.scheduler.turn()
    plant.clock.turn(hours=24)
    plant.scheduler.turn()
    assert plant.registry.runs()[0].state == RunState.RUNNING
    assert len(plant.workers) == 1
    worker.code = -9
    plant.scheduler.turn()
    run = plant.registry.runs()[0]
    if takes:
        assert (run.state, run.failures, len(plant.workers)) == (RunState.RETRYING, 1, 1)
    else:
        # It is another worker's at once.
        assert (run.state, run.failures, plant.begun[1:]) == (RunState.RUNNING, 0, [run])


def test_no_more_are_worked_on_at_once_than_the_settings_say(plant: Plant):
    for number in range(5):
        plant.add(f"Daily {number}")
    plant.clock.turn(hours=18)
    second = plant.another()
    plant.scheduler.turn()
    second.turn()
    assert len(plant.begun) == plant.settings.reports_at_once == 2
    plant.finish(plant.begun[0])
    second.turn()
    assert len(plant.begun) == 3


def test_a_paused_schedule_plans_nothing_and_catches_nothing_up(plant: Plant):
    schedule = plant.add()
    plant.registry.update_schedule(schedule.id, lambda each: replace(each, paused=True), by="test")
    plant.clock.turn(days=3)
    plant.scheduler.turn()
    plant.registry.update_schedule(
        schedule.id, lambda each: replace(each, paused=False, since=plant.clock.now), by="test"
    )
    plant.scheduler.turn()
    assert plant.begun == []
    plant.clock.turn(hours=18)
    plant.scheduler.turn()
    assert [run.period for run in plant.begun] == ["2026-10-15"]


def test_what_a_deleted_schedule_planned_is_not_begun(plant: Plant):
    for number in range(3):
        plant.add(f"Daily {number}")
    plant.clock.turn(hours=18)
    plant.scheduler.turn()
    waiting = next(run for run in plant.registry.runs() if run.state == RunState.DUE)
    plant.registry.delete_schedule(waiting.schedule, by="test")
    plant.finish(plant.begun[0])
    plant.scheduler.turn()
    run = plant.registry.run(waiting.key)
    assert (run.state, run.reason) == (RunState.CANCELLED, "its schedule was deleted")
    assert len(plant.begun) == 2


def test_a_run_is_cancelled_before_it_begins_at_once(plant: Plant):
    for number in range(3):
        plant.add(f"Daily {number}")
    plant.clock.turn(hours=18)
    plant.scheduler.turn()
    waiting = next(run for run in plant.registry.runs() if run.state == RunState.DUE)
    assert plant.registry.cancel_run(waiting.key, by="anna").state == RunState.CANCELLED
    assert plant.registry.cancel_run(waiting.key, by="bert").reason == "cancelled by anna"


def test_a_scheduler_that_stops_lets_its_runs_go_without_blame(plant: Plant):
    plant.add()
    plant.clock.turn(hours=18)
    plant.scheduler.turn()
    plant.scheduler.stop()
    run = plant.registry.runs()[0]
    assert (run.state, run.failures) == (RunState.DUE, 0)
    plant.another().turn()
    assert len(plant.begun) == 2


def test_a_turn_without_anything_due_writes_nothing(plant: Plant, monkeypatch: pytest.MonkeyPatch):
    plant.add()
    plant.scheduler.turn()
    database = plant.scheduler._registry.database

    def refuse(**_: object) -> None:
        raise AssertionError("a turn took the write lock")

    monkeypatch.setattr(database, "write", refuse)
    for _ in range(20):
        plant.clock.turn(minutes=10)
        plant.scheduler.turn()


def test_a_schedule_that_was_planned_anew_begins_then(plant: Plant):
    schedule = plant.add()
    plant.clock.turn(hours=17)
    plant.registry.update_schedule(
        schedule.id, lambda each: replace(each, cron="0 3 * * *", since=plant.clock.now), by="test"
    )
    plant.scheduler.turn()
    assert plant.begun == []
    plant.clock.now = plant.clock.now + timedelta(hours=22)
    plant.scheduler.turn()
    assert [run.planned_at.hour for run in plant.begun] == [21]
