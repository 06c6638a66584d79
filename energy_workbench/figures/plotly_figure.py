"""Figures as Plotly's own class, which shows itself in a notebook, a file or a browser."""

from __future__ import annotations

from typing import Any

from energy_workbench.figures.plotly_config import OWN, Configuration, picture
from energy_workbench.figures.schema import Figure


def shown(figure: Figure, name: str = "") -> Any:
    """A figure of plain JSON as a `plotly.graph_objects.Figure`.

    Parameters
    ----------
    name : str
        How the picture is called that a browser saves of it, without an ending.
    """
    from energy_workbench.figures.named_figure import NamedFigure

    keep_here()
    return NamedFigure(figure).called(name)


def keep_here() -> None:
    """From now on no figure of this process offers to upload itself, whoever made it and however it is shown.

    Every way out of Plotly's Python (each renderer, HTML, widgets) asks one function for its configuration.
    """
    from plotly.io import _base_renderers, _html
    from plotly.offline import offline

    original = offline._get_jconfig
    if getattr(original, "keeps_here", False):
        return

    def configuration(config: Configuration | None = None) -> Configuration:
        named: Configuration = {"toImageButtonOptions": {"filename": name}} if (name := picture.get()) else {}
        return {**named, **original(config), **OWN}

    configuration.keeps_here = True  # type: ignore[attr-defined]
    for module in (offline, _base_renderers, _html):
        module._get_jconfig = configuration


def load_ipython_extension(_: Any) -> None:
    """Called by a kernel that is started with this module as an extension."""
    keep_here()
