"""The archive that a backup writes: a tar with a manifest of sizes and digests, whole or not there at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypedDict, cast

from energy_workbench import __version__
from energy_workbench.domain.errors import HomeError, InputError, NotFoundError
from energy_workbench.domain.time import clock
from energy_workbench.runtime import disk

FORMAT, SITES = 1, 2
"""Of a home of one site, and of one with further sites, which an earlier version cannot restore."""
MANIFEST = "manifest.json"

Where = Literal["sqlite", "external"]
"""Where a home's registry is: among its files, or in a database server of its own."""


class Backed(TypedDict):
    """A file of a backup."""

    size: int
    sha256: str


class Manifest(TypedDict):
    """What a backup says of itself."""

    format: int
    version: str
    created_at: str
    registry: Where
    files: dict[str, Backed]


class Archive:
    """An archive that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._files: dict[str, Backed] = {}

    @property
    def count(self) -> int:
        """Files so far."""
        return len(self._files)

    def add(self, name: str, content: bytes | Path) -> None:
        """Add a file; one of the disk keeps its permissions."""
        if isinstance(content, bytes):
            self._write(name, io.BytesIO(content), len(content), 0o600)
            return
        with content.open("rb") as file:
            status = os.fstat(file.fileno())
            self._write(name, file, status.st_size, status.st_mode & 0o777)

    def close(self, registry: Where, *, several: bool = False) -> None:
        """Write the manifest, last: an archive without one is torn."""
        manifest: Manifest = {
            "format": SITES if several else FORMAT,
            "version": __version__,
            "created_at": clock.now().isoformat(),
            "registry": registry,
            "files": self._files,
        }
        content = json.dumps(manifest, indent=1).encode()
        self._tar.addfile(_entry(MANIFEST, len(content), 0o600), io.BytesIO(content))

    def _write(self, name: str, file: Any, size: int, mode: int) -> None:
        source = _Digested(file)
        self._tar.addfile(_entry(name, size, mode), source)
        self._files[name] = {"size": size, "sha256": source.digest.hexdigest()}


@contextmanager
def writing(path: Path) -> Iterator[Archive]:
    """Write an archive beside its place, and put it there once it is whole and on the disk.

    Raises
    ------
    InputError
        If there is a file of that name already.
    HomeError
        If the disk refuses, such as when it is full; nothing is left behind then.
    """
    if path.exists():
        raise InputError(f"{path} exists already: give the backup another name")
    try:
        # The tokens are in it: nobody else may read it.
        with disk.replaced(path, private=True) as draft:
            packed = path.suffix in (".gz", ".tgz")
            with tarfile.open(draft, mode="w:gz" if packed else "w", format=tarfile.PAX_FORMAT) as tar:
                yield Archive(tar)
    except OSError as error:
        raise HomeError(f"the backup {path} cannot be written: {error.strerror or error}") from None


def unpack(path: Path, folder: Path) -> Manifest:
    """Unpack an archive into a folder, and see that every file is there to its last byte; its manifest.

    Raises
    ------
    NotFoundError
        If there is no such file.
    InputError
        If it is no backup, torn, altered or of a newer format.
    HomeError
        If the disk refuses.
    """
    if not path.is_file():
        raise NotFoundError(f"{path}: there is no such file")
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                if not member.isfile():
                    raise InputError(f"{path}: holds {member.name!r}, which no backup does")
                member.mode &= ~disk.OWNERS
                # The filter refuses paths that lead out of the folder.
                tar.extract(member, folder, filter="data")
        manifest = json.loads((folder / MANIFEST).read_bytes())
        (folder / MANIFEST).unlink()
    except (tarfile.TarError, EOFError, FileNotFoundError, ValueError) as error:
        raise InputError(f"{path}: is no whole backup ({error}): take another one") from None
    except OSError as error:
        raise HomeError(f"{folder}: cannot be written: {error.strerror or error}") from None
    if manifest.get("format") not in (FORMAT, SITES):
        raise InputError(f"{path}: was made by a newer version ({manifest.get('version')}): update the program")
    for name, known in manifest["files"].items():
        _verify(path, folder / name, known)
    return cast(Manifest, manifest)


def _verify(archive: Path, file: Path, known: Backed) -> None:
    digest = hashlib.sha256()
    try:
        with file.open("rb") as content:
            while part := content.read(1 << 20):
                digest.update(part)
    except OSError:
        raise InputError(f"{archive}: {file.name} is missing in it: take another backup") from None
    if digest.hexdigest() != known["sha256"]:
        raise InputError(f"{archive}: {file.name} is not what was backed up: take another backup")


def _entry(name: str, size: int, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, mode, int(clock.now().timestamp())
    return entry


class _Digested:
    """A file that is digested while it is read."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read some bytes."""
        part: bytes = self._file.read(size)
        self.digest.update(part)
        return part
