"""Figure of Plotly that says how its picture is called, however it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from plotly.graph_objects import Figure as PlotlyFigure

from energy_workbench.figures.plotly_config import picture


class NamedFigure(PlotlyFigure):
    """A figure whose picture, as the browser saves it, has a name; Plotly calls each of them `newplot`."""

    _picture = ""

    def called(self, name: str) -> NamedFigure:
        """The same figure; its picture is called so, without an ending."""
        self._picture = name
        return self

    def show(self, *args: Any, **kwargs: Any) -> None:
        """As Plotly's."""
        with self._named():
            super().show(*args, **kwargs)

    def to_html(self, *args: Any, **kwargs: Any) -> str:
        """As Plotly's."""
        with self._named():
            return str(super().to_html(*args, **kwargs))

    def write_html(self, *args: Any, **kwargs: Any) -> None:
        """As Plotly's."""
        with self._named():
            super().write_html(*args, **kwargs)

    def _repr_mimebundle_(self, *args: Any, **kwargs: Any) -> Any:
        with self._named():
            return super()._repr_mimebundle_(*args, **kwargs)

    def _ipython_display_(self) -> None:
        with self._named():
            super()._ipython_display_()

    @contextmanager
    def _named(self) -> Iterator[None]:
        token = picture.set(self._picture)
        try:
            yield
        finally:
            picture.reset(token)
