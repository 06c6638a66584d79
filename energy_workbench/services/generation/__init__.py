"""Own generation, fuel and carbon over a period."""
