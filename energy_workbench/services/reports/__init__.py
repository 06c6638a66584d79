"""The reports there are, and what each may be asked."""
