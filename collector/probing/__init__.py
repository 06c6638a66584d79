"""Reading a device on request: probe, ping, and finding its profile."""
