"""Numbers, states and what is to be known of figures, in words."""
