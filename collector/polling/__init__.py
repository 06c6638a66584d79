"""Polling: whose turn it is, reading one meter, counting what happens, and writing what came."""
