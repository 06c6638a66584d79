"""SQL that users write, in processes of its own."""
