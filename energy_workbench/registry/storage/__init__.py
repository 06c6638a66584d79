"""Tables, rows and journal of the registry."""
