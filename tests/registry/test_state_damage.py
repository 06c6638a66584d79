"""A damaged live state stops nobody: it is set aside, told, and written again by the next poll."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from energy_workbench.domain.entities import Live
from energy_workbench.registry import StateStore
from energy_workbench.runtime.incidents import incidents


def written(path: Path) -> bytes:
    store = StateStore(f"sqlite:///{path}")
    store.migrate()
    store.write({meter: Live(values={"frequency": 50.0, "voltage_l1_n": 230.0}) for meter in range(1, 40)})
    store.heartbeat("collector", "works")
    store.close()
    return path.read_bytes()


@pytest.mark.parametrize("harm", ["flip", "cut", "text"])
def test_a_damaged_live_state_opens(tmp_path: Path, harm: str) -> None:
    whole = written(tmp_path / "whole.db")
    luck = random.Random(harm)
    for number in range(12):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "state.db"
        path.write_bytes(whole)
        if harm == "flip":
            content = bytearray(whole)
            content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
            path.write_bytes(content)
        elif harm == "cut":
            os.truncate(path, luck.randrange(len(whole)))
        else:
            path.write_bytes(whole.replace(b'{"frequency":50.0', b'{"frequency";50.0', 1))
        store = StateStore(f"sqlite:///{path}")
        store.migrate()
        store.write({1: Live(values={"frequency": 49.9})})
        assert store.read()[1].values == {"frequency": 49.9}
        store.processes()
        store.close()
        if harm == "text":
            [incident] = incidents(folder)
            assert (incident.what, Path(incident.aside).exists()) == ("state", True)
