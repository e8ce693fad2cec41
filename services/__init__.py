"""One folder a service; a service imports `shared` and never another service."""
