"""Many meters chosen and changed together."""
