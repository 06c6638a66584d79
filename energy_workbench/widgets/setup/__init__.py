"""The page of meter setup: the tree of meters, and panels that show and change them through the service."""
