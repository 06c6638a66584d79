"""An executed notebook as one self-contained HTML page: no code, nothing from outside."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from energy_workbench.figures.plotly_config import REPORT
from energy_workbench.reports.content.blocks import CONTENTS
from energy_workbench.reports.content.bundle import FIGURE, PNG, charts
from energy_workbench.reports.rendering.headings import Heading, Headings
from energy_workbench.typesetting.css import css_string
from energy_workbench.typesetting.printing import PAPERS, Drawn, plotly

if TYPE_CHECKING:
    from nbformat import NotebookNode

HERE = Path(__file__).parent
TOOLTIP = re.compile(r"<title>[^<]*</title>(?=</rect>)")
"""What a pointer is told over a drawing; on paper hundreds of them only cost."""
PLOTLY = "/* plotly.js */"
HEIGHTS = {"a4": "297mm", "letter": "279.4mm"}


def render(
    notebook: NotebookNode,
    title: str,
    *,
    paper: str = "a4",
    drawn: Sequence[Drawn] | None = None,
) -> str:
    """Render a report.

    Parameters
    ----------
    notebook : NotebookNode
        Executed. Markdown cells and the outputs of code cells are shown, code never. A cell tagged `page`
        begins on a new page of the PDF.
    title : str
        Of the page and of the PDF.
    paper : {"a4", "letter"}
    drawn : sequence of Drawn, optional
        The charts in order: then the page is one to be printed, with the charts as vectors and without a script.

    Returns
    -------
    str
        HTML with style sheet, script, plotly.js (once) and every figure inside. A chart is an image until the script
        draws it, so that it is seen where no script runs.
    """
    shown = _template()
    svgs = iter([] if drawn is None else drawn)
    headings = Headings()
    page = shown.render(
        nb=notebook,
        title=title,
        style=_style(title, paper),
        script=(HERE / "template" / "report.js").read_text("utf-8"),
        plotly=PLOTLY if drawn is None and charts(notebook) else "",
        for_press=drawn is not None,
        headed=headings.marked,
        next_svg=lambda: next(svgs).svg,
        bar=REPORT,
        figure_type=FIGURE,
        png_type=PNG,
    )
    page = _with_contents(page, headings.all)
    if drawn is not None:
        return TOOLTIP.sub("", page)
    # Millions of characters, which nothing has to be looked for in.
    before, mark, after = page.rpartition(PLOTLY)
    return "".join((before, _embedded(), after)) if mark else page


def add_images(notebook: NotebookNode, drawn: Sequence[Drawn]) -> None:
    """Put an image beside every chart, for readers without scripts."""
    for bundle, chart in zip(charts(notebook), drawn, strict=True):
        bundle[PNG] = base64.b64encode(chart.png).decode()


def _with_contents(page: str, headings: Sequence[Heading]) -> str:
    lines = Markup().join(
        Markup('<li><a href="#{}"><span class="what">{}</span><span class="page-number"></span></a></li>').format(
            heading.id, heading.text
        )
        for heading in headings
    )
    nav = Markup('<nav class="contents page"><p class="contents-title">Contents</p><ol>{}</ol></nav>').format(lines)
    return page.replace(CONTENTS, nav, 1)


@cache
def _exporter() -> Any:
    """nbconvert's, whose environment turns Markdown into safe HTML; made once, since that takes a tenth of a second."""
    from nbconvert import HTMLExporter
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    exporter = HTMLExporter()
    # HTML that an author writes between his words is shown, and does not run.
    exporter.environment.filters["prose"] = lambda text: MarkdownWithMath(
        renderer=IPythonRenderer(escape=True, anchor_link_text="")
    ).render(text)
    exporter.environment.filters["script_json"] = _script_json
    exporter.environment.filters["b64"] = lambda text: base64.b64encode(str(text).encode()).decode()
    return exporter


@cache
def _template() -> Any:
    """Whatever is put in is escaped, but for what the template says to be HTML, CSS or a script already."""
    environment = _exporter().environment.overlay(autoescape=True)
    return environment.from_string((HERE / "template" / "index.html.j2").read_text("utf-8"))


@cache
def _css() -> str:
    return (HERE / "template" / "report.css").read_text("utf-8")


def _style(title: str, paper: str) -> str:
    style = _css().replace('"%TITLE%"', css_string(title)).replace("%PAPER%", PAPERS[paper])
    return style.replace("%HEIGHT%", HEIGHTS[paper])


@cache
def _embedded() -> str:
    return plotly().replace("</script", "<\\/script")


def _script_json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
