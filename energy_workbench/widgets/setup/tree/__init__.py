"""The tree of meters: which branches are open and drawn, and what is searched for."""
