"""The short questions before a change: where to, which status, really delete."""
