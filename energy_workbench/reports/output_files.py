"""The files of a report in their folder: replaced as a whole, durably, or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import HomeError
from energy_workbench.reports.manifest import FileEntry, digest
from energy_workbench.runtime import disk
from energy_workbench.runtime.paths import file_name

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from energy_workbench.reports.job import Job
    from energy_workbench.services.reports.catalogue import ParameterValue


@contextmanager
def temporary(jobs: Sequence[Job]) -> Iterator[list[Path]]:
    """A temporary folder for each report, on the disk of its own, so that it appears whole or not at all.

    Raises
    ------
    HomeError
        If a folder cannot be written.
    """
    with ExitStack() as stack:
        scratch: dict[Path, Path] = {}
        for folder in dict.fromkeys(job.folder for job in jobs):
            with disk_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
                made = tempfile.TemporaryDirectory(prefix=".report-", dir=folder)
            scratch[folder] = Path(stack.enter_context(made))
        yield [scratch[job.folder] / str(number) for number, job in enumerate(jobs)]


def folder_for(job: Job, parameters: Mapping[str, ParameterValue]) -> Path:
    """The folder of a report; in the home's reports there is one a meter."""
    meter = parameters.get("meter")
    return job.folder / file_name(str(meter)) if job.own_folders and meter else job.folder


def placed(files: Mapping[str, Path], folder: Path, base: str) -> tuple[dict[str, Path], list[Path]]:
    """Move files to their folder, durably, the manifest last; an earlier failure is over then.

    Of a report that was there before, nothing is left that the new manifest does not name. What somebody changed or put
    there himself is set aside.

    Returns
    -------
    files : dict of str to Path
    aside : list of Path
        What was set aside, as it is called now.
    """
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for path in files.values():
            disk.sync(path)
        old, new = _written_before(folder, base), {path.name for path in files.values()}
        there = [path for name in {*old, *new - {files["manifest"].name}} if (path := folder / name).is_file()]
        aside = sorted(path.rename(_free(path, base)) for path in there if not _unchanged(path, old.get(path.name)))
        for name in set(old) - new:
            (folder / name).unlink(missing_ok=True)
        new_files = {kind: path.replace(folder / path.name) for kind, path in files.items()}
        failed_path(folder, base).unlink(missing_ok=True)
        disk.sync(folder)
    return new_files, aside


def _written_before(folder: Path, base: str) -> dict[str, FileEntry]:
    """What the manifest of an earlier report of the same name says of its files, by their names."""
    try:
        values = json.loads((folder / f"{base}.manifest.json").read_text("utf-8"))
        # A name is a name, and one of this report: a manifest from elsewhere reaches nothing else.
        return {file["name"]: file for file in values["files"].values() if _named(file["name"], base)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _named(name: str, base: str) -> bool:
    return name.startswith(f"{base}.") and Path(name).name == name


def _unchanged(path: Path, described: FileEntry | None) -> bool:
    """Whether a file is as its report was written."""
    return (
        described is not None
        and path.stat().st_size == described.get("bytes")
        and digest(path) == described.get("sha256")
    )


def _free(path: Path, base: str) -> Path:
    """A name for what is set aside that no file has yet."""
    ending = path.name.removeprefix(f"{base}.")
    names = (f"{base}.changed{n}.{ending}" for n in chain([""], (f"-{n}" for n in count(2))))
    return next(free for name in names if not (free := path.with_name(name)).exists())


def failed_path(folder: Path, base: str) -> Path:
    """Where the notebook of a report that failed is kept."""
    return folder / f"{base}.failed.ipynb"


def keep_failed(folder: Path, base: str, notebook: NotebookNode) -> Path | None:
    """Keep a notebook that failed; None where the disk refuses that too."""
    import nbformat

    path = failed_path(folder, base)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(str(nbformat.writes(notebook)), "utf-8")
    except OSError:
        path.unlink(missing_ok=True)
        return None
    return path


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Tell an error of the disk as `HomeError`."""
    try:
        yield
    except OSError as error:
        # Arrow's own text says more than anybody wants to know.
        why = os.strerror(error.errno) if error.errno else str(error)
        why += f" ({error.filename})" if error.filename else ""
        raise HomeError(f"reports cannot be written to {folder}: {why}; nothing of this report is left there") from None
