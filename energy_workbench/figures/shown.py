"""Figures as Plotly's own class, for analysts: it knows how to show itself in a notebook, a file or a browser."""

from __future__ import annotations

from typing import Any

from energy_workbench.figures.bar import OWN


def shown(figure: dict[str, Any]) -> Any:
    """A figure of plain dicts as one that shows itself."""
    from plotly.graph_objects import Figure

    keep_here()
    return Figure(figure)


def keep_here() -> None:
    """From now on no figure of this process offers to upload itself, whoever made it and however it is shown.

    Every way out of Plotly's Python (each renderer, HTML, widgets) asks one function for its configuration.
    """
    from plotly.io import _base_renderers, _html
    from plotly.offline import offline

    asked = offline._get_jconfig
    if getattr(asked, "keeps_here", False):
        return

    def configuration(config: dict[str, Any] | None = None) -> dict[str, Any]:
        return {**asked(config), **OWN}

    configuration.keeps_here = True  # type: ignore[attr-defined]
    for module in (offline, _base_renderers, _html):
        module._get_jconfig = configuration


def load_ipython_extension(_: Any) -> None:
    """What a kernel that is started with this module as an extension does first."""
    keep_here()
