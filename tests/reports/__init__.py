"""Tests of the reports: pure parts on made-up months, the whole on a real home."""
