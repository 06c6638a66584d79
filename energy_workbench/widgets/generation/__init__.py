"""The page of generation and carbon: own generation, fuel and emissions of the site."""
