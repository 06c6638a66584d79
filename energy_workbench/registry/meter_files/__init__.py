"""The meter file: read, compared, imported, exported."""
