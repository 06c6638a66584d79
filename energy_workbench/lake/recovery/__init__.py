"""What can still be believed of damaged files."""
