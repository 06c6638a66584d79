"""Running a report's notebook with papermill, in a kernel of its own."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench.core import errors
from energy_workbench.core.clock import FIXED_NOW
from energy_workbench.core.errors import ReportError, WorkbenchError
from energy_workbench.reports.catalogue import Report

if TYPE_CHECKING:
    from nbformat import NotebookNode

log = logging.getLogger(__name__)


def execute(
    report: Report, parameters: Mapping[str, Any], *, home: Path, now: datetime, timeout: float = 300.0
) -> NotebookNode:
    """Execute a report's notebook.

    Parameters
    ----------
    parameters : mapping
        As `parameters.check` gave them.
    home : Path
        Home that the notebook opens.
    now : datetime
        What the notebook takes for now, so that all of a report speaks of one instant.
    timeout : float
        Longest time that one cell may take [s].

    Returns
    -------
    NotebookNode
        With the parameters in it and the outputs of every cell.

    Raises
    ------
    WorkbenchError
        What the notebook raised; anything but an error of the workbench as a ReportError that names the cell.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    variables = {"ENERGY_WORKBENCH_HOME": str(home), FIXED_NOW: now.isoformat()}
    try:
        with _environment(variables):
            return papermill.execute_notebook(
                report.notebook(),
                None,
                parameters=dict(parameters),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                start_timeout=60,
                execution_timeout=timeout,
                config=Config(KernelManager={"transport_encryption": "auto"}),
            )
    except PapermillExecutionError as error:
        log.debug("the notebook of the report %s failed: %s", report.name, error)
        raise _raised(report, error) from None
    except (RuntimeError, TimeoutError) as error:
        raise ReportError(f"the kernel of the report {report.name} ended or took too long: {error}") from error


def _raised(report: Report, error: Any) -> WorkbenchError:
    """The error of the workbench that a cell raised, as itself; any other with the cell it came from."""
    kind = getattr(errors, error.ename, None)
    if isinstance(kind, type) and issubclass(kind, WorkbenchError):
        return kind(error.evalue)
    first = next((line for line in error.source.splitlines() if line.strip()), "")
    return ReportError(
        f"{report.path}: cell {error.exec_count} ({first.strip()}) failed: {error.ename}: {error.evalue}"
    )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the kernel that is started meanwhile; papermill has no other way to hand them on."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
