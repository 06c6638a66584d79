"""A kernel and a browser, kept warm from one report to the next."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from energy_workbench.reports.kernel import Kernel
from energy_workbench.typesetting.printing import Printer

PATIENCE = 0.2
"""How often the process of a cell that nobody waits for any more is ended, until its thread ends too [s]."""


class Tools:
    """A kernel and a browser, used as a context manager by one thread; each is started when it is first needed.

    Attributes
    ----------
    printer : Printer
    """

    def __init__(self) -> None:
        self.printer = Printer()
        self._kernel = Kernel()
        # The kernel's sockets belong to the thread that made them.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="report")

    def __enter__(self) -> Tools:
        return self

    def __exit__(self, *raised: object) -> None:
        try:
            self.printer.stop()
        finally:
            self._thread.submit(self._kernel.stop).result()
            self._thread.shutdown()

    def begin(self, execute: Callable[[Kernel], None]) -> Future[None]:
        """Execute notebooks in the kernel's thread, while this one typesets."""
        return self._thread.submit(execute, self._kernel)

    def fresh(self) -> None:
        """End the kernel, but not the browser: the next report starts another, in which nothing was executed."""
        self._thread.submit(self._kernel.stop).result()

    def end(self, executing: Future[None]) -> None:
        """End what is executed: nobody waits for its cells any more; the next report starts another kernel."""
        while not executing.done():
            self._kernel.kill()
            wait([executing], PATIENCE)
        self._thread.submit(self._kernel.stop).result()
