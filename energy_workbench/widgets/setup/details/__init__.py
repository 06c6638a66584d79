"""One meter, to be read: configuration, last values, history, and what can be done with it."""
