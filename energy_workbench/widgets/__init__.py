"""Widgets of the pages: charts, the browser's location, and the dashboard built from them."""
