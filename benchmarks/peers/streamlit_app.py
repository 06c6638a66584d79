"""The overview with Streamlit. With `serve`, starts Streamlit's own server on this file."""

from __future__ import annotations

import sys


def page() -> None:
    """The page; Streamlit runs it anew at each choice."""
    import streamlit

    from benchmarks.peers.overview import METERS, figures, week, workbench

    streamlit.set_page_config(layout="wide")
    asked = streamlit.cache_resource(workbench)()
    meter = streamlit.radio("Meter", METERS, horizontal=True)
    found = streamlit.cache_data(ttl=5)(lambda: figures(asked))()
    streamlit.plotly_chart(found["flow"], key="flow", theme=None)
    streamlit.plotly_chart(found["states"], key="states", theme=None)
    streamlit.plotly_chart(week(asked, meter), key="pattern", theme=None)
    streamlit.plotly_chart(found["map"], key="map", theme=None)


if __name__ == "__main__" and sys.argv[1:] == ["serve"]:
    from streamlit.web import cli

    from benchmarks.peers.overview import PORT

    sys.argv = [
        "streamlit", "run", __file__, "--server.port", str(PORT), "--server.address", "127.0.0.1",
        "--global.developmentMode", "false",
        "--server.headless", "true", "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none",
    ]  # fmt: skip
    sys.exit(cli.main())
else:
    page()
