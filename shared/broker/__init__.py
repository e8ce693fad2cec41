"""The transport between stages: a port, and its implementation within one process."""
