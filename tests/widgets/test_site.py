"""How the server of the pages is configured."""

from __future__ import annotations

from pathlib import Path

from energy_workbench.widgets.site.server import SiteOptions, configure


def test_a_browser_can_answer_a_ping_before_its_connection_is_taken_for_lost() -> None:
    # The server looks when the next ping is due: by then the answer to the last one is an interval old, or more.
    # Each connection that is closed for nothing brings the whole state of the page again.
    config = configure(SiteOptions(name="site", notebook=Path("app.ipynb"), pages=("page",), service="", machine="m"))
    settings = config.Voila.tornado_settings
    assert settings["ws_ping_timeout"] >= 2 * settings["ws_ping_interval"]
