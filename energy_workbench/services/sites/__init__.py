"""Several sites in one installation."""
