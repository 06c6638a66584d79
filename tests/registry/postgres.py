"""A private PostgreSQL: a cluster in a folder of its own, behind a socket of its own, stopped at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.waiting import eventually, patience

START_SECONDS = 60.0


class NotInstalledError(Exception):
    """There is no PostgreSQL here, or no driver for it."""


def programs() -> Path:
    """The folder of `initdb` and `postgres`, newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if config := shutil.which("pg_config"):
        said = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        if (Path(said) / "initdb").exists():
            return Path(said)
    if initdb := shutil.which("initdb"):
        return Path(initdb).resolve().parent
    raise NotInstalledError("no PostgreSQL on this machine: install Debian's `postgresql`")


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; gives the URL of its database."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise NotInstalledError("no driver of PostgreSQL: pip install 'psycopg[binary]'") from None
    folder = programs()
    # Not pytest's folder: its path is too long for a socket, and closed to other users.
    home = Path(tempfile.mkdtemp(prefix="ew-pg-"))
    as_user = _unprivileged(home)
    try:
        data = home / "data"
        initdb = [folder / "initdb", "-D", data, "-U", "workbench", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run([*as_user, *initdb], check=True, capture_output=True, cwd=home)
        settings = ["listen_addresses=", f"unix_socket_directories={home}", "fsync=off", "max_connections=50"]
        options = [word for setting in settings for word in ("-c", setting)]
        log = (home / "log").open("wb")
        server = subprocess.Popen(
            [*as_user, folder / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd=home
        )
        try:
            _wait(home, server)
            yield f"postgresql://workbench@/postgres?host={home}"
        finally:
            _stop(data, server)
            log.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def dumped(url: str, name: str) -> str:
    """The statements that make what is in a schema, as the server's own tool gives them."""
    command = [programs() / "pg_dump", "--dbname", url, "--schema", name, "--inserts", "--no-owner"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    # Commands of its shell are none of the server.
    return "\n".join(line for line in lines if not line.startswith(("\\", "CREATE SCHEMA")))


def _unprivileged(home: Path) -> list[str]:
    """What a command begins with so that it does not run as root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return []
    shutil.chown(home, "postgres", "postgres")
    # Where the tests are killed, the server goes too.
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT", "--"]


def _wait(home: Path, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    def answers() -> bool:
        assert server.poll() is None, f"PostgreSQL did not start:\n{(home / 'log').read_text()}"
        with suppress(psycopg.OperationalError):
            psycopg.connect(f"host={home} user=workbench dbname=postgres").close()
            return True
        return False

    eventually(answers, lambda: f"PostgreSQL:\n{(home / 'log').read_text()}", START_SECONDS)


def _stop(data: Path, server: subprocess.Popen[bytes]) -> None:
    # Its own pid file names the server, whatever started it; SIGINT is its fast shutdown.
    pid_file = data / "postmaster.pid"
    if server.poll() is None:
        pid = int(pid_file.read_text().splitlines()[0]) if pid_file.exists() else server.pid
        os.kill(pid, 2)
        try:
            server.wait(patience(30))
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
