"""Commands about a home: create, set, back up, restore."""
