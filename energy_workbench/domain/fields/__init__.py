"""Fields declared once: what each may be, how it is named and shown, and what it is stored in."""
