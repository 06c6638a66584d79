"""The gateways of a plant, and how each wants to be asked."""
