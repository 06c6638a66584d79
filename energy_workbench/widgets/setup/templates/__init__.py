"""Templates of meters: what they hold, who was made from them, and how they are written."""
