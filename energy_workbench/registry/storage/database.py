"""The database behind the registry and the live state: engine, transactions, and errors in words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.engine import URL, make_url

from energy_workbench.domain.errors import (
    BusyError,
    ConflictError,
    HomeError,
    InputError,
    SettingsError,
    WorkbenchError,
)
from energy_workbench.runtime import disk
from energy_workbench.runtime.sqlite_file import read_only

BUSY_SECONDS = 10.0
"""How long a writer waits for another one [s]."""
_WRITE = "energy_workbench_write"


class Database:
    """A database by its SQLAlchemy URL: SQLite in a file, or PostgreSQL.

    Nothing is opened before the first transaction; all methods may be called from several threads.

    Parameters
    ----------
    url : str
        `sqlite:///path` or `postgresql://…`; `sqlite:///path?mode=ro` only reads, and leaves no trace.
    lock : int
        PostgreSQL: number of the advisory lock that makes writers wait for each other, as SQLite's do.
    synchronous : {"FULL", "NORMAL"}
        SQLite: whether a committed change survives a power cut, or only a crash.
    """

    def __init__(self, url: str, *, lock: int, synchronous: str = "FULL") -> None:
        try:
            self.url: URL = make_url(url)
        except exc.ArgumentError:
            raise SettingsError(
                f"{url!r} is no database URL, such as sqlite:////srv/registry.db or postgresql://…"
            ) from None
        if self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite and not self.url.database:
            raise SettingsError(f"{url!r} names no file: write sqlite:////srv/plant/registry.db")
        self._synchronous = synchronous
        self._number = lock
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    def __str__(self) -> str:
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)

    @property
    def path(self) -> Path | None:
        """The file, with SQLite."""
        return Path(str(self.url.database)) if self.sqlite else None

    @property
    def engine(self) -> Engine:
        """The engine, made on first use."""
        with self._lock:
            if self._engine is None:
                self._engine = self._sqlite_engine() if self.sqlite else self._server_engine()
            return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent snapshot; nothing is written."""
        with self._words(), self.engine.connect() as connection:
            if not self.sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self, *, references: bool = True) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start, all or nothing.

        Parameters
        ----------
        references : bool
            False: SQLite looks at references between tables at the end only, so that tables can be written anew.
        """
        with self._words(), self.engine.connect() as connection:
            connection.execution_options(**{_WRITE: True})
            with self._references(connection, references), connection.begin():
                if not self.sqlite:
                    self._wait_for_writers(connection)
                yield connection
                if self.sqlite and not references and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise HomeError(f"{self}: a row refers to one that does not exist: restore a backup")

    def create(self) -> None:
        """Make the file and its folder where they are missing, and set SQLite's write-ahead log."""
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk.make_private(self.path)
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
            try:
                if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                    connection.execute("PRAGMA journal_mode=WAL")
            finally:
                connection.close()
        except (OSError, sqlite3.Error) as error:
            raise HomeError(f"{self.path}: cannot be created: {error}; check the folder and its permissions") from None

    def close(self) -> None:
        """Close every connection; the next use opens anew."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    @contextmanager
    def _references(self, connection: Connection, checked: bool) -> Iterator[None]:
        if checked or not self.sqlite:
            yield
            return
        # The pragma does nothing inside a transaction: it goes past SQLAlchemy, which would begin one.
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            yield
        finally:
            raw.execute("PRAGMA foreign_keys=ON")

    def _wait_for_writers(self, connection: Connection) -> None:
        milliseconds = max(1, round(BUSY_SECONDS * 1000))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": self._number})

    def _sqlite_engine(self) -> Engine:
        path = str(Path(str(self.url.database)).absolute())

        def connect() -> sqlite3.Connection:
            if self.url.query.get("mode") == "ro":
                return read_only(Path(path))
            # mode=rw: a wrong path is an error instead of a new, empty database.
            connection = sqlite3.connect(
                f"file:{quote(path)}?mode=rw",
                uri=True,
                timeout=BUSY_SECONDS,
                check_same_thread=False,
                isolation_level=None,
            )
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute(f"PRAGMA synchronous={self._synchronous}")
            return connection

        engine = create_engine(self.url.set(query={}), creator=connect)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # The driver's own transactions start late and lock at the first write: two readers that
            # both turn writers would fail. BEGIN IMMEDIATE makes the second one wait.
            writing = connection.get_execution_options().get(_WRITE)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

        return engine

    def _server_engine(self) -> Engine:
        try:
            return create_engine(self.url, pool_pre_ping=True)
        except (ModuleNotFoundError, exc.NoSuchModuleError) as error:
            raise HomeError(f"{self}: the driver is not installed ({error}): pip install 'psycopg[binary]'") from None

    @contextmanager
    def _words(self) -> Iterator[None]:
        try:
            yield
        except UnicodeEncodeError as error:
            shown = error.object[max(0, error.start - 20) : error.end].encode("ascii", "backslashreplace").decode()
            raise InputError(f"{shown!r} ends in half of a character, which cannot be stored: write it whole") from None
        except exc.DBAPIError as error:
            raise self._explain(error) from error

    def _explain(self, error: exc.DBAPIError) -> WorkbenchError:
        message = str(error.orig).strip()
        if isinstance(error, exc.DataError):
            return InputError(f"a value cannot be stored: {message}")
        if isinstance(error, exc.IntegrityError):
            return ConflictError(f"{self}: the change contradicts what is stored ({message}); read it again and retry")
        if any(hint in message for hint in ("locked", "busy", "lock timeout")):
            return BusyError(f"{self}: another process has been writing for {BUSY_SECONDS:g} s; try again")
        if any(hint in message for hint in ("no such table", "unable to open", "does not exist", "no such column")):
            return HomeError(f"{self}: not initialised ({message}): run `energy-workbench init`")
        return HomeError(f"{self}: cannot be used ({message}); check the disk, the permissions and the URL")
