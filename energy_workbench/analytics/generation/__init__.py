"""Generators, fuel, emissions."""
