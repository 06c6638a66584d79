"""The exchange of a meter's device: what it changes, its history, and taking one away."""
