"""New registries without their price: to run every step of the schema costs more than most tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import text

from energy_workbench.registry import Registry


def migrated(registry: Registry, **site: str) -> Registry:
    """The registry, new in SQLite, as `Registry.migrate` leaves it: all but its site is copied."""
    path = registry.database.path
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(_template(), path)
    registry.migrate(**site)
    return registry


@cache
def _template() -> Path:
    """A registry that has not even a site."""
    folder = tempfile.mkdtemp(prefix="energy-workbench-migrated-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder, "registry.db")
    registry = Registry(f"sqlite:///{path}")
    registry.migrate()
    with registry.database.write() as connection:
        connection.execute(text("DELETE FROM site"))
    registry.close()
    return path
