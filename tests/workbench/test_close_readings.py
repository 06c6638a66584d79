"""Readings that were taken within a moment: a counter that was written anew in between has not jumped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy_workbench.lake.build.intervals import build
from tests.workbench.test_generation_registers import DAY, Make, make

__all__ = ["make"]

LAST = DAY + timedelta(hours=240)
"""Of what the plant has counted by itself."""


@pytest.mark.parametrize(
    ("milliseconds", "counted", "jumps"),
    [
        # A register that is written once a second, 26 kW: a step of its transformers' 80 times 0.2 Wh.
        (126, 0.016, 0),
        # Written every ten seconds.
        (500, 0.072, 0),
        # What its rating allows in no such time.
        (126, 5.0, 1),
        (60_000, 5.0, 1),
    ],
)
def test_it_counts_and_is_no_break(make: Make, milliseconds: int, counted: float, jumps: int) -> None:
    wb = make(K=({"type": "machine", "rated_kw": 30}, 26, None, 0, 0))
    at, shown = LAST, 1000 + 26 * 240.0
    rows = []
    for after, energy in ((timedelta(seconds=100), 26 / 36), (timedelta(milliseconds=milliseconds), counted)):
        at, shown = at + after, shown + energy
        rows.append({"ts": at.isoformat(), "values": {"energy_active_import": shown}})
    wb.record("K", rows)
    wb.reader.lake.commit(wb.spool)
    build(wb.reader.lake, wb.registry.all_ratios(), evidence=wb.registry.evidence(wb.settings.profiles_path))
    assert len(wb.review()) == jumps
    told = wb.over_time("K", "2026-10-11").total_kwh
    assert told == pytest.approx(26 / 36 + (0 if jumps else counted))
