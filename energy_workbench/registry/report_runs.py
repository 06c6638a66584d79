"""Runs of reports: planned once, claimed by one worker at a time, and what became of each.

Every function is part of a transaction of its caller. Writers wait for each other, so what one reads here and then
writes nobody else has written in between: that is what makes a claim one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, or_, select, update

from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.schedules import LEASE, OPEN, Run, RunState
from energy_workbench.domain.time import clock
from energy_workbench.registry.base import Opened
from energy_workbench.registry.storage import schema
from energy_workbench.registry.storage.rows import ColumnValue

TABLE: Final = schema.report_runs
SILENT: Final = "ended without a word"
_WAITING: Final = (RunState.DUE, RunState.WAITING, RunState.RETRYING)


def plan(connection: Connection, run: Run) -> Run | None:
    """Write a run down, unless that period of that schedule was planned already; None then."""
    same = (TABLE.c.schedule == run.schedule, TABLE.c.period == run.period, TABLE.c.occasion == run.occasion)
    if connection.execute(select(TABLE.c.key).where(*same)).first():
        return None
    values = _columns({column.name: getattr(run, column.name) for column in TABLE.c if column.name != "key"})
    inserted = connection.execute(insert(TABLE).values(values)).inserted_primary_key
    assert inserted is not None
    return replace(run, key=int(inserted[0]))


def last_planned(connection: Connection) -> dict[str, datetime]:
    """The latest instant that each schedule was planned for by itself, by id."""
    latest = func.max(TABLE.c.planned_at, type_=schema.Instant())
    query = select(TABLE.c.schedule, latest).where(TABLE.c.occasion.not_like("manual%")).group_by(TABLE.c.schedule)
    return {row[0]: row[1] for row in connection.execute(query)}


def anything_due(connection: Connection, now: datetime) -> bool:
    """Whether `claim` may find something."""
    return connection.execute(select(TABLE.c.key).where(_due(now)).limit(1)).first() is not None


def claim(
    connection: Connection, name: str, now: datetime, most: int, only: int | None = None, busy: int = 0
) -> list[Run]:
    """Take the runs that are due, the longest due first, as long as fewer than `most` are being worked on.

    `busy` workers are at a run, or have let go of it and are not free yet.

    A run whose worker has not been heard of for the length of a lease is taken over, once; the second time it has
    failed, for it may be what ends its workers. Each claim has another holder, so that a worker that was taken for
    dead and lives finds out.
    """
    alive = and_(TABLE.c.state == RunState.RUNNING, TABLE.c.lease_until > now)
    free = most - max(connection.execute(select(func.count()).where(alive)).scalar() or 0, busy)
    taken = []
    wanted = _due(now) if only is None else and_(_due(now), TABLE.c.key == only)
    rows = connection.execute(select(TABLE).where(wanted).order_by(TABLE.c.due_at, TABLE.c.key)).mappings().all()
    for run in map(_run, rows):
        if run.state is RunState.RUNNING and run.failures > 0 and run.reason == SILENT:
            values = {"state": RunState.FAILED, "finished_at": now, "told": False, "due_at": now, "failures": 0}
            _set(connection, run.key, reason=f"its worker {SILENT} twice: see the log of `schedule`", **values)
            continue
        if free <= 0:
            continue
        free -= 1
        silent = {"failures": run.failures + 1, "reason": SILENT} if run.state is RunState.RUNNING else {}
        telling = {"state": run.state} if run.state is RunState.FAILED else {"state": RunState.RUNNING}
        values = {
            "holder": f"{name}:{run.key}:{run.attempts + 1}",
            "lease_until": now + LEASE,
            "attempts": run.attempts + 1,
            "started_at": run.started_at or now,
            **silent,
            **telling,
        }
        _set(connection, run.key, **values)
        taken.append(find(connection, run.key))
    return taken


def held(connection: Connection, key: int, holder: str, now: datetime, **values: Any) -> Run | None:
    """Stay the holder of a run for another lease, and write down how far it is; None where it is another's by now."""
    mine = and_(TABLE.c.key == key, TABLE.c.holder == holder)
    done = connection.execute(update(TABLE).where(mine).values(lease_until=now + LEASE, **_columns(values)))
    return find(connection, key) if done.rowcount else None


def let_go(connection: Connection, key: int, holder: str, *, only_running: bool = False, **values: Any) -> bool:
    """Stop working on a run, with what became of it; False where it is another's by now, or (`only_running`) over."""
    mine = and_(TABLE.c.key == key, TABLE.c.holder == holder)
    if only_running:
        mine = and_(mine, TABLE.c.state == RunState.RUNNING)
    free = {"holder": "", "lease_until": None, "progress": 0.0, "step": "", **values}
    return bool(connection.execute(update(TABLE).where(mine).values(_columns(free))).rowcount)


def cancel(connection: Connection, key: int, *, by: str, now: datetime) -> Run:
    """Cancel a run: at once where nobody works on it, else by telling who does. One that is over stays as it is."""
    run = find(connection, key)
    if run.state in _WAITING:
        _set(connection, key, state=RunState.CANCELLED, finished_at=now, cancel_by=by, reason=f"cancelled by {by}")
    elif run.state is RunState.RUNNING:
        _set(connection, key, cancel_by=by)
    return find(connection, key)


def hurry(connection: Connection, key: int, now: datetime) -> Run:
    """Let a run that waits for another attempt have it now."""
    waits = and_(TABLE.c.key == key, TABLE.c.state == RunState.RETRYING)
    connection.execute(update(TABLE).where(waits).values(due_at=now))
    return find(connection, key)


def orphans(connection: Connection, now: datetime) -> None:
    """Cancel what is planned of schedules that were deleted."""
    gone = and_(TABLE.c.state.in_(_WAITING), TABLE.c.schedule.not_in(select(schema.schedules.c.id)))
    values = {"state": RunState.CANCELLED, "finished_at": now, "reason": "its schedule was deleted"}
    connection.execute(update(TABLE).where(gone).values(values))


def find(connection: Connection, key: int) -> Run:
    """A run by its key."""
    row = connection.execute(select(TABLE).where(TABLE.c.key == key)).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no run {key}: the history of its schedule shows those there are")
    return _run(row)


def history(connection: Connection, schedule: str | None, limit: int) -> list[Run]:
    """The newest runs of a schedule, or of all, newest first."""
    query = select(TABLE).order_by(TABLE.c.planned_at.desc(), TABLE.c.key.desc()).limit(limit)
    if schedule is not None:
        query = query.where(TABLE.c.schedule == schedule)
    return [_run(row) for row in connection.execute(query).mappings()]


def newest(connection: Connection) -> dict[str, Run]:
    """The run of each schedule that says most of it now: the one that is not over, else the newest."""
    by_schedule: dict[str, Run] = {}
    latest = select(func.max(TABLE.c.key)).group_by(TABLE.c.schedule)
    query = select(TABLE).where(or_(TABLE.c.key.in_(latest), TABLE.c.state.in_(OPEN))).order_by(TABLE.c.key)
    for row in connection.execute(query).mappings():
        run = _run(row)
        if run.schedule not in by_schedule or run.state in OPEN or by_schedule[run.schedule].state not in OPEN:
            by_schedule[run.schedule] = run
    return by_schedule


def wrote(connection: Connection) -> dict[str, tuple[str, str]]:
    """Schedule (id, and its name then) of the newest run that wrote each report, by the path of its manifest."""
    query = select(TABLE.c.files, TABLE.c.schedule, TABLE.c.name).order_by(TABLE.c.key)
    return {row[0]["manifest"]: (row[1], row[2]) for row in connection.execute(query) if "manifest" in row[0]}


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(TABLE.c.lease_until.is_(None), TABLE.c.lease_until <= now)
    untold = and_(TABLE.c.state == RunState.FAILED, TABLE.c.told.is_(False), TABLE.c.due_at <= now, free)
    return or_(
        and_(TABLE.c.state.in_(_WAITING), TABLE.c.due_at <= now),
        and_(TABLE.c.state == RunState.RUNNING, free),
        untold,
    )


def _set(connection: Connection, key: int, **values: Any) -> None:
    connection.execute(update(TABLE).where(TABLE.c.key == key).values(_columns(values)))


def _columns(values: Mapping[str, Any]) -> dict[str, ColumnValue]:
    columns: dict[str, ColumnValue] = dict(values)
    for name, longest in (("reason", 2000), ("step", 200)):
        if name in columns:
            columns[name] = str(columns[name])[:longest]
    kinds = {"delivered": list, "refused": dict, "files": dict}
    return columns | {name: kind(values[name]) for name, kind in kinds.items() if name in values}


def _run(row: RowMapping) -> Run:
    return Run(**{**row, "state": RunState(row["state"]), "delivered": tuple(row["delivered"])})


class ReportRuns(Opened):
    """Runs: planned, claimed, worked on, over."""

    def plan_run(self, run: Run) -> Run | None:
        """Write a run down; None where that period of that schedule was planned already."""
        with self.database.write() as connection:
            return plan(connection, run)

    def last_planned(self) -> dict[str, datetime]:
        """The latest instant that each schedule was planned for by itself, by id."""
        with self.database.read() as connection:
            return last_planned(connection)

    def claim_runs(self, holder: str, now: datetime, most: int, *, only: int | None = None, busy: int = 0) -> list[Run]:
        """Take the runs that are due (`only` that one), as long as fewer than `most` are being worked on.

        See `claim`.
        """
        with self.database.read() as connection:
            if not anything_due(connection, now):
                return []
        with self.database.write() as connection:
            orphans(connection, now)
            return claim(connection, holder, now, most, only, busy)

    def hold_run(self, key: int, holder: str, now: datetime | None = None, **values: Any) -> Run | None:
        """Stay its holder for another lease, and write down how far it is; None where it is another's by now."""
        with self.database.write() as connection:
            return held(connection, key, holder, now or clock.now(), **values)

    def let_go_run(self, key: int, holder: str, *, only_running: bool = False, **values: Any) -> bool:
        """Stop working on it, with what became of it; False where it is another's by now, or (`only_running`) over."""
        with self.database.write() as connection:
            return let_go(connection, key, holder, only_running=only_running, **values)

    def cancel_run(self, key: int, *, by: str) -> Run:
        """Cancel it: at once where nobody works on it, else by telling who does.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self.database.write() as connection:
            return cancel(connection, key, by=by, now=clock.now())

    def hurry_run(self, key: int, now: datetime) -> Run:
        """Let one that waits for another attempt have it now."""
        with self.database.write() as connection:
            return hurry(connection, key, now)

    def run(self, key: int) -> Run:
        """One by its key.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self.database.read() as connection:
            return find(connection, key)

    def runs(self, schedule: str | None = None, limit: int = 100) -> list[Run]:
        """The newest of a schedule (its id), or of all, newest first."""
        with self.database.read() as connection:
            return history(connection, schedule, limit)

    def schedules_of_reports(self) -> dict[str, tuple[str, str]]:
        """By the path of its manifest in the folder of reports, the schedule that sent a report: id, name then."""
        with self.database.read() as connection:
            return wrote(connection)

    def newest_runs(self) -> dict[str, Run]:
        """By schedule, the run that is not over, else the newest."""
        with self.database.read() as connection:
            return newest(connection)
