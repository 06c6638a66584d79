"""The contract's questions on the files of a home, by subject."""
