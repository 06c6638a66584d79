"""What the intervals were last built from: read as it was written, and small where meters are alike."""

from __future__ import annotations

from pathlib import Path

from energy_workbench.lake.storage import build_state
from energy_workbench.lake.storage.build_state import FILE, State


def state(meters: int) -> State:
    """Of meters of two models, all but one of which were read at the same times."""
    steps = {str(key): [(-(2**62), 1.0 if key % 2 else 20.0)] for key in range(1, meters + 1)}
    extents = {key: {"energy_active_import": (10**15, 10**15 + 9 * 10**8)} for key in range(1, meters + 1)}
    extents[3] = {"energy_active_import": (10**15, 10**15 + 1)}
    whole = {str(key): f"model {key % 2} " + "x" * 2000 for key in range(1, meters)}
    return State(7, steps, whole, {"2": [(1, 2, "edit")]}, extents=extents, told=("energy_active_import",))


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = state(50)
    written.save(tmp_path)
    build_state._known.clear()
    assert State.load(tmp_path) == written
    State(7, {}, extents=None).save(tmp_path)
    build_state._known.clear()
    assert State.load(tmp_path) == State(7, {}, extents=None)


def test_what_is_said_of_many_meters_is_written_once(tmp_path: Path) -> None:
    sizes = []
    for meters in (1_000, 11_000):
        state(meters).save(tmp_path)
        sizes.append((tmp_path / FILE).stat().st_size)
    # Every other one is of the same model.
    assert (sizes[1] - sizes[0]) / 10_000 < 25
    alike = {str(key): "model" for key in range(1, 10_001)}
    State(7, {}, alike).save(tmp_path)
    assert (tmp_path / FILE).stat().st_size < 500


def test_one_that_cannot_be_understood_is_none(tmp_path: Path) -> None:
    for content in (
        "",
        "{}",
        '{"readings": 1, "rules": 8, "steps": {"1": []}, "whole": {}, "dated": {}, "inferred": {}}',
    ):
        (tmp_path / FILE).write_text(content)
        build_state._known.clear()
        assert State.load(tmp_path) is None
