"""Where reports are written: whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench.core import disk
from energy_workbench.core.errors import HomeError
from energy_workbench.reports.session import file_name

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from energy_workbench.reports.desk import Job


@contextmanager
def temporary(jobs: Sequence[Job]) -> Iterator[list[Path]]:
    """A temporary folder for each report, on the disk of its own, so that it appears whole or not at all.

    Raises
    ------
    HomeError
        If a folder cannot be written.
    """
    with ExitStack() as stack:
        found: dict[Path, Path] = {}
        for folder in dict.fromkeys(job.folder for job in jobs):
            with words(folder):
                folder.mkdir(parents=True, exist_ok=True)
                made = tempfile.TemporaryDirectory(prefix=".report-", dir=folder)
            found[folder] = Path(stack.enter_context(made))
        yield [found[job.folder] / str(number) for number, job in enumerate(jobs)]


def folder_for(job: Job, asked: Mapping[str, Any]) -> Path:
    """The folder of a report; in the home's reports there is one a meter."""
    meter = asked.get("meter")
    return job.folder / file_name(str(meter)) if job.own_folders and meter else job.folder


def placed(files: Mapping[str, Path], folder: Path, base: str) -> dict[str, Path]:
    """Move files to their folder, durably, the last of them last; an earlier failure is over then."""
    with words(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for path in files.values():
            disk.sync(path)
        found = {kind: path.replace(folder / path.name) for kind, path in files.items()}
        failed_path(folder, base).unlink(missing_ok=True)
        disk.sync(folder)
    return found


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
def words(folder: Path) -> Iterator[None]:
    """Say it in words where a disk refuses."""
    try:
        yield
    except OSError as error:
        why = error.strerror or os.strerror(error.errno or 0)
        why += f" ({error.filename})" if error.filename else ""
        raise HomeError(f"reports cannot be written to {folder}: {why}; nothing of this report is left there") from None
