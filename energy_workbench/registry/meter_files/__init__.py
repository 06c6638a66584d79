"""Files that people send: meters read, compared, imported and exported; what is stated of files of readings."""
