"""Every question and change, declared once: its signature, its answer, and how it stands in REST."""
