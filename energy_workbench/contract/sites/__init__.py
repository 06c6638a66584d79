"""Questions about all sites of an installation at once."""
