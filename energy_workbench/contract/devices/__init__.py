"""Devices behind a gateway that are looked at over Modbus: scans, registers as they are, and what is made of them."""
