"""What is signed when a meter is put into service."""
