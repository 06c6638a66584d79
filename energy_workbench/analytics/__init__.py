"""Rules of the domain: values in, values out, no file, database or wire."""
