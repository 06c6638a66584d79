"""The meter setup page: tree on the left, one meter on the right, every edit through the service."""
