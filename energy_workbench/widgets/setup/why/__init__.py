"""Why numbers of a locked month are altered: asked wherever the service refuses a change without a reason."""
