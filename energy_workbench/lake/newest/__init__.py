"""The newest readings of meters, found without a look through all of them."""
