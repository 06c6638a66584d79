"""An executed notebook as one self-contained HTML page: no code, nothing from outside."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench.reports.elements import FIGURE, INPUTS

if TYPE_CHECKING:
    from nbformat import NotebookNode

HERE = Path(__file__).parent


def render(notebook: NotebookNode, title: str) -> str:
    """Render a report.

    Parameters
    ----------
    notebook : NotebookNode
        Executed. Markdown cells and the outputs of code cells are shown, code never. A cell tagged `page`
        begins on a new page of the PDF.
    title : str
        Of the page and of the PDF.

    Returns
    -------
    str
        HTML with style sheet, script, plotly.js (once) and every figure inside. It draws its charts when it
        is opened; its promise `reportReady` gives their number when that is done.
    """
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="template", extra_template_basedirs=[str(HERE)])
    exporter.register_filter("script_json", _script_json)
    charts = any(FIGURE in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))
    page, _ = exporter.from_notebook_node(
        notebook,
        resources={
            "title": title,
            "style": (HERE / "template" / "report.css").read_text("utf-8").replace('"%TITLE%"', _css_string(title)),
            "script": (HERE / "template" / "report.js").read_text("utf-8"),
            "plotly": _plotly() if charts else "",
            "figure_type": FIGURE,
            "inputs_type": INPUTS,
        },
    )
    return str(page)


@cache
def _plotly() -> str:
    """plotly.js as its Python package ships it."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text("utf-8").replace("</script", "<\\/script")


def _script_json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")


def _css_string(text: str) -> str:
    """A string of a style sheet; every character that could end it is written as its code."""
    return '"' + "".join(c if c.isalnum() or c in " -_.,:·–()/" else f"\\{ord(c):x} " for c in text) + '"'
