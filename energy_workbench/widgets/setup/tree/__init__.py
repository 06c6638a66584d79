"""The tree of meters: open and drawn branches, and the search."""
