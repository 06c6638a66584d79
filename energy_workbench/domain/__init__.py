"""The words of the domain, with no input or output: everything else builds on these."""
