"""Kinds of charges, a dataclass each; `kinds.py` lists them."""
