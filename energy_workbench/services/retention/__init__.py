"""How long every reading is kept: what is due to be thinned, what would go, and the thinning itself."""
