"""The losses: `model.py` knows, `view.py` shows, `branch.py` finds the way in the tree."""
