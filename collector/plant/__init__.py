"""The simulated plant: a tree of meters whose every kilowatt-hour is known, behind real Modbus TCP servers."""
