"""Creating a registry, bringing it up to date, and refusing what is not one."""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from energy_workbench.domain.entities import Site
from energy_workbench.domain.errors import ConflictError, HomeError, PeriodError, SettingsError
from energy_workbench.registry import Registry
from energy_workbench.registry.migrate import FOLDER, steps
from energy_workbench.registry.storage import schema
from tests.registry.conftest import Add, Place


def test_a_new_registry_has_its_site_and_no_meters(place: Place) -> None:
    registry = Registry(place("new"))
    registry.migrate(timezone="Europe/Lisbon", site_name="Mill")
    registry.check()
    assert registry.site() == Site(name="Mill", timezone="Europe/Lisbon", currency=None, country=None)
    assert registry.meters() == []
    registry.close()


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    Registry(f"sqlite:///{tmp_path}/new/home/registry.db").migrate()
    assert (tmp_path / "new/home/registry.db").exists()


def test_migrating_again_keeps_the_stored_zone(registry: Registry) -> None:
    revision = registry.revision()
    registry.migrate(timezone="Europe/Lisbon")
    assert registry.site().timezone == "Asia/Kolkata"
    assert registry.revision() == revision


def test_a_zone_that_does_not_exist_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(PeriodError, match="Mars/Olympus"):
        Registry(f"sqlite:///{tmp_path}/registry.db").migrate(timezone="Mars/Olympus")
    assert not (tmp_path / "registry.db").exists()


def test_several_processes_may_migrate_at_once(place: Place) -> None:
    registries = [Registry(place("registry")) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(registry.migrate) for registry in registries]:
            done.result()
    assert [registry.revision() for registry in registries] == [1] * 8
    for registry in registries:
        registry.close()


def test_a_missing_registry_is_not_created_by_looking(tmp_path: Path) -> None:
    registry = Registry(f"sqlite:///{tmp_path}/registry.db")
    for ask in (registry.check, registry.site, registry.revision, registry.meters):
        with pytest.raises(HomeError, match="energy-workbench init"):
            ask()
    assert not (tmp_path / "registry.db").exists()


def test_an_empty_file_is_not_initialised(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "registry.db").close()
    (tmp_path / "registry.db").touch()
    registry = Registry(f"sqlite:///{tmp_path}/registry.db")
    for ask in (registry.check, registry.meters):
        with pytest.raises(HomeError, match="energy-workbench init"):
            ask()


def test_a_registry_of_a_newer_version_is_left_alone(registry: Registry) -> None:
    with registry.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for ask in (registry.check, registry.migrate):
        with pytest.raises(HomeError, match="newer version"):
            ask()


def test_an_older_registry_asks_to_be_migrated(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("energy_workbench.registry.migrate.steps", lambda: (*steps(), "9999"))
    with pytest.raises(HomeError, match="earlier version"):
        registry.check()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    registry = Registry(f"sqlite:///{path}")
    for ask in (registry.check, registry.migrate):
        with pytest.raises(HomeError, match=str(path)):
            ask()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeError, match="permissions"):
        Registry(f"sqlite:///{tmp_path}/file/registry.db").migrate()


@pytest.mark.parametrize("url", ["", "registry.db", "sqlite://", "sqlite:///"])
def test_a_url_that_names_no_database_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="sqlite:////"):
        Registry(url)


def test_a_path_with_odd_characters_works(tmp_path: Path) -> None:
    registry = Registry(f"sqlite:///{tmp_path}/größe 50% #1/registry.db")
    registry.migrate()
    assert registry.revision() == 1
    assert (tmp_path / "größe 50% #1" / "registry.db").exists()


# What the first version of the workbench had stored: a branch, a deleted meter, a later ratio and a move.
FIRST = """
INSERT INTO site VALUES (1, 'Mill', 'Asia/Kolkata', 'INR', 'IN');
INSERT INTO gateways (key, url, options) VALUES (1, 'tcp://moxa:502', '{"pause_ms": 5}');
INSERT INTO meters (key, number, folded, name, type, location, flow, gateway, unit_id, profile, poll_seconds, status,
 serial, seen_by_parent, production_register, created_at, updated_at, deleted_at, revision) VALUES
 (1, 'GRID', 'grid', 'Grid', 'grid', '', 'bidirectional', NULL, NULL, NULL, 10, 'active', '', true, 'import',
  '2026-01-01', '2026-01-01', NULL, 1),
 (2, 'UNIT-A', 'unit-a', 'Unit A', 'unit', '', 'consumer', 1, 5, 'p', 10, 'faulty', 'S1', true, 'import',
  '2026-01-01', '2026-02-01', NULL, 4),
 (3, 'OLD', 'unit-a', 'Old', 'unit', '', 'consumer', NULL, NULL, NULL, 10, 'active', '', true, 'import',
  '2026-01-01', '2026-01-02', '2026-01-02', 2);
INSERT INTO ratios (meter, valid_from, ct_primary, ct_secondary, applied_by) VALUES
 (1, NULL, NULL, NULL, 'meter'), (2, NULL, 100, 5, 'meter'), (2, '2026-02-01', 200, 5, 'workbench'),
 (3, NULL, NULL, NULL, 'meter');
INSERT INTO placements (meter, valid_from, parent) VALUES
 (1, NULL, NULL), (2, NULL, NULL), (2, '2026-02-01', 1), (3, NULL, 1);
INSERT INTO audit (at, by, action, subject, before, after) VALUES
 ('2026-01-01', 'asha', 'meter.create', 'mtr_1', NULL, '{"name": "Grid"}');
INSERT INTO tokens VALUES ('screen', 'viewer', 'd1', '2026-01-01');
UPDATE meters SET accuracy_class = 0.5, ct_class = 1, pt_class = 1.25 WHERE key = 2;
UPDATE revision SET value = 5;
"""


def made_by_the_first_version(registry: Registry) -> Registry:
    """The registry, new, as the first version left it."""
    from alembic import command
    from alembic.config import Config

    registry.database.create()
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with registry.database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in FIRST.split(";"):
            if statement.strip():
                # The driver would take a colon for a parameter.
                connection.exec_driver_sql(statement)
    return registry


@pytest.fixture
def first(place: Place) -> Iterator[Registry]:
    """A registry as the first version left it."""
    registry = made_by_the_first_version(Registry(place("first")))
    yield registry
    registry.close()


def test_a_registry_of_the_first_version_is_migrated_with_all_it_held(first: Registry) -> None:
    with pytest.raises(HomeError, match="earlier version"):
        first.check()
    first.migrate(site_name="Another")
    first.check()
    assert (first.site().name, first.revision()) == ("Mill", 6)
    assert [(m.number, m.parent, m.status, m.revision) for m in first.meters(deleted=True)] == [
        ("GRID", None, "active", 1),
        ("OLD", 1, "active", 2),
        ("UNIT-A", 1, "faulty", 4),
    ]
    meter = first.meter("UNIT-A")
    assert (meter.gateway, meter.unit_id, meter.ratio.ct, meter.status_reason) == ("tcp://moxa:502", 5, 40, "")
    assert (meter.accuracy_class, meter.ct_class, meter.pt_class) == (0.5, 1.0, 1.25)
    assert first.meter("GRID").accuracy_class is None
    assert [ratio.ct for ratio in first.ratios("UNIT-A")] == [20, 40]
    assert [change.status for change in first.statuses("UNIT-A")] == ["faulty"]
    assert first.gateways()[0].options == {"pause_ms": 5}
    baseline, made = first.audit()
    assert (made.by, made.change, baseline.action) == ("asha", 0, "registry.baseline")
    assert first.audit_differences() == []


def test_what_nobody_stated_of_a_site_is_not_stated_after_the_migration(first: Registry) -> None:
    first.migrate()
    assert first.site() == Site(name="Mill", timezone="Asia/Kolkata", currency=None, country=None)
    assert not first.site_was_changed()


def test_what_somebody_stated_of_a_site_stays_after_the_migration(first: Registry) -> None:
    with first.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO audit (at, by, action, subject, before, after) "
            "VALUES ('2026-01-01', 'asha', 'site.update', 'site', NULL, NULL)"
        )
    first.migrate()
    assert first.site() == Site(name="Mill", timezone="Asia/Kolkata", currency="INR", country="IN")


def test_a_migrated_registry_can_be_changed_and_undone(first: Registry) -> None:
    first.migrate()
    with pytest.raises(ConflictError, match="no change by asha"):
        first.undo(by="asha")
    with pytest.raises(ConflictError, match="none that can be undone"):
        first.undo(by="asha", change=first.audit()[0].change)
    first.update_meter("UNIT-A", {"parent": None, "name": "A"}, by="asha")
    first.undo(by="asha")
    assert (first.meter("UNIT-A").parent, first.meter("UNIT-A").name) == (1, "Unit A")
    assert first.audit_differences() == []
    with pytest.raises(ConflictError, match="in use by mtr_2"):
        first.create_meter({"number": "unit-a", "name": "A", "type": "unit"}, by="asha")


IMPOSSIBLE = (
    "UPDATE meters SET unit_id = 300",
    "UPDATE meters SET poll_seconds = 0",
    "UPDATE meters SET type = 'reactor'",
    "UPDATE meters SET flow = 'sideways'",
    "UPDATE meters SET status = 'sleepy'",
    "UPDATE meters SET production_register = 'both'",
    "UPDATE meters SET gateway = 99",
    "UPDATE ratios SET ct_primary = 100",
    "UPDATE ratios SET pt_primary = 0, pt_secondary = 110",
    "UPDATE ratios SET applied_by = 'nobody'",
    "UPDATE placements SET parent = meter",
    "UPDATE placements SET parent = 99",
    "UPDATE statuses SET status = 'sleepy'",
    "INSERT INTO placements (meter, parent) VALUES (1, NULL)",
    "INSERT INTO exchanges (meter, at, old_serial, new_serial, closing, opening, note) "
    "VALUES (99, '2026-01-01', '', 'S', '{}', '{}', '')",
    "INSERT INTO tokens VALUES ('x', 'owner', 'd2', '2026-01-01')",
)


def test_the_schema_itself_refuses_what_cannot_be(registry: Registry, first: Registry, add: Add) -> None:
    add("A")
    first.migrate()
    for each, statement in itertools.product((registry, first), IMPOSSIBLE):
        with pytest.raises(ConflictError, match="contradicts what is stored"), each.database.write() as connection:
            connection.execute(text(statement))


def test_new_and_migrated_registries_have_the_tables_that_the_code_uses(registry: Registry, first: Registry) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    first.migrate()
    for each in (registry, first):
        with each.database.read() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, schema.metadata) == []
            indexes = {index["name"]: index for index in inspect(connection).get_indexes("meters")}
            where = indexes["uq_meters_folded_living"]["dialect_options"]
            assert any("deleted_at IS NULL" in str(condition) for condition in where.values())


def test_the_newest_step_is_the_one_alembic_ends_at() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == steps()[-1]
    assert {step.revision for step in script.walk_revisions()} == set(steps())


def test_sqlite_keeps_what_it_acknowledged_and_checks_references(tmp_path: Path) -> None:
    registry = Registry(f"sqlite:///{tmp_path}/registry.db")
    registry.migrate()
    with registry.database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 10_000}


def test_importing_the_package_loads_no_database_library() -> None:
    code = "import sys, energy_workbench.registry; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = "import sys; from energy_workbench.registry import Registry, StateStore; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
