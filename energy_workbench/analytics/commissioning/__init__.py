"""What a meter's own values say of how it was put in: connection, wiring, transformers, display."""
