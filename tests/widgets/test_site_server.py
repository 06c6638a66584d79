"""The server of the pages: how it is configured."""

from __future__ import annotations

from pathlib import Path

from energy_workbench.widgets.site.server import SiteOptions, configure


def test_a_browser_that_has_not_been_asked_yet_is_not_taken_for_gone() -> None:
    # jupyter_server counts the silence from the opening, and looks for the first time after one interval.
    options = SiteOptions(name="test", notebook=Path("none.ipynb"), pages=("losses",), token="t", port=1)
    settings = configure(options).Voila.tornado_settings
    assert settings["ws_ping_timeout"] >= 2 * settings["ws_ping_interval"]
