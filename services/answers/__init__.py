"""Use cases of administrators and employees, for the command line and the console alike."""
