"""Outcomes of a run but for success: tried again, failed, given back, cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta

from energy_workbench.domain.schedules import PAUSES, Run, RunState
from energy_workbench.registry import Registry


def failed(registry: Registry, run: Run, reason: str, now: datetime, *, temporary: bool = True) -> RunState:
    """Try a run again later, after a growing pause; after the last one, or where it cannot help, it has failed."""
    if temporary and (pause := pause_after(run.failures)) is not None:
        due = now + pause
        registry.let_go_run(
            run.key, run.holder, state=RunState.RETRYING, failures=run.failures + 1, due_at=due, reason=reason
        )
        return RunState.RETRYING
    registry.let_go_run(
        run.key,
        run.holder,
        state=RunState.FAILED,
        finished_at=now,
        failures=0,
        due_at=now,
        told=False,
        reason=reason,
    )
    return RunState.FAILED


def untouched(registry: Registry, run: Run, now: datetime) -> None:
    """Give a run back that its worker ended before: it is due at once, and no attempt has failed."""
    state = RunState.FAILED if run.state is RunState.FAILED else RunState.DUE
    registry.let_go_run(run.key, run.holder, state=state, due_at=now)


def pause_after(failures: int) -> timedelta | None:
    """How long to wait after that many earlier failures; None where it was tried often enough."""
    return PAUSES[failures] if failures < len(PAUSES) else None


def cancelled(registry: Registry, run: Run, now: datetime) -> None:
    """Write down that a run was cancelled."""
    reason = f"cancelled by {run.cancel_by}"
    registry.let_go_run(run.key, run.holder, state=RunState.CANCELLED, finished_at=now, reason=reason)
