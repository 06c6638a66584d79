"""The overview page: cards, power flow, consumption pattern and meter map of the site."""
