"""The kernel that reports are executed in: one for as many as are written together, cleared between them."""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from energy_workbench.domain import errors
from energy_workbench.domain.errors import ReportError, WorkbenchError
from energy_workbench.runtime import iri_grammar
from energy_workbench.services.reports.catalogue import ParameterValue, Report

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from energy_workbench.reports.archive import Kept
    from energy_workbench.reports.session import Resolved, Told

log = logging.getLogger(__name__)

MARK = "papermill-error-cell-tag"
ENGINE = "energy-workbench"
CELL_SECONDS = 300.0
"""Longest time that one cell may take [s]."""
START_SECONDS = 60
MOST_REPORTS = 200
"""Reports after which a new kernel takes over, so that what one leaks does not add up."""

KEEP_HERE = "--ext=energy_workbench.figures.plotly_figure"
"""A figure that a notebook turns into HTML of its own has no button that uploads it either."""
CLEAR = "get_ipython().run_line_magic('reset', '-f')\n"
BEGIN = CLEAR + "from energy_workbench.reports import session as _session; print(_session.begin({}))"
FINISH = "from energy_workbench.reports import session as _session; print(_session.finish({}, {}))"


def nothing(done: int, of: int) -> None:
    """Tells nobody how many cells are done."""


class FailedError(ReportError):
    """A cell of a report's notebook failed.

    Attributes
    ----------
    notebook : NotebookNode
        As far as it was executed, with the error.
    base : str
        Begin of the names of the report's files.
    parameters : dict
        The parameters.
    error : WorkbenchError
        What the cell raised.
    """

    def __init__(
        self, notebook: NotebookNode, base: str, parameters: dict[str, ParameterValue], error: WorkbenchError
    ) -> None:
        super().__init__(str(error))
        self.notebook = notebook
        self.base = base
        self.parameters = parameters
        self.error = error


@dataclass(frozen=True, slots=True)
class Executed:
    """A report's notebook that was executed.

    Attributes
    ----------
    notebook : NotebookNode
        With the parameters in it and the outputs of every cell.
    base : str
        Begin of the names of the report's files, such as `monthly-2026-10`.
    parameters : dict
        The parameters, periods in ISO.
    resolved : Resolved
        The period and the meter, as they were understood.
    kept : Kept
        What it was made from.
    """

    notebook: NotebookNode
    base: str
    parameters: dict[str, ParameterValue]
    resolved: Resolved
    kept: Kept


class Kernel:
    """A kernel, used as a context manager, by one thread.

    Parameters
    ----------
    timeout : float
        Longest time that one cell may take [s].
    """

    def __init__(self, timeout: float = CELL_SECONDS) -> None:
        self._timeout = timeout
        self._manager: Any = None
        self._client: Any = None
        self._written = 0

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def kill(self) -> None:
        """End its process at once; any thread may call it, and whoever executes finds it dead."""
        manager = self._manager
        if manager is not None and manager.provisioner is not None and manager.provisioner.pid:
            with suppress(ProcessLookupError):
                os.kill(manager.provisioner.pid, signal.SIGKILL)

    def stop(self) -> None:
        """End its process; the next report starts another."""
        from jupyter_core.utils import run_sync

        if self._client is not None:
            self._client.stop_channels()
        if self._manager is not None:
            run_sync(self._manager.shutdown_kernel)(now=True)
            run_sync(self._manager.cleanup_resources)()
        self._manager = self._client = None
        self._written = 0

    def execute(
        self,
        report: Report,
        parameters: Mapping[str, ParameterValue],
        told: Told,
        archive: tuple[str, str],
        step: Callable[[int, int], None] = nothing,
    ) -> Executed:
        """Execute a report's notebook.

        Parameters
        ----------
        parameters : mapping
            As `report_parameters.check` gave them.
        told : Told
            What its session begins with.
        archive : tuple of str
            Folder, and name of the report, that the files' names of what it was made from begin with.
        step : callable
            Told how many cells are done, and of how many.

        Returns
        -------
        Executed

        Raises
        ------
        FailedError
            If a cell failed.
        ReportError
            If the kernel ended or took too long.
        WorkbenchError
            If the home or the archive cannot be opened.
        """
        if self._written >= MOST_REPORTS:
            self.stop()
        self._written += 1
        try:
            self._start()
            resolved: Resolved = json.loads(self._quietly(BEGIN.format(repr(json.dumps(told)))))
            given = dict(parameters)
            if "period" in given and (period := resolved.get("period")):
                given["period"] = period
            if "meter" in given and (meter := resolved.get("meter")):
                given["meter"] = meter
            base = "-".join([archive[1], *filter(None, [resolved.get("label")])])
            notebook = self._run(report, given, base, step)
            kept: Kept = json.loads(self._quietly(FINISH.format(repr(archive[0]), repr(base))))
        except (RuntimeError, TimeoutError) as error:
            self.stop()
            raise ReportError(f"the kernel of the report {report.name} ended or took too long: {error}") from error
        except WorkbenchError:
            raise
        except BaseException:
            # Nobody knows what it is doing now.
            self.stop()
            raise
        return Executed(notebook, base, given, resolved, kept)

    def _start(self) -> None:
        from jupyter_client.manager import AsyncKernelManager
        from jupyter_core.utils import run_sync

        if self._manager is not None and run_sync(self._manager.is_alive)():
            return
        self.stop()
        manager = AsyncKernelManager(kernel_name="python3", transport_encryption="auto")
        run_sync(manager.start_kernel)(extra_arguments=["--HistoryManager.enabled=False", KEEP_HERE])
        self._manager = manager
        self._client = manager.client()
        self._client.start_channels()
        # These take seconds to import: while the kernel begins.
        iri_grammar.defer()
        import nbconvert
        import papermill

        del nbconvert, papermill
        run_sync(self._client.wait_for_ready)(timeout=START_SECONDS)

    def _run(
        self, report: Report, parameters: dict[str, ParameterValue], base: str, step: Callable[[int, int], None]
    ) -> NotebookNode:
        import papermill
        from papermill.clientwrap import PapermillNotebookClient
        from papermill.engines import Engine, papermill_engines
        from papermill.exceptions import PapermillExecutionError

        kernel, seen = self, []

        class Warm(Engine):
            """Papermill's own execution, in a kernel that runs already."""

            @classmethod
            def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> None:  # noqa: ARG003
                seen.append(nb_man.nb)
                cells = len(nb_man.nb.cells)
                client = PapermillNotebookClient(
                    nb_man,
                    km=kernel._manager,
                    timeout=int(kernel._timeout),
                    # Jupyter's own 4 s for outputs after the reply pass on a busy machine.
                    iopub_timeout=int(kernel._timeout),
                    on_cell_executed=lambda cell, cell_index, execute_reply: step(cell_index + 1, cells),  # noqa: ARG005
                )
                client.kc = kernel._client
                client.execute(cleanup_kc=False)

        papermill_engines.register(ENGINE, Warm)
        try:
            return papermill.execute_notebook(
                report.notebook(),
                None,
                parameters=dict(parameters),
                engine_name=ENGINE,
                kernel_name="python3",
                language="python",
                progress_bar=False,
            )
        except PapermillExecutionError as error:
            log.debug("the notebook of the report %s failed: %s", report.name, error)
            raise FailedError(seen[0], base, parameters, raised(report, error, seen[0])) from None
        except (RuntimeError, TimeoutError) as error:
            self.stop()
            first = str(error).partition("\n")[0]
            died = ReportError(f"the kernel of the report {report.name} ended or took too long: {first}")
            raise FailedError(seen[0], base, parameters, died) from None

    def _quietly(self, code: str) -> str:
        """Run code that is not part of the notebook; what it printed."""
        from jupyter_core.utils import run_sync

        printed: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            if message["header"]["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                printed.append(message["content"]["text"])

        reply = run_sync(self._client.execute_interactive)(
            code, silent=False, store_history=False, allow_stdin=False, output_hook=hear, timeout=CELL_SECONDS
        )
        content = reply["content"]
        if content["status"] != "ok":
            raise _workbench_error(content["ename"], content["evalue"]) or ReportError(
                f"the report could not be prepared or kept: {content['ename']}: {content['evalue']}"
            )
        return "".join(printed)


def raised(report: Report, error: Any, notebook: NotebookNode) -> WorkbenchError:
    """The error of the workbench that a cell raised, as itself; any other with the cell it came from."""
    if known := _workbench_error(error.ename, error.evalue):
        return known
    first = next((line for line in error.source.splitlines() if line.strip()), "")
    # Counted as the author does, without the cell that papermill adds.
    cells = [set(cell.metadata.get("tags", ())) for cell in notebook.cells if MARK not in cell.metadata.get("tags", ())]
    own = [n for n, tags in enumerate(cells) if "injected-parameters" not in tags]
    number = sum(n <= error.cell_index for n in own)
    return ReportError(f"{report.path}: cell {number} ({first.strip()}) failed: {error.ename}: {error.evalue}")


def _workbench_error(name: str, text: str) -> WorkbenchError | None:
    kind = getattr(errors, name, None)
    return kind(text) if isinstance(kind, type) and issubclass(kind, WorkbenchError) else None
