"""What forms, calls and files give, converted and checked."""
