"""Bring a registry's schema up to date, or say that it is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select, text

from energy_workbench.domain.entities import Site
from energy_workbench.domain.errors import HomeError
from energy_workbench.domain.time import clock
from energy_workbench.registry.storage import journal, schema, tables
from energy_workbench.registry.storage.database import Database
from energy_workbench.registry.storage.rows import RowChange

FOLDER = Path(__file__).parent / "migrations"


@cache
def steps() -> tuple[str, ...]:
    """Numbers of the known schema versions, oldest first."""
    return tuple(sorted(path.name[1:5] for path in (FOLDER / "versions").glob("r[0-9]*.py")))


def migrate(database: Database, site: Site, keys_above: int = 0) -> None:
    """Run the steps that are missing, and write the site's row where there is none.

    Several processes may do it at once: the first does the work, the others wait and find it done.

    Raises
    ------
    HomeError
        If the place cannot be written, or a newer version of the program has written there.
    """
    database.create()
    with database.read() as connection:
        if version(connection) == steps()[-1] and connection.execute(select(schema.site.c.key)).first():
            return
    # Alembic writes tables of SQLite anew, which references to them would forbid.
    with database.write(references=False) as connection:
        stored = version(connection)
        if stored and stored not in steps():
            raise HomeError(_newer(database, stored))
        if stored != steps()[-1]:
            _upgrade(connection)
            if stored:
                _write_baseline(connection)
        if not connection.execute(select(schema.site.c.key)).first():
            connection.execute(
                insert(schema.site).values(
                    key=1, name=site.name, timezone=site.timezone, currency=site.currency, country=site.country
                )
            )
            if keys_above:
                connection.execute(insert(schema.key_range).values(key=1, above=keys_above))


def check(database: Database) -> None:
    """Make sure that the schema is the one this program knows.

    Raises
    ------
    HomeError
        If there is no registry, or one of another version; it says what to do.
    """
    with database.read() as connection:
        stored = version(connection)
    if stored is None:
        raise HomeError(f"{database}: not initialised: run `energy-workbench init`")
    if stored not in steps():
        raise HomeError(_newer(database, stored))
    if stored != steps()[-1]:
        raise HomeError(f"{database}: of an earlier version ({stored}): run `energy-workbench init` to migrate it")


def version(connection: Connection) -> str | None:
    """Number of the schema in a database; None where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _write_baseline(connection: Connection) -> None:
    """Say in the audit what is configured: an earlier version left a trail that cannot be replayed."""
    changes = tuple(
        RowChange(table, identity, None, row)
        for table, stored in tables.stored(connection).items()
        for identity, row in stored.items()
    )
    entry = journal.AuditEntry(
        at=clock.now(), by="migration", action=journal.BASELINE, subject="registry", after={"schema": steps()[-1]},
        rows=changes,
    )  # fmt: skip
    journal.record(connection, [entry])


def _newer(database: Database, stored: str) -> str:
    return (
        f"{database}: written by a newer version of the workbench (schema {stored}, this one knows up to "
        f"{steps()[-1]}): update the program"
    )
