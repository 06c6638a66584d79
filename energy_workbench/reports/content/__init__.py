"""The content of reports: blocks, charts, and numbers as text."""
