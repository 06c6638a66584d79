"""The spool keeps every reading once, whoever writes."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.errors import InputError, LakeError
from energy_workbench.lake import Reading, Spool
from energy_workbench.lake.spool.shape import Shape
from tests.lake.helpers import ENERGY, reading
from tests.waiting import patience


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool.db")


def test_what_is_appended_is_pending_in_order(spool: Spool) -> None:
    first, second = reading(1, 0, 100.25, frequency=50.0), reading(2, 0, None, voltage_l1_n=None)
    assert spool.append([first, second]) == 2
    assert [r for _, r in spool.pending()] == [first, second]
    assert spool.depth() == 2


def test_the_same_value_again_is_ignored(spool: Spool) -> None:
    spool.append([reading(1, 0, 100.25, frequency=50.1)])
    again = spool.add([reading(1, 0, 100.25, frequency=50.1)])
    assert (again.new, again.refused, spool.depth()) == (0, [], 1)


def test_a_different_value_is_refused_and_told(spool: Spool) -> None:
    spool.append([reading(1, 0, 100.25)])
    again = spool.add([reading(1, 0, 100.5)])
    assert [(r.quantity, r.kept, r.given) for r in again.refused] == [(ENERGY, 100.25, 100.5)]
    assert spool.refused() == again.refused
    assert [r.values for _, r in spool.pending()] == [{ENERGY: 100.25}]


def test_another_quantity_of_the_same_instant_is_new(spool: Spool) -> None:
    spool.append([reading(1, 0, 100.25)])
    assert spool.add([reading(1, 0, 100.25, frequency=50.0)]).new == 1
    assert [r.values for _, r in spool.pending()] == [{ENERGY: 100.25}, {"frequency": 50.0}]


def test_numbers_are_never_given_again_after_a_trim(spool: Spool) -> None:
    last = spool.append([reading(1, 0, 1.0), reading(1, 10, 2.0)])
    spool.trim(last)
    assert (spool.depth(), spool.acknowledged()) == (0, last)
    assert spool.append([reading(1, 20, 3.0)]) == last + 1


def test_an_unknown_quantity_stores_nothing_of_the_batch(spool: Spool) -> None:
    with pytest.raises(InputError, match="did you mean"):
        spool.append([reading(1, 0, 1.0), reading(2, 0, None, energy_active_imprt=1.0)])
    assert spool.depth() == 0
    spool.append([reading(1, 0, 1.0)])
    assert spool.depth() == 1


@pytest.mark.parametrize("value", ["12", 1e300])
def test_a_value_that_does_not_fit_is_refused(spool: Spool, value: float) -> None:
    with pytest.raises(InputError, match="meter 1"):
        spool.append([reading(1, 0, None, frequency=value)])


def test_a_read_far_from_its_slot_is_refused(spool: Spool) -> None:
    with pytest.raises(InputError, match="belongs to another"):
        spool.append([Reading(1, 0, 3_600_000, {ENERGY: 1.0})])


def test_infinity_and_nan_are_no_values(spool: Spool) -> None:
    spool.append([reading(1, 0, math.nan, frequency=math.inf)])
    assert [r.values for _, r in spool.pending()] == [{ENERGY: None, "frequency": None}]


def test_it_survives_being_opened_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "s.db")
    name = spool.app
    spool.append([reading(1, 0, 1.0)])
    spool.close()
    again = Spool(tmp_path / "s.db")
    assert (again.app, again.depth()) == (name, 1)


def test_a_renewed_spool_has_another_name(spool: Spool) -> None:
    before = spool.app
    spool.renew()
    assert spool.app != before


def test_many_threads_lose_nothing(spool: Spool) -> None:
    def work(meter: int) -> None:
        for second in range(20):
            spool.append([reading(meter, second, float(second))])

    threads = [threading.Thread(target=work, args=(meter,)) for meter in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert spool.depth() == 100


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    code = (
        "import sys; from energy_workbench.lake import Spool; from tests.lake.helpers import reading\n"
        "s = Spool(sys.argv[1]); m = int(sys.argv[2])\n"
        "for k in range(25): s.append([reading(m, k, float(k))])\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", code, str(path), str(meter)]) for meter in (1, 2, 3)]
    assert [worker.wait(patience(60)) for worker in workers] == [0, 0, 0]
    assert Spool(path).depth() == 75


def test_a_spool_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "s.db").mkdir()
    with pytest.raises(LakeError, match=r"s\.db"):
        Spool(tmp_path / "s.db")


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([ENERGY, "frequency", "run_hours", "voltage_l1_n"]),
        st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False),
    )
)
def test_packing_then_unpacking_is_identity(values: dict[str, float | None]) -> None:
    shape = Shape.of(sorted(values))
    packed = shape.packer.pack(*[math.nan if values[n] is None else values[n] for n in shape.names])
    assert shape.unpack(packed) == values
