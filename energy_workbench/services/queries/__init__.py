"""Questions about energy and readings, answered on the files of a home."""
