"""How the server of the pages is configured."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import nbformat.v4
import pytest
from jinja2 import Environment, FileSystemLoader
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from traitlets.config import Config
from voila.execute import VoilaExecutor

from energy_workbench.widgets import site
from energy_workbench.widgets.site.handlers import front_of
from energy_workbench.widgets.site.server import SiteOptions, configure

JUPYTERS_OWN_SECONDS = 4


@pytest.fixture
def config() -> Config:
    return configure(SiteOptions(name="site", notebook=Path("app.ipynb"), pages=("page",), service="", machine="m"))


def test_a_browser_can_answer_a_ping_before_its_connection_is_taken_for_lost(config: Config) -> None:
    # The server looks when the next ping is due: by then the answer to the last one is an interval old, or more.
    # Each connection that is closed for nothing brings the whole state of the page again.
    settings = config.Voila.tornado_settings
    assert settings["ws_ping_timeout"] >= 2 * settings["ws_ping_interval"]


def test_outputs_that_come_long_after_the_reply_are_in_the_page(config: Config, tmp_path: Path) -> None:
    class Late(VoilaExecutor):
        """Has something else to do first, as a server on a busy machine has."""

        async def _async_poll_output_msg(self, *given: Any) -> None:
            await asyncio.sleep(JUPYTERS_OWN_SECONDS + 1)
            await super()._async_poll_output_msg(*given)

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('here')")])
    own = Config(VoilaExecutor=config.VoilaExecutor)
    Late(notebook, config=own, resources={"metadata": {"path": str(tmp_path)}}).execute(notebook, {})
    (output,) = notebook.cells[0].outputs
    assert output.text.strip() == "here"


@pytest.mark.parametrize(
    ("host", "public", "front"),
    [
        ("plant.local:8866", "", "http://plant.local:3000"),
        ("[::1]:8866", "", "http://[::1]:3000"),
        ("127.0.0.1:8866", "", "http://127.0.0.1:3000"),
        ("[evil].example:8866", "", "http://127.0.0.1:3000"),
        ("energy.example.com", "https://energy.example.com", "https://energy.example.com"),
    ],
)
def test_the_way_home_leads_to_the_machine_that_the_browser_asked(host: str, public: str, front: str) -> None:
    line = RequestStartLine("GET", "/home", "HTTP/1.1")
    request = HTTPServerRequest(start_line=line, headers=HTTPHeaders({"Host": host}))
    assert front_of(request, "http://127.0.0.1:3000", public) == front


@pytest.mark.parametrize("page", ["error.html", "login.html", "404.html"])
def test_every_refusal_has_a_way_home(page: str) -> None:
    folder = STATIC.parent
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True)
    environment.globals |= {"include_url": str, "xsrf_form_html": str}
    for status in (403, 404, 429, 500, 503):
        html = environment.get_template(page).render(base_url="/editor/", status_code=status, status_message="No")
        assert '<a href="/editor/home">⌂ Home</a>' in html


STATIC = Path(site.__file__).parent / "share/voila/templates/workbench/static"


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda sheet: sheet.stem)
def test_no_rule_depends_on_what_is_anywhere_in_the_page(sheet: Path) -> None:
    # Each element that a chart draws would have the browser style the whole page anew.
    assert re.findall(r"(?:html|body|:root|main|#rendered_cells)[^\s,{]*:has\([^{]*", sheet.read_text("utf-8")) == []
