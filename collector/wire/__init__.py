"""Modbus on the wire: framings, connections, gateways, and what can go wrong."""
