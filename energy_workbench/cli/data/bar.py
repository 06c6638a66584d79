"""Progress bar of a long command on a terminal; what is printed meanwhile stands above it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

SPACIOUS = 90
"""Columns from which on the time left is shown too."""
ROOM = 3
"""Columns left free at the end: terminals write ^C there, and a line that is full would be broken by it."""


class Bar:
    """Shows nothing: nobody looks. May be told by several threads."""

    def show(self, doing: str, share: float) -> None:
        """Say what is being done and how much of all is done [0 to 1]; it never goes back."""

    def print(self, text: object, *, err: bool = False) -> None:
        """Print a line."""
        typer.echo(text, err=err)


class _Drawn(Bar):
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=1.0)
        self._lock = threading.Lock()

    def show(self, doing: str, share: float) -> None:
        with self._lock:
            ahead = max(share, self._progress.tasks[0].completed)
            self._progress.update(self._task, description=doing, completed=ahead)

    def print(self, text: object, *, err: bool = False) -> None:
        with self._lock:
            # Taken away and drawn again below it: what is printed goes where it belongs, to a file or a pipe too.
            self._progress.stop()
            typer.echo(text, err=err)
            self._progress.start()


@contextmanager
def bar() -> Iterator[Bar]:
    """A bar that is drawn in place and gone afterwards; none where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield Bar()
        return
    from rich.console import Console, RenderableType
    from rich.constrain import Constrain
    from rich.progress import BarColumn, Progress, ProgressColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.table import Column

    console = Console(stderr=True)

    class Line(Progress):
        def get_renderables(self) -> Iterator[RenderableType]:
            for line in super().get_renderables():
                yield Constrain(line, console.width - ROOM)

    doing = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    columns: list[ProgressColumn] = [
        TextColumn("{task.description}", markup=False, table_column=doing),
        BarColumn(bar_width=min(40, console.width // 3)),
        TaskProgressColumn(),
    ]
    if console.width >= SPACIOUS:
        columns.append(TimeRemainingColumn(compact=True))
    with Line(*columns, console=console, transient=True, expand=True, redirect_stdout=False) as progress:
        yield _Drawn(progress)
