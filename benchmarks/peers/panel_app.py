"""The overview with Panel."""

from __future__ import annotations

import panel

from benchmarks.peers.overview import METERS, PORT, figures, week, workbench

ASKED = workbench()
panel.extension("plotly")


def page() -> panel.Column:
    """The page, made anew for each reader."""
    found = figures(ASKED)
    meter = panel.widgets.RadioBoxGroup(options=METERS, value=METERS[0])
    pattern = panel.pane.Plotly(week(ASKED, METERS[0]), sizing_mode="stretch_width")
    meter.param.watch(lambda change: setattr(pattern, "object", week(ASKED, change.new)), "value")
    others = {name: panel.pane.Plotly(figure, sizing_mode="stretch_width") for name, figure in found.items()}
    return panel.Column(meter, others["flow"], others["states"], pattern, others["map"], sizing_mode="stretch_width")


if __name__ == "__main__":
    panel.serve(page, port=PORT, address="127.0.0.1", show=False, websocket_origin=[f"127.0.0.1:{PORT}"])
