"""The manager's dashboard: `model.py` knows, `view.py` shows."""
