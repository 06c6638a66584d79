"""What a kWh is: from counters' readings to energies of intervals, as arrays; nothing here stores or asks."""
