"""Tests of the notebooks that ship."""
