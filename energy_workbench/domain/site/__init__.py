"""The plant's place: countries, zones, the floor plan."""
