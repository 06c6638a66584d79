"""Devices behind a gateway, looked at by the collector that owns the lines: scans, registers, meters made of units."""
