"""Model and view of each viewers' page, imported when it is first opened: a kernel shows few of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

import ipywidgets

from energy_workbench.domain.pages import AUDIT, GENERATION, LOSSES, METER, OVERVIEW, PATTERNS, QUALITY, Page
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.page_model import PageModel
from energy_workbench.widgets.parts import Parts

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract


class PageView(Protocol):
    """View of a page's model; it is made with the model and a factory of widgets."""

    widget: ipywidgets.Widget


FOLDERS: dict[Page, str] = {
    OVERVIEW: "dashboard",
    PATTERNS: "patterns",
    LOSSES: "losses",
    GENERATION: "generation",
    METER: "meter",
    QUALITY: "quality",
    AUDIT: "audit",
}
"""Folder below `widgets` whose `model.Model` and `view.View` show the page."""


def opened(page: Page, workbench: WorkbenchContract, choices: Choices, make: Parts) -> tuple[PageModel, PageView]:
    """Model and view of a page."""
    folder = f"energy_workbench.widgets.{FOLDERS[page]}"
    model: PageModel = import_module(f"{folder}.model").Model(workbench, choices)
    view: PageView = import_module(f"{folder}.view").View(model, make)
    return model, view
