"""One plant for all tests of this folder: it is deterministic and only ever asked."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from collector.plant.model import Plant
from collector.plant.tree import build

ZONE = ZoneInfo("Asia/Kolkata")
ORIGIN = datetime(2026, 8, 24, tzinfo=ZONE)  # a Monday


@pytest.fixture(scope="session")
def plant() -> Plant:
    return Plant(build(), seed=7, origin=ORIGIN, zone=ZONE)
