"""The page of scheduled reports: which are sent when, to whom, and what became of them."""
