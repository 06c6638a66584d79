"""Register maps of meter models: their files, the reads that fetch them, and decoding."""
