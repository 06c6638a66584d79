"""How well meters know: limits of error by the load."""
