"""Files that are thinned: which are due, and what upkeep makes of them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from energy_workbench.energy.counter_steps import Facts, Register
from energy_workbench.lake import Lake, Reader
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.storage import replacing
from energy_workbench.lake.storage.data_files import is_thinned
from energy_workbench.lake.thinning import thinner
from energy_workbench.lake.thinning.thinner import Thinner, due
from tests.lake.helpers import ENERGY, T0
from tests.lake.thinning.lakes import NEVER, append, bits, counting, rebuilt, sized, thin

EVIDENCE = {key: Facts(rated_kw=9000.0, registers={ENERGY: Register(step=0.01)}) for key in (1, 2)}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Four days of two meters."""
    made = Lake(tmp_path / "lake")
    for meter in (1, 2):
        append(made, meter, counting(4.0, seed=meter))
    build(made, [], evidence=EVIDENCE)
    return made


def test_days_are_due_once_upkeep_made_one_run_of_their_files(lake: Lake) -> None:
    late = counting(2.0, seed=3, step=7200.0)
    append(lake, 1, {"second": late["second"] + 30.0, "voltage_l1_n": late[ENERGY] / 10})
    assert {file.partition for file in due(lake, NEVER)} == {"2026-10-03", "2026-10-04"}
    maintain(lake, T0 + timedelta(days=7))
    assert [file.partition for file in due(lake, date(2026, 10, 3))] == ["2026-10-01", "2026-10-02"]
    assert len(due(lake, NEVER)) == 4


def test_thinned_files_that_upkeep_joins_stay_thinned(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bits(lake)
    monkeypatch.setattr(replacing, "ROWS", 1000)
    monkeypatch.setattr("energy_workbench.lake.compaction.ROWS", 1000)
    thin(lake, [], EVIDENCE)
    assert len(lake.readings.snapshot().files) == 8
    monkeypatch.undo()
    maintain(lake, T0 + timedelta(days=900))
    files = lake.readings.snapshot().files
    assert len(files) == 4
    assert all(is_thinned(file.path) for file in files)
    assert due(lake, NEVER) == []
    assert rebuilt(lake, [], EVIDENCE) == before


def test_thinning_again_takes_nothing_more(lake: Lake) -> None:
    thin(lake, [], EVIDENCE)
    count, _ = sized(lake)
    for file in lake.readings.snapshot().files:
        done = Thinner(lake, [], EVIDENCE, lambda *_: ()).thin(file, lambda _: None)
        assert done is not None
        assert done.kept == done.readings
    assert sized(lake)[0] == count


def test_a_meter_whose_intervals_would_be_others_keeps_every_reading(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the rules overlook: nothing goes that is not proven."""
    needed = thinner.needed

    def too_few(meter, *others):  # type: ignore[no-untyped-def]
        kept = needed(meter, *others)
        kept[(meter == 2).nonzero()[0][500:900]] = False
        return kept

    before = bits(lake)
    monkeypatch.setattr(thinner, "needed", too_few)
    done = thin(lake, [], EVIDENCE, before=date(2026, 10, 3))
    assert [each.unlike for each in done] == [1, 1]
    assert rebuilt(lake, [], EVIDENCE) == before
    rows = [Reader(lake).readings(meter, T0, T0 + timedelta(days=1)) for meter in (1, 2)]
    assert len(rows[0]) < 0.75 * len(rows[1]), "the other meter was thinned"


def test_a_time_is_thinned_where_one_of_its_files_is(lake: Lake) -> None:
    thin(lake, [], EVIDENCE, before=date(2026, 10, 3))
    reader = Reader(lake)
    assert reader.thinned(1, T0, T0 + timedelta(hours=1))
    assert reader.thinned(1, T0 + timedelta(days=1), T0 + timedelta(days=3))
    assert not reader.thinned(1, T0 + timedelta(days=2, seconds=2), T0 + timedelta(days=4))
    assert not reader.thinned(3, T0, T0 + timedelta(hours=1))
