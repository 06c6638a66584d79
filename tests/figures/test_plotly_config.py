"""No figure that Python shows has a button that uploads it, whoever made it and however it is shown."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from energy_workbench.cli.processes.lab import SHARE
from energy_workbench.contract.result import DRAWN
from energy_workbench.contract.results import PowerFlow
from energy_workbench.figures import plotly_config, result_figures
from energy_workbench.reports.kernel import KEEP_HERE
from tests.figures import payloads
from tests.waiting import patience

FIGURE = "application/vnd.plotly.v1+json"
FOREIGN = "import plotly.express as px; figure = px.line(y=[1, 2])"
"""An analyst's own, after one of ours."""

WAYS = """
import json, types
import plotly.graph_objects as go
import plotly.io
import plotly.io._renderers as room

seen = []
room.ipython_display = types.SimpleNamespace(display=lambda bundle, raw: seen.append(bundle))
plotly.io.renderers.default = "plotly_mimetype"
figure.show()
figure.show("plotly_mimetype", config={"showSendToCloud": True})
figure.write_html("figure.html", include_plotlyjs=False)
print(json.dumps({
    "repr": json.dumps(figure._repr_mimebundle_()),
    "show": json.dumps(seen[0]),
    "told otherwise": json.dumps(seen[1]),
    "notebook": plotly.io.renderers["notebook"].to_mimebundle(figure.to_dict())["text/html"],
    "html": figure.to_html(include_plotlyjs=False),
    "file": open("figure.html").read(),
    "widget": json.dumps(go.FigureWidget(figure)._config),
}))
"""


@pytest.mark.parametrize("whose", ["ours", "an analyst's"])
def test_however_a_figure_is_shown_it_stays_here(whose: str, tmp_path: Path) -> None:
    ours = ("from energy_workbench.figures.plotly_figure import shown", "figure = shown({'data': [{'type': 'bar'}]})")
    code = "\n".join([*ours, *([FOREIGN] if whose != "ours" else []), WAYS])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    for way, text in json.loads(done.stdout.splitlines()[-1]).items():
        assert '"showSendToCloud":false' in text.replace(": ", ":"), way
        assert '"showSendToCloud":true' not in text.replace(": ", ":"), way


def test_a_figure_of_the_workbench_is_one_of_these() -> None:
    result_figures.fill()  # A workbench does so.
    assert '"showSendToCloud": false' in DRAWN[PowerFlow](payloads.overview()["flow"]).to_html(include_plotlyjs=False)


def test_however_a_figure_is_shown_its_picture_is_called_by_what_it_shows(tmp_path: Path) -> None:
    named = (
        "from energy_workbench.figures.picture_name import picture_name",
        "from energy_workbench.figures.plotly_figure import shown",
        "told = {'number': 'UNIT A/1', 'from': '2026-10-01T00:00:00+05:30', 'to': '2026-11-01T00:00:00+05:30'}",
        "figure = shown({'data': [{'type': 'bar'}]}, picture_name('Load shape', told))",
    )
    code = "\n".join([*named, WAYS])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    ways = json.loads(done.stdout.splitlines()[-1])
    # Neither is the figure itself any more.
    del ways["notebook"], ways["widget"]
    for way, text in ways.items():
        assert '"filename":"Load-shape-UNIT-A-1-2026-10-01_2026-10-31"' in text.replace(": ", ":"), way


@pytest.mark.parametrize("share", [SHARE, None], ids=["lab", "report"])
def test_a_kernel_shows_no_figure_that_uploads_itself(share: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if share:
        monkeypatch.setenv("JUPYTER_PATH", str(share))
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(extra_arguments=[] if share else [KEEP_HERE])
    client = manager.client()
    client.start_channels()
    found: list[dict[str, Any]] = []

    def hear(message: dict[str, Any]) -> None:
        found.append(message["content"].get("data", {}))

    try:
        client.wait_for_ready(timeout=patience(60))
        client.execute_interactive(FOREIGN + "; figure", output_hook=hear, timeout=patience(60))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    (shown,) = (data[FIGURE] for data in found if FIGURE in data)
    assert shown["config"]["showSendToCloud"] is False


@pytest.mark.parametrize("config", [plotly_config.OWN, plotly_config.PAGE, plotly_config.REPORT])
def test_each_bar_has_no_upload(config: dict[str, Any]) -> None:
    assert config["showSendToCloud"] is False
    assert config["plotlyServerURL"] == ""
