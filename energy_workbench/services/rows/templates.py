"""Templates as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from energy_workbench.contract.rows.setup import TemplateRow

if TYPE_CHECKING:
    from energy_workbench.registry.templates import Template


def template_row(template: Template, made: Mapping[str, Sequence[str]]) -> TemplateRow:
    """A template as REST shows it.

    Parameters
    ----------
    made : mapping
        Numbers of the meters that were made from each template, by its name.
    """
    return {
        "name": template.name,
        "fields": dict(template.fields),
        "meters": list(made.get(template.name, ())),
    }
