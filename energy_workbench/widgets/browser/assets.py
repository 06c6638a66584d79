"""Reference to a widget's browser side: the page loads it once, a widget's state only names it."""

from __future__ import annotations


def module(name: str) -> str:
    """One line of ESM that stands for the export of that name of `static/widgets.js`.

    anywidget sends a widget's whole script with each of its instances; this keeps it to one line.
    """
    return f"export default async () => (await import(window.workbench.widgets)).{name};"
