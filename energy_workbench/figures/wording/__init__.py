"""Numbers, states, verdicts and remarks as text, for figures, pages and reports."""
