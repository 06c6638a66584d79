"""What a kWh is: energies of intervals from readings of counters, as arrays; nothing here stores or asks."""
