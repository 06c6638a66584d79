"""The Voilà server that shows the pages: its template, its access and its limits."""
