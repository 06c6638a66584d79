"""A real registry and live state: in SQLite files of their own, and in a private PostgreSQL."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from energy_workbench.domain.entities import Meter
from energy_workbench.registry import Registry, StateStore
from tests.migrated import migrated
from tests.registry.postgres import NotInstalledError, cluster, dumped

Add = Callable[..., Meter]
Place = Callable[[str], str]
"""From a name to the URL of a database that is not there yet, or empty."""
Fresh = Callable[[str], Registry]
"""From a name to a new registry."""
_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a running PostgreSQL; without one the test is skipped, but never in CI."""
    try:
        with cluster() as url:
            yield url
    except NotInstalledError as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def migrated_schema(postgres: str) -> str:
    """Statements that make the tables of a registry in PostgreSQL; the schema is called `migrated` in them."""
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA migrated")
    registry = Registry(f"{postgres}&options=-csearch_path%3Dmigrated")
    registry.migrate()
    registry.close()
    return dumped(postgres, "migrated")


def _fill(server: str, statements: str, registry: Registry) -> None:
    import psycopg

    schema = str(registry.database.url.query["options"]).rpartition("=")[2]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statements.replace("migrated.", f"{schema}."))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Make URLs of new databases of one kind."""
    if request.param == "sqlite":
        yield lambda name: f"sqlite:///{tmp_path}/{name}.db"
        return
    import psycopg

    server: str = request.getfixturevalue("postgres")
    made: dict[str, str] = {}

    def create(name: str) -> str:
        # A schema is made and dropped in milliseconds, where a database takes a tenth of a second.
        if name not in made:
            made[name] = f"{name}_{next(_numbers)}"
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE SCHEMA {made[name]}")
        return f"{server}&options=-csearch_path%3D{made[name]}"

    yield create
    with psycopg.connect(server, autocommit=True) as connection:
        for name in made.values():
            connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def fresh(place: Place, request: pytest.FixtureRequest) -> Fresh:
    """Make new registries, migrated and without meters; whoever makes one closes it."""

    def make(name: str) -> Registry:
        registry = Registry(place(name))
        if registry.database.path:
            return migrated(registry)
        _fill(request.getfixturevalue("postgres"), request.getfixturevalue("migrated_schema"), registry)
        registry.migrate()
        return registry

    return make


@pytest.fixture
def registry(fresh: Fresh) -> Iterator[Registry]:
    """Migrated, without meters."""
    registry = fresh("registry")
    yield registry
    registry.close()


@pytest.fixture
def second(registry: Registry, place: Place) -> Iterator[Registry]:
    """The same registry, opened by somebody else."""
    other = Registry(place("registry"))
    yield other
    other.close()


@pytest.fixture
def add(registry: Registry) -> Add:
    """Add a machine by number, below a parent."""

    def add(number: str, parent: str | None = None, **fields: object) -> Meter:
        given = {"number": number, "name": f"Meter {number}", "type": "machine", "parent": parent}
        return registry.create_meter(given | fields, by="test")

    return add


@pytest.fixture
def state(place: Place) -> Iterator[StateStore]:
    """Migrated, empty."""
    store = StateStore(place("state"))
    store.migrate()
    yield store
    store.close()


class FixedNow:
    """Sets what the clock says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, instant: str) -> None:
        """From now on it is this instant (ISO with offset)."""
        self._monkeypatch.setenv("ENERGY_WORKBENCH_NOW", instant)


@pytest.fixture
def now_is(monkeypatch: pytest.MonkeyPatch) -> FixedNow:
    """Set the clock: `now_is("2026-03-01T00:00Z")`."""
    return FixedNow(monkeypatch)
