"""Mail: letters, the server that takes them, and whether it does."""
