"""The overview with Dash."""

from __future__ import annotations

from dash import Dash, Input, Output, dcc, html

from benchmarks.peers.overview import METERS, PORT, figures, week, workbench

ASKED = workbench()
app = Dash(__name__, serve_locally=True)


def layout() -> html.Div:
    """The page, made anew for each reader."""
    found = figures(ASKED)
    return html.Div(
        [
            dcc.RadioItems(METERS, METERS[0], id="meter"),
            dcc.Graph(figure=found["flow"]),
            dcc.Graph(figure=found["states"]),
            dcc.Graph(figure=week(ASKED, METERS[0]), id="pattern"),
            dcc.Graph(figure=found["map"]),
        ]
    )


app.layout = layout


@app.callback(Output("pattern", "figure"), Input("meter", "value"), prevent_initial_call=True)
def choose(meter: str) -> dict[str, object]:
    """The pattern of the chosen meter."""
    return week(ASKED, meter)


if __name__ == "__main__":
    app.run(port=PORT, debug=False)
