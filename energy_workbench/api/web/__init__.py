"""Pages of the service itself: the way in, the sites side by side, the state of every process."""
