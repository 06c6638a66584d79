"""Import of a readings file: how it is read is proposed, changed and remembered."""
