"""One function for each kind of charge, which gives its lines; `pricing.py` lists them."""
