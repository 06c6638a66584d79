"""What the façade's answers are made of: energies, raw readings, lists and forms of meters, and their memory."""
