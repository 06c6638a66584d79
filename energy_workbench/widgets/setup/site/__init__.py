"""The panel in which an engineer says what the plant is."""
