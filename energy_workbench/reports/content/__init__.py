"""What a report is made of: blocks, charts, words."""
