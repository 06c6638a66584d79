"""The spool: readings between the wire and the lake, in SQLite."""
