"""One module a group of commands; `main.py` puts them together."""
