"""Bringing a report to people: a folder with an index, mail, a webhook."""
