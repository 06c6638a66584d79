"""The manifest of a report: parameters, versions, and the size and checksum of each file."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from typing_extensions import TypedDict

from energy_workbench import __version__
from energy_workbench.domain.errors import NotFoundError, ReportError
from energy_workbench.reports.archive import KINDS
from energy_workbench.services.reports.catalogue import ParameterValue

PACKAGES = ("deltalake", "duckdb", "nbconvert", "numpy", "openpyxl", "papermill", "plotly", "pyarrow", "pypdf")
"""Those that numbers and looks depend on."""


class FileEntry(TypedDict):
    """A file beside a manifest: its name, size [bytes] and checksum (SHA-256)."""

    name: str
    bytes: int
    sha256: str


class Manifest(TypedDict):
    """What a report was made of, and the files that were written; `completeness` is a share [1]."""

    report: str
    title: str
    site: str
    period: str
    parameters: dict[str, ParameterValue]
    complete: str | None
    completeness: float | None
    running: bool
    incomplete: bool
    threshold: float
    paper: str
    written: str | None
    written_at: str
    lake_version: int | None
    registry_revision: int | None
    versions: dict[str, str]
    files: dict[str, FileEntry]


@dataclass(frozen=True, slots=True)
class Kept:
    """A manifest that was read, and its inputs, whose checksums are those of it.

    Attributes
    ----------
    path : Path
    values : Manifest
    inputs : dict of str to Path
        By kind.
    notebook : Path
        As it was executed.
    """

    path: Path
    values: Manifest
    inputs: dict[str, Path]
    notebook: Path


def described(files: Mapping[str, Path]) -> dict[str, FileEntry]:
    """Name, size [bytes] and checksum of each file."""
    return {
        kind: {"name": path.name, "bytes": path.stat().st_size, "sha256": digest(path)} for kind, path in files.items()
    }


@cache
def versions() -> dict[str, str]:
    """Versions of Python and the packages that numbers and looks depend on."""
    versions_by_name = {"python": platform.python_version(), "energy-workbench": __version__}
    for name in PACKAGES:
        try:
            versions_by_name[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions_by_name


def read(path: Path) -> Kept:
    """Read a manifest and check the inputs beside it.

    Raises
    ------
    NotFoundError
        If it or a file it names is not there.
    ReportError
        If it is none, or an input was changed.
    """
    try:
        values: Manifest = json.loads(path.read_text("utf-8"))
        named = {kind: values["files"][kind] for kind in (*KINDS, "notebook") if kind in values["files"]}
        # A name is a name: a manifest from elsewhere reaches nothing outside its folder.
        inputs = {kind: path.parent / Path(file["name"]).name for kind, file in named.items()}
        if lacking := {"intervals", "registry", "factors", "notebook"} - set(inputs):
            raise KeyError(", ".join(sorted(lacking)))
        for kind, archive in inputs.items():
            if digest(archive) != named[kind]["sha256"]:
                raise ReportError(f"{archive} was changed since the report was written: its checksum differs")
        if lacking := {"report", "parameters", "written_at"} - set(values):
            raise KeyError(", ".join(sorted(lacking)))
    except FileNotFoundError as error:
        raise NotFoundError(f"{error.filename} does not exist") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportError(f"{path} is no manifest of a report with archived inputs: {error!r}") from None
    return Kept(path, values, {kind: file for kind, file in inputs.items() if kind in KINDS}, inputs["notebook"])


def digest(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
