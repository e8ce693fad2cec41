"""The messages that travel between services: frozen, versioned, nothing unknown accepted."""
