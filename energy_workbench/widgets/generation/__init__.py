"""Generation and carbon: `model.py` knows, `view.py` shows."""
