"""Widgets with a side in the browser: charts, files, location."""
