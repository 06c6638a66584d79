"""Laws of a balance with gaps: registers are conserved, buckets add up, stretches may be cut anywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.analytics.losses.balance import Books
from energy_workbench.analytics.losses.node_sums import NodeSums
from energy_workbench.domain.entities import Meter, MeterType, default_flow
from energy_workbench.lake.matrix import Matrix

SIZE = 48
TREE = [
    Meter(key=1, number="M1", name="", type=MeterType.MAIN, flow=default_flow(MeterType.MAIN)),
    Meter(key=2, number="M2", name="", type=MeterType.UNIT, parent=1),
    Meter(key=3, number="M3", name="", type=MeterType.UNIT, parent=1),
]
NOTHING = np.full((3, SIZE), np.nan)
energies = st.lists(st.floats(0, 1000, width=32), min_size=3 * SIZE, max_size=3 * SIZE)
gaps = st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(1, 20)), max_size=4)
cuts = st.lists(st.integers(1, SIZE - 1), unique=True, max_size=6).map(sorted)


def read(true: list[float], silent: list[list[tuple[int, int]]]) -> tuple[Matrix, Any]:
    """What the interval table holds of three meters that were silent in some gaps, and what truly flowed."""
    flowed = np.array(true).reshape(3, SIZE)
    whole, told = np.ones((3, SIZE), bool), flowed.copy()
    for meter, holes in enumerate(silent):
        for first, length in holes:
            whole[meter, first : first + length] = False
        edges = np.flatnonzero(np.diff(np.r_[True, whole[meter], True].astype(int)))
        for low, high in edges.reshape(-1, 2).tolist():
            # Before the first reading and after the last nothing is known; between two, the difference.
            known = low > 0 and high < SIZE
            told[meter, low:high] = flowed[meter, low:high].mean() if known else np.nan
    return Matrix(np.array([1, 2, 3]), 0, told, NOTHING, whole, whole), flowed


def booked(matrix: Matrix, edges: list[int] | None = None, pieces: tuple[int, ...] = ()) -> list[NodeSums]:
    books = Books([(0, SIZE, TREE)], edges)
    for low, high in zip((0, *pieces), (*pieces, SIZE), strict=True):
        of = (array[:, low:high] for array in (matrix.imported, matrix.exported, matrix.begun, matrix.ended))
        books.book(Matrix(matrix.keys, low, *of), low, high - low)
    return books.nodes[1]


def known_between(matrix: Matrix) -> list[int]:
    """Instants at which the registers of all three are known."""
    closed = np.pad(matrix.begun, ((0, 0), (1, 1)))
    return np.flatnonzero((closed[:, :-1] | closed[:, 1:]).all(axis=0)).tolist()


@settings(max_examples=60)
@given(energies, gaps, gaps, gaps)
def test_the_loss_is_that_of_the_registers_between_common_instants(true: Any, one: Any, two: Any, three: Any) -> None:
    matrix, flowed = read(true, [one, two, three])
    (found,) = booked(matrix)
    common = known_between(matrix)
    low, high = (common[0], common[-1]) if common else (0, 0)
    supply, taken = flowed[0, low:high].sum(), flowed[1:, low:high].sum()
    assert found.valid == high - low
    assert found.supply == pytest.approx(supply, abs=1e-6)
    assert found.loss == pytest.approx(supply - taken, abs=1e-6)


@settings(max_examples=60)
@given(energies, gaps)
def test_a_gap_common_to_all_conserves_the_registers(true: Any, holes: Any) -> None:
    inside = [(max(first, 1), min(length, SIZE - 1 - max(first, 1))) for first, length in holes]
    matrix, flowed = read(true, [inside] * 3)
    (found,) = booked(matrix)
    assert found.valid == SIZE
    assert found.loss == pytest.approx(flowed[0].sum() - flowed[1:].sum(), abs=1e-6)


@settings(max_examples=60)
@given(energies, gaps, gaps, cuts)
def test_buckets_add_up_to_the_whole_however_they_are_cut(true: Any, one: Any, two: Any, inner: Any) -> None:
    matrix, _ = read(true, [one, two, []])
    (whole,) = booked(matrix)
    parts = booked(matrix, [0, *inner, SIZE])
    for name in ("expected", "valid", "supply", "demand", "loss"):
        assert sum(getattr(part, name) for part in parts) == pytest.approx(getattr(whole, name), abs=1e-6)
    assert whole.estimated == 0
    assert all(part.estimated <= part.valid <= part.expected for part in parts)


@settings(max_examples=60)
@given(energies, gaps, gaps, cuts)
def test_it_does_not_matter_in_what_stretches_intervals_come(true: Any, one: Any, two: Any, pieces: Any) -> None:
    matrix, _ = read(true, [one, [], two])
    at_once, by_stretch = booked(matrix)[0], booked(matrix, pieces=tuple(pieces))[0]
    for name in ("expected", "valid", "estimated", "spans", "runs"):
        assert getattr(by_stretch, name) == getattr(at_once, name)
    for name in ("supply", "demand", "unlike"):
        assert getattr(by_stretch, name) == pytest.approx(getattr(at_once, name), abs=1e-6)
    assert by_stretch.moments == pytest.approx(at_once.moments)
