"""What a server of pages is told by the service that it belongs to."""

from __future__ import annotations

import asyncio
from pathlib import Path

from energy_workbench.api.access.home_tokens import machine_secret
from energy_workbench.domain.errors import ServiceError
from energy_workbench.runtime import settings as settings_room
from energy_workbench.widgets.site.door import Door
from tests.waiting import eventually
from tests.workbench.plant import make_home
from tests.workbench.served import served


def said(address: str, machine: str) -> str:
    """What a server hears that tells of its kernels; nothing where all is well."""
    try:
        asyncio.run(Door(address, machine, "dashboards").tell())
    except ServiceError as error:
        return str(error)
    return ""


def test_pages_of_another_home_are_told_that_they_are(tmp_path: Path) -> None:
    make_home(tmp_path / "home")
    home = settings_room.load(tmp_path / "home")
    with served(home) as address:
        eventually(lambda: said(address, machine_secret(home)) == "", "the service to take what its own pages tell")
        eventually(lambda: "another home" in said(address, "of another"), "a word on the home")
        assert "ENERGY_WORKBENCH_HOME" in said(address, "of another")
